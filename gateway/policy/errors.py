"""What can go wrong at the gateway's door, sorted by whose move is next.

GatewayError
├─ RequestError                        the caller must send something else
│  ├─ InvalidInput                     .problems .refusals
│  ├─ NotSupported                     .parameters
│  ├─ MismatchedPage
│  ├─ Unauthorized
│  ├─ NotFound                         .path
│  ├─ MethodNotAllowed                 .allowed
│  ├─ TooLarge                         .bytes_max
│  ├─ DeviceNotFound                   .device_ids
│  ├─ AccessCodeNotFound
│  ├─ AccessCodeNotTimeBound
│  ├─ CommonCodeKeyNotFound
│  ├─ ActionAttemptNotFound
│  ├─ AccessCodeBeingRemoved
│  ├─ RequestIdReused
│  └─ DeviceDoesNotSupportAccessCodes  .devices
├─ LockRefused                         other locks, other codes, or a change at the lock
│  ├─ CodeRefused                      .refusals .rollback .duplicate_only
│  │  ├─ CodeCannotBeShared            .refusals .rollback .duplicate_only
│  │  └─ CodeCannotBeSet               .refusals .rollback .duplicate_only
│  └─ NoBackupAccessCode
├─ LockUnreachable                     nothing, until the lock is heard again
│  └─ DeviceOffline                    .devices
├─ NotNow                              the same call is right, at another time
│  ├─ Stepped
│  ├─ Stopping
│  └─ WatcherFellBehind                .after_event_id
└─ OurFault                            ours
   └─ InternalError

A leaf carries what a program needs as data; its message is for people. No message holds a PIN: the
sentences below are made of parameter names, positions, counts and ids, never of any other value
that a caller sent. How each leaf looks over HTTP and gRPC is said in one place, the API's `status`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A sentence about ten thousand devices names this many and counts the others.
_NAMED_MAX: Final = 5


def listing(items: Sequence[str]) -> str:
    """`a, b and 7 more`: at most five by name."""
    if len(items) <= _NAMED_MAX:
        return ", ".join(items)
    return f"{', '.join(items[:_NAMED_MAX])} and {len(items) - _NAMED_MAX} more"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request; `parameter` is None where it is about several or all.

    `message` is worded as in zod, the validator of the API that this one stands in for: callers
    have tests that compare these texts.
    """

    parameter: str | None
    message: str

    @property
    def sentence(self) -> str:
        """The message where it stands alone: `device_ids is required`, `... for "starts_at"`."""
        if self.parameter is None or self.message.startswith(self.parameter):
            return self.message
        if self.message == "Required":
            return f"{self.parameter} is required"
        return f'{self.message} for "{self.parameter}"'


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one device stands in the way. `reason` is a lower-snake word, `message` is for people.

    The id of the code in its way is given where there is one: managed by the gateway or not.
    """

    device_id: str
    reason: str
    message: str
    managed_access_code_id: str | None = None
    unmanaged_access_code_id: str | None = None


class RollbackState(StrEnum):
    """Whether a code that was withdrawn is known to be on no lock."""

    PENDING = "pending"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Cleanup:
    """What is left to do at one device that may have held a withdrawn code."""

    device_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """What a refused call leaves behind.

    COMPLETE only if no lock can hold the code: none was sent it, or it was read back without it.
    """

    state: RollbackState
    cleanup: tuple[Cleanup, ...] = ()


class GatewayError(Exception):
    """A call that ends without what it asked for. `str()` is a sentence without a PIN."""


class RequestError(GatewayError):
    """The caller must change the request; sending it again changes nothing."""


class InvalidInput(RequestError):
    """The parameters are wrong. `problems` holds all of them, in the order of the parameters.

    `refusals` names the devices for which they are wrong, where that depends on the device.
    """

    def __init__(self, problems: Sequence[Problem], refusals: Sequence[Refusal] = ()) -> None:
        self.problems = tuple(problems)
        self.refusals = tuple(refusals)
        super().__init__("; ".join(problem.sentence for problem in self.problems))


class NotSupported(RequestError):
    """The values are right, but the gateway does not do this yet. Names every such parameter."""

    def __init__(self, parameters: Sequence[str]) -> None:
        self.parameters = tuple(parameters)
        super().__init__(f"Not supported yet: {', '.join(self.parameters)}")


class MismatchedPage(RequestError):
    """A page cursor that belongs to other filters, or that this gateway never gave out."""

    def __init__(self) -> None:
        super().__init__("The page cursor belongs to a request with other parameters")


class Unauthorized(RequestError):
    """No key, or one that is not known."""


class NotFound(RequestError):
    """No such path."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__("Nothing is served at this path")


class MethodNotAllowed(RequestError):
    """The path is served under other verbs: `allowed`."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(allowed)
        super().__init__(f"only {', '.join(self.allowed)} accepted")


class TooLarge(RequestError):
    """The body is larger than `bytes_max`."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        super().__init__(f"The body is larger than {bytes_max} bytes")


