"""Offline codes: each lock's own PIN, made here as the lock makes it, and never sent.

Nothing can be read back, because there is nothing to read: until somebody types the PIN the lock
does not know of it. And nothing can be taken back: a deleted code goes on opening until its end, so
its row is kept, unseen, to keep its digits from being given out again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.policy.errors import Refusal
from gateway.policy.judge import Reason
from gateway.policy.offline import ROUNDINGS, NoSuchWindow, Rounding, next_pin, offline_window
from gateway.policy.plan import Decision, Straggler
from gateway.policy.records import CodeKind, CodeWarning
from gateway.policy.schedule import Timing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.engine.parts import Parts
    from gateway.policy.records import DeviceRecord
    from gateway.policy.request import CreateMultiple
    from latchbench.algopin import OfflineWindow
    from latchbench.pin import Pin

_USE_SOON = (
    "igloo_algopin_must_be_used_within_24_hours",
    "The code must be used for the first time within 24 hours of its start.",
)
_FOR_GOOD = (
    "offline_access_code_cannot_be_revoked",
    "The lock takes this code until its end, even after it was deleted here.",
)


@dataclass(frozen=True, slots=True)
class OfflineCodes:
    """Makes offline codes for calls that ask for them, and for locks that take no others."""

    parts: Parts

    def refusals(self, request: CreateMultiple, devices: Sequence[DeviceRecord]) -> list[Refusal]:
        """What stands in the way of offline codes with these times, as input problems."""
        found = (self._window(request, device)[1] for device in devices)
        return [refusal for refusal in found if refusal is not None]

    def _window(
        self, request: CreateMultiple, device: DeviceRecord
    ) -> tuple[OfflineWindow | None, Refusal | None]:
        able = device.facts.supports_offline_codes and device.offline_secret is not None
        if not able:
            message = f"{device.name} makes no offline codes"
            return None, Refusal(device.device_id, "offline_codes_not_supported", message)
        zone = _zone(device)
        if zone is None:
            message = f"{device.name} makes codes for hours of its own zone, which is not known"
            return None, Refusal(device.device_id, "time_zone_unknown", message)
        if request.starts_at_us is None:
            message = f"{device.name} makes its own offline codes, which need a start and an end"
            return None, Refusal(device.device_id, "offline_codes_only", message)
        try:
            window = offline_window(
                request.starts_at_us,
                request.ends_at_us,
                ROUNDINGS.get(request.max_time_rounding, Rounding.HOUR),
                zone,
                self.parts.now_us(),
            )
        except NoSuchWindow as error:
            message = f"{device.name}: {error}"
            return None, Refusal(device.device_id, "time_window_not_supported", message)
        return window, None

    def decide(
        self, request: CreateMultiple, devices: Sequence[DeviceRecord]
    ) -> tuple[Decision, Mapping[str, Timing]]:
        """A PIN of its own for each device. Raises `CodeRefused` under `throw`."""
        reasons = {device.device_id: _own_code(device) for device in devices}
        if request.behavior == "throw" and len(devices) > 1:
            raise request.refusal(
                [Refusal(key, reason.word, reason.message) for key, reason in reasons.items()]
            )
        timings: dict[str, Timing] = {}
        stragglers = []
        used_up = []
        for device in devices:
            pin, timing = self._code(request, device)
            timings[device.device_id] = timing
            reason = reasons[device.device_id]
            if pin is None:
                reason = replace(reason, message=_used_up(device).message)
                used_up.append(_used_up(device))
            stragglers.append(Straggler(device.device_id, pin, (reason,)))
        if used_up and request.behavior == "throw":
            raise request.refusal(used_up)
        return Decision(stragglers=tuple(stragglers)), timings

    def own(
        self,
        request: CreateMultiple,
        decision: Decision,
        devices: Sequence[DeviceRecord],
        timings: Mapping[str, Timing],
    ) -> tuple[Decision, Mapping[str, Timing]]:
        """The decision about codes that are sent, and offline ones for locks that take no others.

        Raises `CodeRefused` under `throw` when there is none for such a lock.
        """
        only = {device.device_id: device for device in devices if device.facts.offline_codes_only}
        stragglers = []
        timings = dict(timings)
        for straggler in decision.stragglers:
            device = only.get(straggler.device_id)
            if device is not None:
                pin, timings[device.device_id] = self._code(request, device)
                straggler = replace(straggler, pin=pin)
                if pin is None and request.behavior == "throw":
                    _, refusal = self._window(request, device)
                    raise request.refusal([refusal or _used_up(device)])
            stragglers.append(straggler)
        return replace(decision, stragglers=tuple(stragglers)), timings

    def _code(self, request: CreateMultiple, device: DeviceRecord) -> tuple[Pin | None, Timing]:
        window, _ = self._window(request, device)
        if window is None or device.offline_secret is None:
            given = Timing(request.starts_at_us, request.ends_at_us, kind=CodeKind.OFFLINE)
            return None, given
        world = self.parts.world
        rows = [code for code in world.codes_of(device.device_id) if code.kind is CodeKind.OFFLINE]
        in_use = world.pins_in_use(device.device_id).keys()
        pin = next_pin(device.offline_secret, window, rows, in_use)
        timing = Timing(
            window.starts_us,
            window.ends_us,
            kind=CodeKind.OFFLINE,
            is_one_time_use=window.is_one_time,
        )
        return pin, timing


def offline_warnings(now_us: int) -> tuple[CodeWarning, ...]:
    """What the holder of an offline code has to know."""
    return tuple(CodeWarning(code, message, now_us) for code, message in (_USE_SOON, _FOR_GOOD))


def _used_up(device: DeviceRecord) -> Refusal:
    message = f"{device.name} has given out all its offline codes of that start"
    return Refusal(device.device_id, "no_space", message)


def _own_code(device: DeviceRecord) -> Reason:
    message = f"{device.name} makes its own offline code, which no other lock has"
    return Reason("offline_codes_only", "offline_codes_only", message)


def _zone(device: DeviceRecord) -> ZoneInfo | None:
    """The lock's zone; None when there is none by that name."""
    try:
        return ZoneInfo(device.time_zone or "")
    except (ZoneInfoNotFoundError, ValueError):
        return None
