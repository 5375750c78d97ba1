"""Reads the profiles of lock models: one YAML file each, every value with its source.

A file has three keys: `model` (one line of prose), `lock` and `advertised`. Under `lock` every
field of `Profile` is given as `{value: ..., source: "..."}` or, where nobody published it,
`{value: ..., tunable: "..."}`. Under `advertised` stands only what a hub's device database believes
otherwise than the lock is, and what only such a database has (the lengths of names).

All problems of a file or of overrides are collected and raised at once.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import yaml

from simulator.model.profile import Advertised, InvalidProfile, Profile
from simulator.model.state import fresh
from simulator.profiles.fields import ADVERTISED_FIELDS, LOCK_FIELDS, SHARED_FIELDS, WrongValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.profiles.fields import Field, Place

FOLDER: Final = Path(__file__).parent
SECTIONS: Final = ("model", "lock", "advertised")
MARKS: Final = ("source", "tunable")

# Only a hub's side has these, so without a word about them it believes nothing.
ADVERTISED_ONLY: Final[Mapping[str, None]] = MappingProxyType(
    dict.fromkeys(sorted(set(ADVERTISED_FIELDS) - set(SHARED_FIELDS)))
)


@dataclass(frozen=True, slots=True)
class ProfileError:
    """One problem: where in the file or the overrides, and what."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        where = ".".join(str(part) for part in self.path)
        return f"{where}: {self.message}" if where else self.message


