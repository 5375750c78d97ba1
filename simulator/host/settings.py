"""What a host is told at its start: one JSON object, checked before anything is opened.

    name           the host's name
    seed           the run's seed; every lock makes its own stream of chance from it
    mask_key       hex digits; PINs leave the host as tokens under this key
    show_codes     true: they leave it as they are
    start_us       the time on the bench's clock
    mode           "stepped", or "paced" with `rate` microseconds for each real one
    timing         a name of `simulator.radio.timing`
    device_address host:port of the device plane; port 0 for any
    control_socket path of the unix socket for time and control
    nvm_dir        where the memory files of the locks are
    reflection     true: the device plane describes itself to grpcurl
    dawdle_ms      random real delays up to this, to show that they change nothing
    locks          [{name, lock_id, hub, profile, codes, fill_slots, radio, power}]

Of a lock `codes`, `fill_slots`, `radio` and `power` say how it is when it is new; a lock that has a
memory file already is as it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from latchbench.pin import Pin
from simulator.host.profile_plain import ProfileUnreadable, profile_from_plain
from simulator.model.words import OfflineCodes, Power
from simulator.radio.timing import TIMINGS, Timing
from simulator.radio.words import RadioState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.model.profile import Profile

Value = TypeVar("Value")

LOCKS_MAX: Final = 1024
# struct sockaddr_un has 108 bytes for the path with its closing NUL (unix(7)).
SOCKET_PATH_BYTES_MAX: Final = 107
MASK_KEY_BYTES_MAX: Final = 64  # of the hash that makes the tokens (BLAKE2b)


class InvalidSettings(ValueError):
    """A host cannot start with these settings; the message names the field and repeats no value."""


@dataclass(frozen=True, slots=True)
class LockSettings:
    """One lock of a host: who it is, and how it is when it is new."""

    name: str
    lock_id: str
    hub: str
    profile_name: str
    profile: Profile
    codes: Mapping[int, Pin]
    fill_slots: int
    radio: RadioState
    power: Power
    offline_secret: Pin | None = None


@dataclass(frozen=True, slots=True)
class HostSettings:
    """See the module's words. `rate` is None when a bench steps the host."""

    name: str
    seed: int
    mask_key: bytes
    show_codes: bool
    start_us: int
    rate: float | None
    timing: Timing
    device_address: str
    control_socket: str
    nvm_dir: Path
    reflection: bool
    dawdle_ms: int
    locks: tuple[LockSettings, ...]


def host_settings(plain: Mapping[str, Any]) -> HostSettings:
    """The settings in `plain`, decoded JSON. Raises `InvalidSettings`."""
    left = dict(plain)
    name = _take(left, "name", str)
    settings = HostSettings(
        name=name,
        seed=_take(left, "seed", int),
        mask_key=_hex(_take(left, "mask_key", str)),
        show_codes=_take(left, "show_codes", bool, default=False),
        start_us=_take(left, "start_us", int),
        rate=_rate(_take(left, "mode", str), left),
        timing=_word(_take(left, "timing", str, default="fast"), TIMINGS, "timing"),
        device_address=_take(left, "device_address", str, default="127.0.0.1:0"),
        control_socket=_socket(_take(left, "control_socket", str)),
        nvm_dir=Path(_take(left, "nvm_dir", str)),
        reflection=_take(left, "reflection", bool, default=False),
        dawdle_ms=_take(left, "dawdle_ms", int, default=0),
        locks=_locks(_take(left, "locks", list)),
    )
    _finish(left, "a host")
    return settings


def _locks(plain: list[Any]) -> tuple[LockSettings, ...]:
    if len(plain) > LOCKS_MAX:
        raise InvalidSettings(f"locks: {len(plain)} are too many for one host ({LOCKS_MAX})")
    locks = tuple(sorted((_lock(entry) for entry in plain), key=lambda lock: lock.name))
    for field in ("name", "lock_id"):
        if len({getattr(lock, field) for lock in locks}) < len(locks):
            raise InvalidSettings(f"locks: two have the same {field}")
    return locks


