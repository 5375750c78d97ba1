"""`${name}` in a scenario: filled in when the file is read, or kept for the run.

A name is a variable of the matrix, an entry of `vars`, or what an earlier step saved. The first
two are known now and put in place, with their type when they are the whole text. The third is known
only while the scenario runs: it becomes a `Late` that the runner fills. A name that is none of the
three is an error, so nothing reaches a lock or the API with `${` in it. `$${` stands for `${`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from simulator.scenario.problems import Gathering, Trouble, Where, shown, suggest

# `${list}` inside a list of lists multiplies: a small file could ask for a very large scenario.
FILLED_VALUES_MAX: Final = 200_000
# So does `${text}${text}`: of text that is put together, nothing needs to be longer.
FILLED_CHARACTERS_MAX: Final = 1_000

_HOLE: Final = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_PART: Final = re.compile(r"[A-Za-z0-9_-]+")


class Missing:
    """The one value that stands for no value at all; null is a value."""

    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Reference:
    """A dotted name such as `booking.code`."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Raises `Trouble` if `text` is no dotted name."""
        first, *rest = text.split(".")
        if not _NAME.fullmatch(first) or not all(_PART.fullmatch(part) for part in rest):
            raise Trouble.here(f"{shown(text)} is not a name such as booking.code")
        return cls((first, *rest))


# Gives the value of a reference during the run, or MISSING.
Lookup = Callable[[Reference], object]


@dataclass(frozen=True, slots=True, repr=False)
class Late:
    """Text with references that only the run can fill."""

    parts: tuple[str | Reference, ...]

    def __repr__(self) -> str:
        # Only the references: the text between them may be digits of a PIN.
        return f"Late({', '.join(str(reference) for reference in self.references)})"

    @property
    def references(self) -> tuple[Reference, ...]:
        """What must be looked up, in order."""
        return tuple(part for part in self.parts if isinstance(part, Reference))

    def fill(self, lookup: Lookup) -> object:
        """The value: of its own type if the text is one reference alone, else text.

        MISSING if a reference has no value, or inside other text is not text or a number.
        """
        if len(self.parts) == 1 and isinstance(self.parts[0], Reference):
            return lookup(self.parts[0])
        texts: list[str] = []
        for part in self.parts:
            value = part if isinstance(part, str) else lookup(part)
            if isinstance(value, Missing) or (text := _as_text(value)) is None:
                return MISSING
            texts.append(text)
        return "".join(texts)


