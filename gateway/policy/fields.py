"""How the parameters of a call are read: from a table, all problems at once.

A `Parameter` is a row of data: its type, its default, whether the part of the gateway that gives
its other values a meaning is built. `read` checks a body against a table and goes on after a
problem, so that a caller learns of all of them in one answer. What a body holds is what JSON can
hold; `from_query` brings a query string into the same shape, and gRPC messages are brought into it
too, so that one set of rules serves all three.

Problems are worded as zod words them, and hold no value of the caller's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from gateway.policy.errors import InvalidInput, NotSupported, Problem, listing
from gateway.policy.times import BadTime, time_from_text
from latchbench.pin import Pin

# The one character that PostgreSQL's text type cannot hold.
_NUL: Final = "\0"


class Kind(StrEnum):
    """The type of a parameter, in the words of the parameter table of the docs."""

    IDS = "array of ids"
    TEXT = "string"
    CODE = "string of 4 to 12 digits"
    CHOICE = "one of"
    BOOLEAN = "boolean"
    WHOLE = "whole number"
    COUNT = "whole number, also as text"
    TIME = "ISO 8601 time with an offset"
    TIMES = "array of ISO 8601 times with an offset"
    ANY = "anything"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one call.

    Where `built` is False only the default is served: every other value is checked like any other
    and then refused by `Reading.settle`. `low` and `high` bound a number, or how many characters or
    ids there may be; `unique` forbids an id to stand twice. `about` is its line in the docs.
    """

    name: str
    kind: Kind
    about: str
    default: str | bool | int | None = None
    required: bool = False
    built: bool = True
    low: int = 0
    high: int | None = None
    unique: bool = False
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """What `read` found. `values` has every parameter of the table: given, or its default.

    `given` are the names that came with a value of their own, `bad` those that had a problem (their
    value is then the default), `ignored` the names that no row of the table knows.
    """

    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)
    ignored: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, parameter: str | None, message: str) -> None:
        """Note a problem; reading goes on."""
        self.problems.append(Problem(parameter, message))
        if parameter is not None:
            self.bad.add(parameter)

    def settle(self, parameters: Iterable[Parameter]) -> None:
        """Raise `InvalidInput` with all problems, or else `NotSupported` with all of those."""
        if self.problems:
            raise InvalidInput(self.problems)
        names = [
            row.name
            for row in parameters
            if not row.built and row.name in self.given and self.values[row.name] != row.default
        ]
        if names:
            raise NotSupported(names)


class _Wrong(Exception):
    """The value is not what the row asks for; `args` are the messages of its problems."""


