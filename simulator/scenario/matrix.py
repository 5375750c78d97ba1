"""One scenario, many cases: `matrix`, its `exclude` and `include`, and `when`.

A variable has values, each with an id: a map brings its own `id`, a scalar is its own. Every
combination is a case, named by its ids (`policy=throw,trouble=slots`), so a case keeps its name
when another value is added. A `when` that fits no case is an error: an expectation that no case
reaches would pass for ever.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.scenario.problems import (
    Gathering,
    Trouble,
    kind_of,
    may_be_pin,
    shown,
    suggest,
)

CASES_MAX: Final = 1_000

_RESERVED: Final = ("exclude", "include")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_PLAIN_ID: Final = re.compile(r"[^\s,=]{1,40}")


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """One value that a variable can have. `value` is the scalar, or the whole map."""

    id: str
    value: object

    def __repr__(self) -> str:
        return f"Choice({self.id})"

    def is_named_by(self, written: object) -> bool:
        """Whether `written` in a `when` means this one: the id of a map, or the same scalar."""
        if isinstance(self.value, Mapping):
            return not isinstance(written, Mapping | list) and _scalar_text(written) == self.id
        both_flags = isinstance(written, bool) == isinstance(self.value, bool)
        return both_flags and written == self.value


@dataclass(frozen=True, slots=True)
class Row:
    """One case: a choice for each variable."""

    choices: Mapping[str, Choice]

    @property
    def id(self) -> str:
        """`policy=throw,trouble=slots`; empty for a scenario without a matrix."""
        return ",".join(f"{name}={choice.id}" for name, choice in self.choices.items())

    def values(self) -> dict[str, object]:
        """What `${name}` stands for in this case."""
        return {name: choice.value for name, choice in self.choices.items()}


@dataclass(frozen=True, slots=True)
class When:
    """A condition on the matrix: for each variable named, the ids that fit. Empty: always."""

    ids: Mapping[str, frozenset[str]]

    def holds(self, row: Row) -> bool:
        """Whether the case `row` fits."""
        return all(row.choices[name].id in ids for name, ids in self.ids.items())


ALWAYS: Final = When({})


@dataclass(frozen=True, slots=True)
class Matrix:
    """All cases of a scenario, in the order in which they run."""

    choices: Mapping[str, tuple[Choice, ...]]
    rows: tuple[Row, ...]

    def read_when(self, raw: object) -> When:
        """The condition in a `when:`. Raises `Trouble`, also if no case fits it."""
        when = self.condition(raw)
        if not any(when.holds(row) for row in self.rows):
            raise Trouble.here("no case of the matrix fits this, so it would never be looked at")
        return when

    def condition(self, raw: object) -> When:
        """As `read_when`, but it may fit no case."""
        if not isinstance(raw, Mapping) or not raw:
            message = "must be a map from variables of the matrix to values"
            raise Trouble.here(f"{message}, not {kind_of(raw)}")
        gathering = Gathering()
        ids: dict[str, frozenset[str]] = {}
        for name, written in raw.items():
            if name not in self.choices:
                hint = suggest(name, self.choices)
                gathering.add(
                    (name,), f"the matrix has no variable {shown(name)}{hint}", on_key=True
                )
                continue
            try:
                ids[name] = self._ids(name, written)
            except Trouble as trouble:
                gathering.take(trouble, (name,))
        gathering.settle()
        return When(ids)

    def _ids(self, name: str, written: object) -> frozenset[str]:
        gathering = Gathering()
        several = isinstance(written, list)
        found: set[str] = set()
        for index, one in enumerate(written if isinstance(written, list) else [written]):
            choice = next((c for c in self.choices[name] if c.is_named_by(one)), None)
            if choice is not None:
                found.add(choice.id)
                continue
            known = [choice.id for choice in self.choices[name]]
            text = _scalar_text(one)
            hint = suggest(text, known)
            message = f"'{name}' is never {shown(text)}{hint}"
            gathering.add((index,) if several else (), message)
        if several and not written:
            gathering.add((), "the list is empty")
        gathering.settle()
        return frozenset(found)


NO_MATRIX: Final = Matrix({}, (Row({}),))


def parse_matrix(raw: object) -> Matrix:
    """The cases of a `matrix:` section. Raises `Trouble` with everything that is wrong with it."""
    if not isinstance(raw, Mapping):
        raise Trouble.here(f"must be a map from variables to lists of values, not {kind_of(raw)}")
    gathering = Gathering()
    choices: dict[str, tuple[Choice, ...]] = {}
    for name, values in raw.items():
        if name in _RESERVED:
            continue
        try:
            choices[name] = _variable(name, values)
        except Trouble as trouble:
            gathering.take(trouble, (name,))
    if not choices and not gathering.findings:
        gathering.add((), "the matrix has no variable")
    gathering.settle()
    count = math.prod(len(values) for values in choices.values())
    if count > CASES_MAX:
        # The number itself may have more digits than a line takes.
        some = f"{count} cases" if count < 10 * CASES_MAX**2 else "so many cases"
        raise Trouble.here(f"{some} are too many; the most is {CASES_MAX}")
    matrix = Matrix(choices, tuple(_combinations(choices)))
    matrix = _without(matrix, raw.get("exclude", []), gathering)
    matrix = _with(matrix, raw.get("include", []), gathering)
    gathering.settle()
    if not matrix.rows:
        raise Trouble.here("nothing is left of the matrix: every case is excluded")
    return matrix


def _combinations(choices: Mapping[str, tuple[Choice, ...]]) -> Iterable[Row]:
    for combination in itertools.product(*choices.values()):
        yield Row(dict(zip(choices, combination, strict=True)))


def _variable(name: str, values: object) -> tuple[Choice, ...]:
    if not _VARIABLE.fullmatch(name):
        message = f"{shown(name)} is not a name: letters, digits, - and _, a letter first"
        raise Trouble.here(message, on_key=True)
    if not isinstance(values, list) or not values:
        raise Trouble.here(f"must be a list of values, not {_empty_or(values)}")
    gathering = Gathering()
    choices: dict[str, Choice] = {}
    for index, value in enumerate(values):
        try:
            choice = _choice(value, index)
        except Trouble as trouble:
            gathering.take(trouble, (index,))
            continue
        if choice.id in choices:
            gathering.add((index,), f"'{name}' has {shown(choice.id)} twice")
        choices[choice.id] = choice
    gathering.settle()
    return tuple(choices.values())


def _choice(value: object, index: int) -> Choice:
    if isinstance(value, list):
        raise Trouble.here("must be one value, or a map with an id; not a list")
    if not isinstance(value, Mapping):
        text = _scalar_text(value)
        # Digits alone are as likely as not a PIN, and ids are printed everywhere.
        plain = _PLAIN_ID.fullmatch(text) and not may_be_pin(text)
        return Choice(text if plain else f"#{index + 1}", value)
    identity = value.get("id")
    if identity is None or isinstance(identity, Mapping | list):
        raise Trouble.here("a map in a matrix needs an id, as in {id: slots, fill: 10}")
    text = _scalar_text(identity)
    if not _PLAIN_ID.fullmatch(text):
        raise Trouble.here("an id is up to 40 characters, none of them a space, ',' or '='")
    return Choice(text, value)


def _without(matrix: Matrix, raw: object, gathering: Gathering) -> Matrix:
    rows = matrix.rows
    for index, item in enumerate(_rows_of(raw, "exclude", gathering)):
        try:
            condition = matrix.condition(item)
        except Trouble as trouble:
            gathering.take(trouble, ("exclude", index))
            continue
        rows = tuple(row for row in rows if not condition.holds(row))
    return Matrix(matrix.choices, rows)


def _with(matrix: Matrix, raw: object, gathering: Gathering) -> Matrix:
    choices, rows = dict(matrix.choices), list(matrix.rows)
    for index, item in enumerate(_rows_of(raw, "include", gathering)):
        at = ("include", index)
        if not isinstance(item, Mapping) or set(item) != set(choices):
            gathering.add(at, f"a case that is included names every variable: {', '.join(choices)}")
            continue
        chosen: dict[str, Choice] = {}
        for name in choices:
            try:
                chosen[name] = _included(choices[name], item[name])
            except Trouble as trouble:
                gathering.take(trouble, (*at, name))
                continue
            if chosen[name] not in choices[name]:
                choices[name] = (*choices[name], chosen[name])
        if len(chosen) < len(choices):
            continue
        if any(row.id == Row(chosen).id for row in rows):
            gathering.add(at, "this case is there already")
        rows.append(Row(chosen))
    if len(rows) > CASES_MAX:
        gathering.add(("include",), f"{len(rows)} cases are too many; the most is {CASES_MAX}")
    return Matrix(choices, tuple(rows))


def _included(known: Sequence[Choice], written: object) -> Choice:
    found = next((choice for choice in known if choice.is_named_by(written)), None)
    if found is not None:
        return found
    new = _choice(written, len(known))
    if any(new.id == choice.id for choice in known):
        raise Trouble.here(f"{shown(new.id)} is already the id of another value")
    return new


def _rows_of(raw: object, title: str, gathering: Gathering) -> Sequence[object]:
    if isinstance(raw, list):
        return raw
    gathering.add((title,), f"must be a list of maps, not {kind_of(raw)}")
    return ()


def _empty_or(value: object) -> str:
    return "an empty one" if value == [] else kind_of(value)


def _scalar_text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
