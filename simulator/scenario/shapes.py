"""From plain data to matchers, with what is known of the value before the run.

A `Shape` says which fields a value has, which words, whether it is a PIN. With it a misspelt
field, a state that does not exist or a code without quotes is found when the file is read, at its
line, and not as an expectation that fails (or worse, cannot fail) during the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from latchbench.pin import Pin
from simulator.scenario.interpolate import Late, Reference
from simulator.scenario.matchers import (
    Absent,
    AllOf,
    AmongItems,
    AnyOf,
    Between,
    Equal,
    Fields,
    Items,
    Matcher,
    Matches,
    Not,
    OneOf,
    SameAs,
    Secret,
)
from simulator.scenario.problems import (
    Gathering,
    Trouble,
    kind_of,
    shown,
    suggest,
)

# any: nothing is known. trace: text, which the file may write as a number. slots: a map from slot
# numbers to PINs. some, none: a list of PINs of which one, or none, must fit. masked: a PIN that
# nobody will see, so that nothing can be asked of it but whether it is there.
Kind = Literal[
    "any",
    "flag",
    "number",
    "text",
    "trace",
    "pin",
    "masked",
    "list",
    "map",
    "slots",
    "some",
    "none",
]
# Why a reference cannot be used where it stands, or None if it can.
JudgeReference = Callable[[Reference], str | None]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a value before the run.

    `words` are the texts that it can be, and `what` is what they are. `fields` are those of a map;
    if it is `open` it may have others. `item` is about the members of a list.
    `narrow` gives the shape that a map is read by, once it is seen; `whose` is for messages.
    """

    kind: Kind = "any"
    words: tuple[str, ...] = ()
    what: str = "word for this"
    fields: Mapping[str, Shape] = field(default_factory=dict)
    open: bool = False
    item: Shape | None = None
    whose: str = ""
    narrow: Callable[[Mapping[str, object], Shape], Shape] | None = None


ANY: Final = Shape()
FLAG: Final = Shape("flag")
NUMBER: Final = Shape("number")
TEXT: Final = Shape("text")
TRACE: Final = Shape("trace")
PIN: Final = Shape("pin")
MASKED: Final = Shape("masked")

# Longer ones are no longer read by people, and take the compiler of patterns a long time.
PATTERN_CHARACTERS_MAX: Final = 500

_CONTAINERS: Final = frozenset({"map", "list"})
_NUMERIC: Final = frozenset({"any", "number", "trace"})
_TEXTUAL: Final = frozenset({"any", "text", "trace", "pin"})
_SLOT: Final = re.compile(r"[1-9][0-9]{0,4}")


def read_matcher(raw: object, shape: Shape, judge: JudgeReference) -> Matcher:
    """The matcher that `raw` writes down. Raises `Trouble` with everything wrong with it."""
    return _Reader(judge).read(raw, shape)