class DeviceNotFound(RequestError):
    """Devices that the gateway does not know, in request order."""

    def __init__(self, device_ids: Sequence[str]) -> None:
        self.device_ids = tuple(device_ids)
        super().__init__(f"Device not found: {listing(self.device_ids)}")


class AccessCodeNotFound(RequestError):
    """No such access code, or none that is listed any more."""

    def __init__(self) -> None:
        super().__init__("Access code not found")


class AccessCodeNotTimeBound(RequestError):
    """Backup codes are for codes with a window; this one has none."""

    def __init__(self) -> None:
        super().__init__("Only a time-bound access code has a backup access code")


class CommonCodeKeyNotFound(RequestError):
    """No access code belongs to this key."""

    def __init__(self) -> None:
        super().__init__("There are no access codes with this common_code_key")


class ActionAttemptNotFound(RequestError):
    """No such action attempt, or one that ended more than a day ago."""

    def __init__(self) -> None:
        super().__init__("Action attempt not found")


class AccessCodeBeingRemoved(RequestError):
    """The access code was deleted or its time is over, and its lock is being cleared of it."""

    def __init__(self) -> None:
        super().__init__("The access code is being removed and cannot be changed")


class RequestIdReused(RequestError):
    """The caller's own id stands for another call, or for the same call with another body."""

    def __init__(self) -> None:
        super().__init__("This id was used for another request within the last 24 hours")


class DeviceDoesNotSupportAccessCodes(RequestError):
    """Devices without a keypad; `devices` holds their ids in request order."""

    def __init__(self, devices: Sequence[str]) -> None:
        self.devices = tuple(devices)
        super().__init__(f"Access codes cannot be set on: {listing(self.devices)}")


class LockRefused(GatewayError):
    """A lock will not take it: the same call is refused again until a lock changes."""


class CodeRefused(LockRefused):
    """A code was not set, because of these devices.

    `refusals` names *every* device that refuses, in request order. `rollback` is None when the
    refusal came before any lock was touched. `duplicate_only` says that a code of the caller's own
    choice is in use, and nothing else is wrong.
    """

    def __init__(
        self,
        refusals: Sequence[Refusal],
        rollback: Rollback | None = None,
        *,
        duplicate_only: bool = False,
    ) -> None:
        self.refusals = tuple(refusals)
        self.rollback = rollback
        self.duplicate_only = duplicate_only
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        raise NotImplementedError


class CodeCannotBeShared(CodeRefused):
    """No access code was created, because these devices cannot share one."""

    def _sentence(self) -> str:
        count = len(self.refusals)
        devices = "1 device" if count == 1 else f"{count} devices"
        if self.duplicate_only:
            return f"No access code was created: the code is already in use on {devices}"
        reasons = _counted(refusal.reason for refusal in self.refusals)
        return f"No access code was created: {devices} cannot share it ({reasons})"


class CodeCannotBeSet(CodeRefused):
    """What a call about one device asked for was not done, because its lock does not take it."""

    def _sentence(self) -> str:
        if self.duplicate_only:
            return "The code is already in use on the device"
        reasons = _counted(refusal.reason for refusal in self.refusals)
        return f"The code cannot be set on the device ({reasons})"


def _counted(reasons: Iterable[str]) -> str:
    return ", ".join(f"{reason}: {count}" for reason, count in Counter(reasons).items())


class NoBackupAccessCode(LockRefused):
    """No spare code lies on the lock now."""

    def __init__(self) -> None:
        super().__init__("The device has no backup access code left")


class LockUnreachable(GatewayError):
    """A lock does not answer, and the caller asked not to try."""


class DeviceOffline(LockUnreachable):
    """Devices that are offline; `devices` holds their ids in request order."""

    def __init__(self, devices: Sequence[str]) -> None:
        self.devices = tuple(devices)
        super().__init__(f"Device is offline: {listing(self.devices)}")


class NotNow(GatewayError):
    """Nothing was done; the same call is right at another time."""


class Stepped(NotNow):
    """A bench steps this gateway's time: only the bench's own calls are let in."""

    def __init__(self) -> None:
        super().__init__("A bench steps this gateway's time and makes all its calls itself")


class Stopping(NotNow):
    """The gateway is going down and lets no call in."""

    def __init__(self) -> None:
        super().__init__("The gateway is stopping")


class WatcherFellBehind(NotNow):
    """A watcher read too slowly and was let go; watching after `after_event_id` loses no event."""

    def __init__(self, after_event_id: str | None) -> None:
        self.after_event_id = after_event_id
        super().__init__("Events came faster than they were read")


class OurFault(GatewayError):
    """The gateway's own fault; what became of the call is not known."""


class InternalError(OurFault):
    """Something that nobody foresaw. What it was stands in the gateway's log, not here."""

    def __init__(self) -> None:
        super().__init__("Internal error")