def type_name(value: object) -> str:
    """The JSON type of a decoded value, in zod's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
        case _:
            return "object"


def as_object(body: object) -> Mapping[str, object]:
    """`body` if it is a JSON object. Raises `InvalidInput` otherwise."""
    if isinstance(body, Mapping):
        return body
    raise InvalidInput([Problem(None, f"Expected object, received {type_name(body)}")])


def read(parameters: Sequence[Parameter], body: object) -> Reading:
    """Check `body` against the table. Raises `InvalidInput` only when it is no object at all.

    A null means "not given" where the default is null, and is of the wrong type elsewhere.
    """
    given = as_object(body)
    reading = Reading()
    for row in parameters:
        reading.values[row.name] = row.default
        value = given.get(row.name)
        if row.name not in given and row.required:
            reading.refuse(row.name, "Required")
            continue
        if row.name not in given or (value is None and row.default is None and not row.required):
            continue
        try:
            reading.values[row.name] = _READERS[row.kind](row, value)
            reading.given.add(row.name)
        except _Wrong as wrong:
            for message in wrong.args:
                reading.refuse(row.name, message)
    known = {row.name for row in parameters}
    reading.ignored = tuple(name for name in given if name not in known)
    return reading


def _expect(kind: type, word: str, value: object) -> None:
    if not isinstance(value, kind):
        raise _Wrong(f"Expected {word}, received {type_name(value)}")


def _counted(row: Parameter, value: Any) -> list[str]:
    """What is wrong with the length of an array."""
    _expect(list, "array", value)
    wrong: list[str] = []
    if len(value) < row.low:
        wrong.append(f"Array must contain at least {row.low} element(s)")
    if row.high is not None and len(value) > row.high:
        wrong.append(f"Array must contain at most {row.high} element(s)")
    return wrong


def _ids(row: Parameter, value: Any) -> tuple[str, ...]:
    wrong = _counted(row, value)
    strangers = [
        f"{row.name}[{at}]"
        for at, item in enumerate(value)
        if not isinstance(item, str) or not _is_storable(item)
    ]
    if strangers:
        raise _Wrong(f"Expected string of Unicode text at {listing(strangers)}")
    repeats = _repeats(row.name, value)
    if row.unique and repeats:
        wrong.append(f"Must not name anything twice: {listing(repeats)}")
    if wrong:
        raise _Wrong(*wrong)
    return tuple(value)


def _repeats(name: str, items: Sequence[str]) -> list[str]:
    first: dict[str, int] = {}
    return [
        f"{name}[{at}] repeats {name}[{first[item]}]"
        for at, item in enumerate(items)
        if first.setdefault(item, at) != at
    ]


def _text(row: Parameter, value: Any) -> str:
    _expect(str, "string", value)
    text = str(value)
    if row.high is not None and len(text) > row.high:
        raise _Wrong(f"String must contain at most {row.high} character(s)")
    if not _is_storable(text):
        raise _Wrong("String must be Unicode text without U+0000")
    return text


def _is_storable(text: str) -> bool:
    """No NUL and no half of a surrogate pair: no database and no UTF-8 answer takes either."""
    return _NUL not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _code(row: Parameter, value: Any) -> Pin:
    if type_name(value) == "number":
        raise _Wrong(
            "Expected string, received number: put the code in quotes, because leading zeros count"
        )
    _expect(str, "string", value)
    if re.fullmatch(r"[0-9]{4,12}", value) is None:
        raise _Wrong("Must be 4 to 12 digits from 0 to 9")
    return Pin(value)


def _choice(row: Parameter, value: Any) -> str:
    _expect(str, "string", value)
    if value not in row.choices:
        choices = " | ".join(f"'{choice}'" for choice in row.choices)
        raise _Wrong(f"Invalid enum value. Expected {choices}")
    return str(value)


def _boolean(row: Parameter, value: Any) -> bool:
    _expect(bool, "boolean", value)
    return bool(value)


def _whole(row: Parameter, value: Any) -> int:
    if type_name(value) != "number":
        raise _Wrong(f"Expected number, received {type_name(value)}")
    if isinstance(value, float) and not (math.isfinite(value) and value.is_integer()):
        raise _Wrong("Expected integer, received float")
    if value < row.low:
        raise _Wrong(f"Number must be greater than or equal to {row.low}")
    if row.high is not None and value > row.high:
        raise _Wrong(f"Number must be less than or equal to {row.high}")
    return int(value)


def _count(row: Parameter, value: Any) -> int:
    # Ten digits are more than any list has; Python refuses to convert very long ones.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}", value):
        return _whole(row, int(value))
    return _whole(row, value)


def _time(row: Parameter, value: Any) -> int:
    _expect(str, "string", value)
    try:
        return time_from_text(value)
    except BadTime as error:
        raise _Wrong(str(error)) from None


def _times(row: Parameter, value: Any) -> tuple[int, ...]:
    if wrong := _counted(row, value):
        raise _Wrong(*wrong)
    return tuple(_time(row, item) for item in value)


def _any(row: Parameter, value: Any) -> object:
    return value


_READERS: Final[Mapping[Kind, Callable[[Parameter, Any], Any]]] = {
    Kind.IDS: _ids,
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.CHOICE: _choice,
    Kind.BOOLEAN: _boolean,
    Kind.WHOLE: _whole,
    Kind.COUNT: _count,
    Kind.TIME: _time,
    Kind.TIMES: _times,
    Kind.ANY: _any,
}


_ARRAYS: Final = (Kind.IDS, Kind.TIMES)


def from_query(
    parameters: Sequence[Parameter], pairs: Iterable[tuple[str, str]]
) -> dict[str, object]:
    """The parameters of a query string, in the shape that a JSON body would have.

    An array is a repeated name, or `name[]`; a single empty value is the empty array. For any other
    parameter an empty value is null. Booleans are `true` and `false`. An object is written with
    dots (`filter.key=value`). `_strict`, which the SDKs add to every query, says nothing here.
    """
    kinds = {row.name: row.kind for row in parameters}
    gathered: dict[str, list[str]] = {}
    objects: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        stem, dot, key = name.partition(".")
        if dot and stem in kinds:
            objects.setdefault(stem, {})[key] = value
        elif name != "_strict":
            gathered.setdefault(name.removesuffix("[]"), []).append(value)
    body: dict[str, object] = {**objects}
    for name, values in gathered.items():
        if kinds.get(name) in _ARRAYS:
            body[name] = [] if values == [""] else values
        elif len(values) > 1:
            body[name] = values
        else:
            body[name] = _scalar(kinds.get(name), values[0])
    return body


def _scalar(kind: Kind | None, text: str) -> object:
    if text == "":
        return None
    if kind is Kind.BOOLEAN and text in ("true", "false"):
        return text == "true"
    return text