class _Reader:
    def __init__(self, judge: JudgeReference) -> None:
        self._judge = judge
        self.operators: dict[str, Callable[[object, Shape], Matcher]] = {
            "in": self._in,
            "not": self._not,
            "matches": self._matches,
            "lt": self._less,
            "gt": self._greater,
            "between": self._between,
            "any_of": self._any_of,
            "absent": self._absent,
            "same_as": self._same_as,
        }

    def read(self, raw: object, shape: Shape) -> Matcher:
        matcher = self._read(raw, shape)
        return Secret(matcher) if shape.kind == "pin" else matcher

    def _read(self, raw: object, shape: Shape) -> Matcher:
        if shape.kind in ("some", "none"):
            return AmongItems(self.read(raw, PIN), wanted=shape.kind == "some")
        if shape.kind == "slots":
            return self._slots(raw)
        if shape.kind == "masked" and not (isinstance(raw, Mapping) and set(raw) == {"absent"}):
            raise Trouble.here("codes are masked here: ask for has_code in expect_device")
        if isinstance(raw, Mapping):
            return self._map(raw, shape)
        if isinstance(raw, list):
            return self._list(raw, shape)
        return Equal(self._plain(raw, shape))

    def _map(self, raw: Mapping[str, object], shape: Shape) -> Matcher:
        if not raw:
            raise Trouble.here("this map is empty, so everything would fit it")
        operators = [key for key in raw if key in self.operators and key not in shape.fields]
        if shape.kind == "map" or (shape.kind == "any" and not operators):
            if not operators:
                return self._fields(raw, shape)
            if len(operators) < len(raw):
                names = ", ".join(operators)
                raise Trouble.here(f"fields cannot stand beside {names}; put them under any_of")
        return self._operations(raw, shape)

    def _fields(self, raw: Mapping[str, object], shape: Shape) -> Matcher:
        gathering = Gathering()
        if shape.narrow is not None:
            shape = shape.narrow(raw, shape)
        fields: dict[str | int, Matcher] = {}
        for key, inner in raw.items():
            known = shape.fields.get(key)
            if known is None and shape.kind == "map" and not shape.open:
                message = f"unknown field {shown(key)}{shape.whose}{suggest(key, shape.fields)}"
                gathering.add((key,), message, on_key=True)
                continue
            try:
                fields[key] = self.read(inner, known or shape.item or ANY)
            except Trouble as trouble:
                gathering.take(trouble, (key,))
        gathering.settle()
        return Fields(fields)

    def _operations(self, raw: Mapping[str, object], shape: Shape) -> Matcher:
        gathering = Gathering()
        matchers: list[Matcher] = []
        for key, operand in raw.items():
            if key not in self.operators:
                message = f"unknown matcher {shown(key)}{suggest(key, self.operators)}"
                gathering.add((key,), message, on_key=True)
                continue
            try:
                matchers.append(self.operators[key](operand, shape))
            except Trouble as trouble:
                gathering.take(trouble, (key,))
        if len(raw) > 1 and raw.get("absent") is True:
            gathering.add(("absent",), "what is absent can fit nothing else", on_key=True)
        gathering.settle()
        return matchers[0] if len(matchers) == 1 else AllOf(tuple(matchers))

    def _list(self, raw: list[object], shape: Shape) -> Matcher:
        if shape.kind not in ("any", "list"):
            raise Trouble.here(f"{_must_be(shape)}, not a list")
        gathering = Gathering()
        items: list[Matcher] = []
        for index, inner in enumerate(raw):
            try:
                items.append(self.read(inner, shape.item or ANY))
            except Trouble as trouble:
                gathering.take(trouble, (index,))
        gathering.settle()
        return Items(tuple(items))

    def _slots(self, raw: object) -> Matcher:
        if not isinstance(raw, Mapping) or not raw:
            raise Trouble.here("must be a map from slot numbers to codes; a free slot is null")
        gathering = Gathering()
        fields: dict[str | int, Matcher] = {}
        for key, inner in raw.items():
            if not _SLOT.fullmatch(key):
                gathering.add((key,), f"{shown(key)} is not a slot number", on_key=True)
                continue
            try:
                free = inner is None
                fields[int(key)] = Absent(wanted=True) if free else self.read(inner, PIN)
            except Trouble as trouble:
                gathering.take(trouble, (key,))
        gathering.settle()
        return Fields(fields)

    def _plain(self, raw: object, shape: Shape) -> object:
        """A scalar to compare with. Raises `Trouble` if the value can never be it."""
        if isinstance(raw, Late):
            if shape.kind in ("flag", "number", "list", "map"):
                raise Trouble.here(f"{_must_be(shape)}; this is text")
            return raw
        text_or_null = raw is None or isinstance(raw, str)
        if shape.kind == "pin":
            if not text_or_null:
                raise Trouble.here("a code is text: put it in quotes")
            return Pin(raw) if isinstance(raw, str) else None
        if shape.kind == "trace":
            raw = _as_trace(raw)
        is_flag = isinstance(raw, bool)
        is_number = isinstance(raw, int | float) and not is_flag
        fits = {
            "any": True,
            "flag": is_flag,
            "number": is_number,
            "text": text_or_null,
            "trace": True,
            "list": raw is None,
            "map": raw is None,
        }
        if not fits[shape.kind]:
            raise Trouble.here(f"{_must_be(shape)}, not {kind_of(raw)}")
        if shape.words and isinstance(raw, str) and raw not in shape.words:
            raise Trouble.here(f"{shown(raw)} is no {shape.what}{suggest(raw, shape.words)}")
        return raw

    def _in(self, operand: object, shape: Shape) -> Matcher:
        if not isinstance(operand, list) or not operand:
            raise Trouble.here("'in' needs a list of values")
        gathering = Gathering()
        wanted: list[Equal] = []
        for index, one in enumerate(operand):
            try:
                if isinstance(one, Mapping | list):
                    raise Trouble.here("'in' takes plain values; use any_of")
                wanted.append(Equal(self._plain(one, shape)))
            except Trouble as trouble:
                gathering.take(trouble, (index,))
        gathering.settle()
        return OneOf(tuple(wanted))

    def _not(self, operand: object, shape: Shape) -> Matcher:
        return Not(self.read(operand, shape))

    def _matches(self, operand: object, shape: Shape) -> Matcher:
        if shape.kind not in _TEXTUAL:
            raise Trouble.here(f"'matches' is for text; this {_must_be(shape)}")
        if not isinstance(operand, str):
            raise Trouble.here("'matches' needs a pattern in quotes")
        if len(operand) > PATTERN_CHARACTERS_MAX:
            raise Trouble.here(f"a pattern has at most {PATTERN_CHARACTERS_MAX} characters")
        try:
            return Matches(re.compile(operand))
        except (re.error, OverflowError, RecursionError) as error:
            raise Trouble.here(f"this is not a regular expression: {error}") from None

    def _less(self, operand: object, shape: Shape) -> Matcher:
        from_text = shape.kind == "trace"
        return Between(None, self._number("lt", operand, shape), strict=True, from_text=from_text)

    def _greater(self, operand: object, shape: Shape) -> Matcher:
        from_text = shape.kind == "trace"
        return Between(self._number("gt", operand, shape), None, strict=True, from_text=from_text)

    def _between(self, operand: object, shape: Shape) -> Matcher:
        if not isinstance(operand, list) or len(operand) != 2:
            raise Trouble.here("'between' needs a list of two numbers, as in [1, 3]")
        low, high = (self._number("between", one, shape) for one in operand)
        if low > high:
            raise Trouble.here(f"nothing is between {low} and {high}")
        return Between(low, high, from_text=shape.kind == "trace")

    def _number(self, operator: str, operand: object, shape: Shape) -> float:
        if shape.kind not in _NUMERIC:
            raise Trouble.here(f"'{operator}' is for numbers; this {_must_be(shape)}")
        if isinstance(operand, bool) or not isinstance(operand, int | float):
            raise Trouble.here(f"'{operator}' needs a number, not {kind_of(operand)}")
        return operand

    def _any_of(self, operand: object, shape: Shape) -> Matcher:
        if not isinstance(operand, list) or not operand:
            raise Trouble.here("'any_of' needs a list")
        gathering = Gathering()
        matchers: list[Matcher] = []
        for index, one in enumerate(operand):
            try:
                matchers.append(self.read(one, shape))
            except Trouble as trouble:
                gathering.take(trouble, (index,))
        gathering.settle()
        return AnyOf(tuple(matchers))

    def _absent(self, operand: object, shape: Shape) -> Matcher:
        del shape  # anything can be absent
        if not isinstance(operand, bool):
            raise Trouble.here("'absent' is true or false")
        return Absent(operand)

    def _same_as(self, operand: object, shape: Shape) -> Matcher:
        if shape.kind in _CONTAINERS:
            raise Trouble.here("'same_as' compares single values")
        if not isinstance(operand, str):
            raise Trouble.here("'same_as' needs a name such as booking.code")
        reference = Reference.parse(operand)
        complaint = self._judge(reference)
        if complaint is not None:
            raise Trouble.here(complaint)
        return SameAs(reference)


def _as_trace(raw: object) -> object:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return str(raw)
    if raw is None:
        raise Trouble.here("an event has no empty fields: write {absent: true}")
    return raw


def _must_be(shape: Shape) -> str:
    words = {
        "flag": "must be true or false",
        "number": "must be a number",
        "text": "must be text",
        "trace": "must be text or a number",
        "pin": "must be a code in quotes",
        "list": "must be a list",
        "map": "must be a map",
    }
    return words.get(shape.kind, "must be a value")


# The words that make a map one of operators and not of fields.
OPERATORS: Final = tuple(_Reader(lambda reference: None).operators)