def fill_late(data: object, lookup: Lookup) -> object:
    """`data` with every `Late` in it filled; MISSING in the place of one that has no value."""
    if isinstance(data, Late):
        return data.fill(lookup)
    if isinstance(data, Mapping):
        return {key: fill_late(value, lookup) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [fill_late(value, lookup) for value in data]
    return data


@dataclass(frozen=True, slots=True)
class Names:
    """What `${...}` can mean at one place of a scenario.

    `values` are known now; `late` says of a reference to something that a step saves whether it can
    be used here: None if so, else why not. `saved` are the names that `late` may know.
    """

    values: Mapping[str, object]
    saved: frozenset[str] = frozenset()
    late: Callable[[Reference], str | None] = lambda reference: f"nothing is saved as '{reference}'"


def fill(data: object, names: Names) -> object:
    """`data` with every `${...}` replaced; the same object when there is none.

    Raises `Trouble` with all that cannot be filled in.
    """
    gathering = Gathering()
    filler = _Filler(names, gathering)
    filled = filler.fill(data, ())
    gathering.settle()
    return filled


class _Filler:
    def __init__(self, names: Names, gathering: Gathering) -> None:
        self._names = names
        self._gathering = gathering
        self._filled_in = 0
        self._sizes: dict[int, int] = {}

    def fill(self, data: object, at: Where) -> object:
        if isinstance(data, str):
            return self._text(data, at) if "${" in data else data
        if isinstance(data, Mapping):
            for key in data:
                if "${" in key:
                    message = "a key is not filled in: ${...} works in values only"
                    self._gathering.add((*at, key), message, on_key=True)
            changed_map = {key: self.fill(value, (*at, key)) for key, value in data.items()}
            same = all(changed_map[key] is data[key] for key in data)
            return data if same else changed_map
        if isinstance(data, list):
            changed = [self.fill(value, (*at, index)) for index, value in enumerate(data)]
            same = all(new is old for new, old in zip(changed, data, strict=True))
            return data if same else changed
        return data

    def _text(self, text: str, at: Where) -> object:
        try:
            parts = [self._part(part) for part in _parts(text)]
        except Trouble as trouble:
            self._gathering.take(trouble, at)
            return None
        if len(parts) == 1 and not isinstance(parts[0], Reference):
            return self._counted(parts[0], at)
        joined: list[str | Reference] = []
        characters = 0
        for part in parts:
            piece = part if isinstance(part, Reference) else _as_text(part)
            if piece is None:
                message = "inside other text only text and numbers can be filled in"
                self._gathering.add(at, message)
                return None
            characters += len(piece) if isinstance(piece, str) else 0
            if characters > FILLED_CHARACTERS_MAX and len(parts) > 1:
                message = f"this becomes longer than {FILLED_CHARACTERS_MAX} characters"
                self._gathering.add(at, message)
                return None
            if isinstance(piece, str) and joined and isinstance(joined[-1], str):
                joined[-1] += piece
            else:
                joined.append(piece)
        if len(joined) == 1 and isinstance(joined[0], str):
            return joined[0]
        return Late(tuple(joined))

    def _part(self, part: str | Reference) -> object:
        """What a piece of text stands for; a `Reference` stays one if only the run can tell."""
        if isinstance(part, str):
            return part
        name, *inner = part.parts
        if name in self._names.values:
            return _inside(self._names.values[name], part, inner)
        if name in self._names.saved:
            complaint = self._names.late(part)
            if complaint is not None:
                raise Trouble.here(complaint)
            return part
        known = [*self._names.values, *sorted(self._names.saved)]
        raise Trouble.here(f"${{{part}}} stands for nothing here{suggest(name, known)}")

    def _counted(self, value: object, at: Where) -> object:
        self._filled_in += self._size(value)
        if self._filled_in > FILLED_VALUES_MAX:
            self._gathering.add(at, f"this fills in more than {FILLED_VALUES_MAX} values")
            return None
        return value

    def _size(self, value: object) -> int:
        if not isinstance(value, Mapping | list):
            return 1
        if id(value) not in self._sizes:
            inner = value.values() if isinstance(value, Mapping) else value
            self._sizes[id(value)] = 1 + sum(self._size(item) for item in inner)
        return self._sizes[id(value)]


def _parts(text: str) -> Iterator[str | Reference]:
    end = 0
    for hole in _HOLE.finditer(text):
        if hole.start() > end:
            yield text[end : hole.start()]
        if hole[0] == "$${":
            yield "${"
        elif hole[1] is None:
            raise Trouble.here("this ${ is never closed; write $${ for the characters ${")
        else:
            yield Reference.parse(hole[1].strip())
        end = hole.end()
    if end < len(text):
        yield text[end:]


def _inside(value: object, reference: Reference, parts: list[str]) -> object:
    outer = reference.parts[0]
    for part in parts:
        if not isinstance(value, Mapping):
            raise Trouble.here(f"'{outer}' is not a map, so it has no '{part}'")
        if part not in value:
            raise Trouble.here(f"'{outer}' has no '{part}'{suggest(part, value)}")
        value, outer = value[part], f"{outer}.{part}"
    return value


def _as_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    reveal = getattr(value, "reveal", None)  # a Pin from a saved answer
    if callable(reveal):
        return str(reveal())
    return value if isinstance(value, str) else None
