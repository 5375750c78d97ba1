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
    from gateway.policy.mutations import Terms
    from gateway.policy.records import CodeRecord, DeviceRecord
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
            natively = request.prefer_native_scheduling
            places = [(device, natively) for device in devices]
            refusals = list(_refusals(request.starts_at_us, places, now_us))
        _refuse(refusals)

    def check_change(
        self, starts_at_us: int | None, places: Sequence[tuple[CodeRecord, DeviceRecord]]
    ) -> None:
        """The same for codes that shall have another start. Raises `InvalidInput`."""
        kept = [(device, self._keeps(code, device)) for code, device in places]
        _refuse(list(_refusals(starts_at_us, kept, self.parts.now_us())))

    def changed(self, code: CodeRecord, terms: Terms) -> Timing:
        """When a code with other times goes onto its lock. What the lock kept, it keeps."""
        device = self.parts.world.devices[code.device_id]
        return timing_of(
            terms.starts_at_us,
            terms.ends_at_us,
            self.parts.now_us(),
            is_native=self._keeps(code, device),
            jit_lead_us=self.parts.settings.jit_lead_us,
        )

    def _keeps(self, code: CodeRecord, device: DeviceRecord) -> bool:
        """Whether the lock keeps the hours of a code, or would if the code came to have some."""
        return code.is_native or (code.starts_at_us is None and self._able(device))

    def of(self, request: CreateMultiple, device: DeviceRecord, now_us: int) -> Timing:
        """When the code goes onto this lock, and whether the lock keeps its hours."""
        return timing_of(
            request.starts_at_us,
            request.ends_at_us,
            now_us,
            is_native=self._able(device) and request.prefer_native_scheduling,
            jit_lead_us=self.parts.settings.jit_lead_us,
        )

    def _able(self, device: DeviceRecord) -> bool:
        book = self.parts.world.books[device.device_id]
        return device.facts.schedules and (book.supports_schedules or not book.has_info)


def _refuse(refusals: Sequence[Refusal]) -> None:
    if refusals:
        problems = [Problem(_about(refusal), refusal.message) for refusal in refusals]
        raise InvalidInput(problems, refusals)


def _refusals(
    starts_at_us: int | None, places: Sequence[tuple[DeviceRecord, bool]], now_us: int
) -> Iterator[Refusal]:
    """What each device has against a start; beside it, whether it is to keep the hours itself."""
    if starts_at_us is None:
        return
    for device, natively in places:
        future_only = "start_date_in_future" in device.facts.constraints
        if future_only and starts_at_us <= now_us:
            message = f"{device.name} takes only codes that start in the future"
            yield Refusal(device.device_id, "start_not_in_future", message)
        if natively and device.facts.schedules and device.time_zone is None:
            message = f"{device.name} keeps time itself, and its time zone is not known"
            yield Refusal(device.device_id, "time_zone_unknown", message)


def _about(refusal: Refusal) -> str:
    """The parameter that asks for what a device cannot do."""
    unable = refusal.reason == "offline_codes_not_supported"
    return "is_offline_access_code" if unable else "starts_at"