class ProfileErrors(ValueError):
    """Everything that is wrong with a profile, in `errors`."""

    def __init__(self, errors: Sequence[ProfileError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """A model of lock: what it does, what hubs believe it does, and how anybody knows."""

    name: str
    model: str
    lock: Profile
    advertised: Advertised
    sources: Mapping[str, str]
    """`lock.FIELD` or `advertised.FIELD` to "source: ..." or "tunable: ..."."""
    stated: frozenset[str]
    """Fields of `advertised` that were given, and do not follow the lock."""


def names() -> tuple[str, ...]:
    """The names of the profiles that come with the product, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def load(name: str) -> ProfileFile:
    """The profile called `name`. Raises `ProfileErrors` if there is none or it has problems."""
    if name not in names():
        raise ProfileErrors(
            [ProfileError((), f"no profile is called {name!r}{_hint(name, names())}")]
        )
    return parse(name, (FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def parse(name: str, text: str) -> ProfileFile:
    """The profile in `text`, YAML as described above. Raises `ProfileErrors` with all problems."""
    try:
        root = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        # Without the snippet of the file that the error carries: there may be a PIN in it.
        problem = getattr(error, "problem", None) or "cannot be read as YAML"
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise ProfileErrors([ProfileError((), f"{where}{problem}")]) from None
    if not isinstance(root, dict):
        raise ProfileErrors([ProfileError((), f"must have the keys {', '.join(SECTIONS)}")])
    problems = [_unknown((key,), SECTIONS) for key in root if key not in SECTIONS]
    model = root.get("model")
    if not isinstance(model, str):
        problems.append(ProfileError(("model",), "must be a line of text"))
    lock, marks = _marked(root.get("lock"), ("lock",), LOCK_FIELDS, problems)
    problems += [
        ProfileError(("lock", field), "is missing")
        for field in LOCK_FIELDS
        if isinstance(root.get("lock"), dict) and field not in root["lock"]
    ]
    stated, more = _marked(
        root.get("advertised") or {}, ("advertised",), ADVERTISED_FIELDS, problems
    )
    if problems:
        raise ProfileErrors(problems)
    return _built(name, str(model), lock, stated, {**marks, **more}, ("lock",))


def derive(base: ProfileFile, name: str, overrides: Mapping[str, object]) -> ProfileFile:
    """`base` with other values for some fields, given plainly: `{code_lengths: [6]}`.

    `advertised: {...}` in `overrides` says what a hub believes; what neither it nor the base's file
    states there follows the lock. Raises `ProfileErrors` with all problems, their paths counted
    from `overrides`.
    """
    problems: list[ProfileError] = []
    given = {field: value for field, value in overrides.items() if field != "advertised"}
    lock = _read(given, (), LOCK_FIELDS, problems, also=("advertised",))
    believed = overrides.get("advertised", {})
    stated: dict[str, Any] = {}
    if isinstance(believed, dict):
        stated = _read(believed, ("advertised",), ADVERTISED_FIELDS, problems)
    else:
        problems.append(ProfileError(("advertised",), "must map fields to values"))
    if problems:
        raise ProfileErrors(problems)
    mark = f"tunable: set by the profile {name}"
    changed = [f"lock.{field}" for field in given] + [f"advertised.{field}" for field in stated]
    kept = {field: getattr(base.advertised, field) for field in base.stated}
    return _built(
        name,
        base.model,
        {**_values(base.lock), **lock},
        {**kept, **stated},
        {**base.sources, **dict.fromkeys(changed, mark)},
        (),
    )


def _built(
    name: str,
    model: str,
    lock: Mapping[str, Any],
    stated: Mapping[str, Any],
    sources: Mapping[str, str],
    place: Place,
) -> ProfileFile:
    """The profile of these attributes; `place` is where the lock's fields stand."""
    errors: list[ProfileError] = []
    profile: Profile | None = None
    try:
        profile = Profile(**lock)
        # Asks the lock's own rules whether they take its factory codes.
        fresh(profile, 0)
    except InvalidProfile as invalid:
        errors += [ProfileError((*place, field), message) for field, message in invalid.problems]
    shared = {field: lock[field] for field in SHARED_FIELDS}
    advertised: Advertised | None = None
    try:
        advertised = Advertised(**{**shared, **ADVERTISED_ONLY, **stated})
    except InvalidProfile as invalid:
        # What merely follows a wrong value of the lock is one problem, not two.
        errors += [
            ProfileError(("advertised", field), message)
            for field, message in invalid.problems
            if profile is not None or field in stated
        ]
    if errors or profile is None or advertised is None:
        raise ProfileErrors(errors)
    return ProfileFile(
        name, model, profile, advertised, MappingProxyType(dict(sources)), frozenset(stated)
    )


def _marked(
    section: object, place: Place, known: Mapping[str, Field], problems: list[ProfileError]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The attributes of a section of a file, and the mark of each field by its dotted path."""
    if not isinstance(section, dict):
        problems.append(ProfileError(place, "must map fields to values with their source"))
        return {}, {}
    plain: dict[object, object] = {}
    marks: dict[str, str] = {}
    for field, entry in section.items():
        if not isinstance(entry, dict) or "value" not in entry:
            problems.append(ProfileError((*place, field), "must be {value: ..., source: ...}"))
            continue
        said = [(key, why) for key, why in entry.items() if key != "value"]
        key, why = said[0] if len(said) == 1 else (None, None)
        if key not in MARKS or not isinstance(why, str) or not why.strip():
            problems.append(
                ProfileError((*place, field), "needs either source or tunable, with a text")
            )
        plain[field] = entry["value"]
        marks[f"{place[0]}.{field}"] = f"{key}: {why}"
    return _read(plain, place, known, problems), marks


def _read(
    section: Mapping[Any, object],
    place: Place,
    known: Mapping[str, Field],
    problems: list[ProfileError],
    also: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The attributes that the fields of `section` fill; what is wrong is added to `problems`."""
    attributes: dict[str, Any] = {}
    for name, value in section.items():
        if name not in known:
            problems.append(_unknown((*place, name), (*known, *also)))
            continue
        field = known[name]
        try:
            attributes[field.attribute] = field.read(value)
        except WrongValue as wrong:
            problems += [
                ProfileError((*place, name, *inner), message) for inner, message in wrong.problems
            ]
    return attributes


def _values(lock: Profile) -> dict[str, Any]:
    return {field.name: getattr(lock, field.name) for field in fields(lock)}


def _unknown(path: tuple[Any, ...], known: Sequence[str]) -> ProfileError:
    name = str(path[-1])
    return ProfileError(path, f"unknown field{_hint(name, known)}")


def _hint(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"


class _Loader(yaml.SafeLoader):
    """YAML without the two things that hide what a file says: repeated keys and aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, "an alias hides where a value comes from", mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = [key.value for key, _ in node.value]
        twice = {key for key in seen if seen.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"twice in one mapping: {sorted(twice)}", node.start_mark
            )
        return super().construct_mapping(node, deep)
