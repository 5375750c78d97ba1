"""The times of a call on each of its devices: what a device asks of them, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.policy.errors import InvalidInput, Problem, Refusal
from gateway.policy.schedule import timing_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gateway.engine.offline import OfflineCodes
    from gateway.engine.parts import Parts
    from gateway.policy.records import DeviceRecord
    from gateway.policy.request import CreateMultiple
    from gateway.policy.schedule import Timing


@dataclass(frozen=True, slots=True)
class Times:
    """Judges the times of calls, and places them."""

    parts: Parts
    offline_codes: OfflineCodes

    def check(self, request: CreateMultiple, devices: Sequence[DeviceRecord], now_us: int) -> None:
        """Raise `InvalidInput` for what a device asks of the times of a code, and does not get."""
        if request.is_offline:
            refusals = self.offline_codes.refusals(request, devices)
        else:
            refusals = list(_refusals(request, devices, now_us))
        if refusals:
            problems = [Problem(_about(refusal), refusal.message) for refusal in refusals]
            raise InvalidInput(problems, refusals)

    def of(self, request: CreateMultiple, device: DeviceRecord, now_us: int) -> Timing:
        """When the code goes onto this lock, and whether the lock keeps its hours."""
        book = self.parts.world.books[device.device_id]
        able = device.facts.schedules and (book.supports_schedules or not book.has_info)
        return timing_of(
            request.starts_at_us,
            request.ends_at_us,
            now_us,
            is_native=able and request.prefer_native_scheduling,
            jit_lead_us=self.parts.settings.jit_lead_us,
        )


def _refusals(
    request: CreateMultiple, devices: Sequence[DeviceRecord], now_us: int
) -> Iterator[Refusal]:
    if request.starts_at_us is None:
        return
    for device in devices:
        future_only = "start_date_in_future" in device.facts.constraints
        if future_only and request.starts_at_us <= now_us:
            message = f"{device.name} takes only codes that start in the future"
            yield Refusal(device.device_id, "start_not_in_future", message)
        keeps_hours = device.facts.schedules and request.prefer_native_scheduling
        if keeps_hours and device.time_zone is None:
            message = f"{device.name} keeps time itself, and its time zone is not known"
            yield Refusal(device.device_id, "time_zone_unknown", message)


def _about(refusal: Refusal) -> str:
    """The parameter that asks for what a device cannot do."""
    unable = refusal.reason == "offline_codes_not_supported"
    return "is_offline_access_code" if unable else "starts_at"
