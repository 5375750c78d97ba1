"""A lock's profile as JSON values, for the way from the bench to a host.

Every field is written in the form in which profile files and overrides have it, so the readers of
those fields read it back and check it. Only the lock's own side goes along: what a hub's device
database believes is no business of the lock.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from latchbench.pin import Pin
from simulator.model.profile import InvalidProfile, Lockout, Profile
from simulator.profiles.fields import LOCK_FIELDS, LOCKOUT_FIELDS, WrongValue
from simulator.profiles.loader import ProfileErrors, derive, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.profiles.fields import Field


class ProfileUnreadable(ValueError):
    """What was given is no profile. The message repeats no value."""


def profile_to_plain(name: str, profile: Profile) -> dict[str, Any]:
    """`{name, lock}`: a profile whole, digits revealed, for `profile_from_plain` alone."""
    return {"name": name, "lock": _fields_to_plain(profile, LOCK_FIELDS)}


def profile_from_plain(plain: object) -> tuple[str, Profile]:
    """The name and the lock of a profile.

    `plain` is the name of one that comes with the product, `{name, base, overrides}` for one that
    differs from such a one, or `{name, lock}`. Raises `ProfileUnreadable`.
    """
    try:
        if isinstance(plain, str):
            return plain, load(plain).lock
        match plain:
            case {"name": str(name), "base": str(base), "overrides": dict(overrides)}:
                return name, derive(load(base), name, overrides).lock
            case {"name": str(name), "lock": dict(lock)}:
                return name, _lock_from_plain(lock)
    except (InvalidProfile, ProfileErrors) as error:
        raise ProfileUnreadable("; ".join(str(error).splitlines())) from None
    raise ProfileUnreadable("must be a name, {name, base, overrides} or {name, lock}")


def _fields_to_plain(values: object, fields: Mapping[str, Field]) -> dict[str, Any]:
    return {
        name: _value_to_plain(getattr(values, field.attribute), field)
        for name, field in fields.items()
    }


def _value_to_plain(value: Any, field: Field) -> Any:
    if isinstance(value, Lockout):
        return _fields_to_plain(value, LOCKOUT_FIELDS)
    if field.attribute == "factory_codes":
        return [[slot, pin.reveal()] for slot, pin in value]
    if field.attribute.endswith("_us"):
        return _durations(value)
    if isinstance(value, frozenset | tuple):
        return sorted(_scalar(item) for item in value)
    return _scalar(value)


def _durations(value: Any) -> Any:
    if isinstance(value, tuple):
        return [f"{item}us" for item in value]
    return None if value is None else f"{value}us"


def _scalar(value: Any) -> Any:
    if isinstance(value, Pin):
        return value.reveal()
    return value.value if isinstance(value, Enum) else value


def _lock_from_plain(lock: Mapping[str, Any]) -> Profile:
    if set(lock) != set(LOCK_FIELDS):
        raise ProfileUnreadable("lock must have every field of a lock, and no other")
    values: dict[str, Any] = {}
    for name, field in LOCK_FIELDS.items():
        # JSON has text for keys, so the slots of this mapping go as a list of pairs.
        given = dict(lock[name]) if name == "factory_codes" else lock[name]
        try:
            values[field.attribute] = field.read(given)
        except WrongValue as wrong:
            raise ProfileUnreadable(f"lock.{name}: {wrong}") from None
    return Profile(**values)