def _lock(plain: object) -> LockSettings:
    if not isinstance(plain, dict):
        raise InvalidSettings("locks: every one must be an object")
    left = dict(plain)
    name = _take(left, "name", str)
    try:
        profile_name, profile = profile_from_plain(left.pop("profile", None))
        settings = LockSettings(
            name=name,
            lock_id=_take(left, "lock_id", str),
            hub=_take(left, "hub", str),
            profile_name=profile_name,
            profile=profile,
            codes=_codes(_take(left, "codes", dict, default={})),
            fill_slots=_take(left, "fill_slots", int, default=0),
            radio=_radio(_take(left, "radio", str, default=RadioState.AWAKE.value)),
            power=_power(_take(left, "power", str, default=Power.GOOD.value)),
            offline_secret=_secret(_take(left, "offline_secret", str, default=""), profile),
        )
    except ProfileUnreadable as error:
        raise InvalidSettings(f"lock {name}: profile: {error}") from None
    except InvalidSettings as error:
        raise InvalidSettings(f"lock {name}: {error}") from None
    _finish(left, f"lock {name}")
    return settings


def _codes(plain: Mapping[str, object]) -> dict[int, Pin]:
    codes: dict[int, Pin] = {}
    for slot, digits in plain.items():
        if not (slot.isascii() and slot.isdigit()) or not isinstance(digits, str):
            # Neither is repeated: with the two the wrong way round the slot would be the PIN.
            raise InvalidSettings("codes: must map slots to digits, both as text")
        codes[int(slot)] = Pin(digits)
    return dict(sorted(codes.items()))


def _secret(text: str, profile: Profile) -> Pin | None:
    """A lock that derives codes must have one; any other has no use for it."""
    if profile.offline_codes is OfflineCodes.NONE:
        return None
    if not text:
        raise InvalidSettings("offline_secret: a lock that makes offline codes needs one")
    return Pin(text)


def _radio(word: str) -> RadioState:
    return _word(word, {state.value: state for state in RadioState}, "radio")


def _power(word: str) -> Power:
    return _word(word, {power.value: power for power in Power}, "power")


def _rate(mode: str, left: dict[str, Any]) -> float | None:
    if mode == "stepped":
        return None
    if mode != "paced":
        raise InvalidSettings("mode: must be stepped or paced")
    rate = left.pop("rate", 1.0)
    if not isinstance(rate, int | float) or isinstance(rate, bool):
        raise InvalidSettings("rate: must be a number")
    if not 0 < rate < math.inf:
        raise InvalidSettings("rate: must be above 0")
    return float(rate)


def _socket(path: str) -> str:
    if len(path.encode()) > SOCKET_PATH_BYTES_MAX:
        raise InvalidSettings(
            f"control_socket: the path has more than {SOCKET_PATH_BYTES_MAX} bytes"
        )
    return path


def _hex(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise InvalidSettings("mask_key: must be hex digits") from None
    if not 0 < len(key) <= MASK_KEY_BYTES_MAX:
        raise InvalidSettings(f"mask_key: must have 1 to {MASK_KEY_BYTES_MAX} bytes")
    return key


def _word(word: str, words: Mapping[str, Value], field: str) -> Value:
    if word not in words:
        raise InvalidSettings(f"{field}: must be one of {', '.join(words)}")
    return words[word]


def _take(
    left: dict[str, Any], field: str, kind: type[Value], *, default: Value | None = None
) -> Value:
    value = left.pop(field, default)
    # JSON's true is an int to Python.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise InvalidSettings(f"{field}: must be given, as {kind.__name__}")
    return value


def _finish(left: Mapping[str, object], whose: str) -> None:
    if left:
        raise InvalidSettings(f"{whose} has no setting called {', '.join(sorted(left))}")
