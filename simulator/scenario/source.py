"""From a YAML file to plain values, each of which knows its line and column.

The file is read as parser events and the tree is built here, with a stack of its own: so depth and
size are bounded before anything recursive sees the data, and every key and value keeps its place.
Scalars follow the core schema of YAML 1.2, which editors follow too: `on` is text and 0123 is not a
number. What two YAML readers would understand differently is an error that says what to write.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

import yaml

from simulator.scenario.problems import (
    PROBLEMS_SHOWN_MAX,
    Finding,
    Problem,
    ScenarioInvalid,
    Where,
    shown,
)

FILE_BYTES_MAX: Final = 1_048_576
DEPTH_MAX: Final = 32
# A file of a megabyte holds fewer in any hand-made form; more is a bomb such as `[[],[],...]`.
VALUES_MAX: Final = 200_000

Scalar = str | int | float | bool | None

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUES: Final = frozenset({"true", "True", "TRUE"})
_FALSES: Final = frozenset({"false", "False", "FALSE"})
_INT: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEX: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?")
# Booleans of YAML 1.1, text in YAML 1.2: nobody should have to know which reader is at work.
_HALF_BOOLEANS: Final = frozenset({"yes", "no", "on", "off"})
# Beyond this a whole number is no longer the same in every JSON reader (RFC 8259, section 6).
_WHOLE_DIGITS_MAX: Final = 15

_CONTEXTS: Final = {
    "while scanning an alias": "text that starts with * must be in quotes",
    "while scanning an anchor": "text that starts with & must be in quotes",
    "while scanning a quoted scalar": "this quote is never closed",
    "while parsing a flow mapping": "a comma or the closing } is missing here",
    "while parsing a flow sequence": "a comma or the closing ] is missing here",
    "while parsing a flow node": "a value is missing here, or this bracket closes nothing",
    "while parsing a block node": "a value is missing here, or this bracket closes nothing",
    "while parsing a block mapping": "this line does not stand under the others of its map",
    "while parsing a block collection": "this line does not stand under the others of its list",
}
# Here the start of the bad piece says more than the place where the parser gave up.
_SHOWN_AT_START: Final = frozenset(
    {"while scanning an alias", "while scanning an anchor", "while scanning a quoted scalar"}
)
_FLOW: Final = frozenset(
    {"while parsing a flow mapping", "while parsing a flow sequence", "while parsing a flow node"}
)
_PROBLEMS: Final = {
    "mapping values are not allowed in this context": (
        "a ': ' does not fit here; put text that contains ': ' in quotes, or check the indentation"
    ),
    "found character that cannot start any token": (
        "text cannot start with this character unless it is in quotes; indent with spaces, not tabs"
    ),
    "found unknown escape character": (
        "this \\ means nothing inside double quotes; use single quotes or write \\\\"
    ),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; both count from 1."""

    line: int
    col: int


@dataclass(slots=True)
class Node:
    """One value of the file. `keys` has the place of every key of a map."""

    mark: Mark
    value: Scalar | dict[str, Node] | list[Node] = None
    keys: dict[str, Mark] = field(default_factory=dict)


class Document:
    """A parsed file: its plain data, the place of each value, and what was wrong so far."""

    def __init__(self, path: str, root: Node, findings: Sequence[Problem]) -> None:
        self.path = path
        self.data = _plain(root)
        self.problems = tuple(findings)
        self._root = root

    def mark(self, at: Where, *, on_key: bool = False) -> Mark:
        """Where the value (or key) at `at` is written; else the nearest thing around it that is."""
        node = self._root
        mark = node.mark
        for count, part in enumerate(at, start=1):
            inner, key_mark = _child(node, part)
            if inner is None:
                return mark
            node = inner
            wants_key = on_key and count == len(at) and key_mark is not None
            mark = key_mark if wants_key and key_mark is not None else node.mark
        return mark

    def place(self, finding: Finding) -> Problem:
        """The finding with line and column."""
        mark = self.mark(finding.at, on_key=finding.on_key)
        return Problem(self.path, mark.line, mark.col, finding.severity, finding.message)


def load(path: str) -> Document:
    """The document in the file at `path`.

    Raises `ScenarioInvalid` when nothing can be made of it. What is wrong with single values does
    not raise: it is in `problems`, and the value is the nearest sensible one.
    """
    return parse(path, _text(path))


def parse(path: str, text: str) -> Document:
    """As `load`, from text; `path` is for messages only."""
    builder = _Builder(path)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        _raise_syntax(path, text, error, builder.innermost())
    except yaml.YAMLError as error:  # a ReaderError: libyaml refuses the character itself
        # Its position counts bytes, and the column is counted in characters.
        before = text.encode()[: getattr(error, "position", 0)].decode(errors="ignore")
        col = len(before) - before.rfind("\n")
        message = "this control character is not allowed in YAML"
        _refuse(path, Mark(before.count("\n") + 1, col), message)
    if builder.root is None:
        _refuse(path, Mark(1, 1), "the file is empty")
    return Document(path, builder.root, builder.problems)


def _refuse(path: str, mark: Mark, message: str) -> NoReturn:
    raise ScenarioInvalid([Problem(path, mark.line, mark.col, "error", message)])


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or "the path is not valid"
        _refuse(path, Mark(1, 1), f"the file cannot be read: {reason}")
    if len(raw) > FILE_BYTES_MAX:
        _refuse(path, Mark(1, 1), "the file is larger than 1 MiB")
    try:
        return raw.decode("utf-8").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        col = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        mark = Mark(before.count(b"\n") + 1, col)
        _refuse(path, mark, "the file is not UTF-8 from here on")


def _raise_syntax(
    path: str, text: str, error: yaml.MarkedYAMLError, innermost: Node | None
) -> NoReturn:
    problem, context = str(error.problem or ""), str(error.context or "")
    message = _PROBLEMS.get(problem) or _CONTEXTS.get(context)
    message = message or f"this is not YAML: {problem or 'it cannot be parsed'}"
    at = error.problem_mark
    if context in _SHOWN_AT_START and problem not in _PROBLEMS:
        at = error.context_mark
    elif context in _FLOW and at is not None:
        lines = text.splitlines()
        if "${" in "".join(lines[at.line : at.line + 1])[: at.column + 1]:
            message = "inside { } and [ ] a ${...} must be in quotes"
        elif at.index >= len(text.rstrip()):
            # The parser is surprised at the end of the file; the person needs the start.
            bracket = "{" if innermost is not None and isinstance(innermost.value, dict) else "["
            place = innermost.mark if innermost is not None else Mark(1, 1)
            _refuse(path, place, f"this {bracket} is never closed")
    line, col = (at.line, at.column) if at is not None else (0, 0)
    _refuse(path, Mark(line + 1, col + 1), message)


class _Builder:
    """Turns parser events into nodes, with bounds on depth and size."""

    def __init__(self, path: str) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._path = path
        self._open: list[tuple[Node, list[tuple[str, Mark] | None]]] = []
        self._values = 0
        self._documents = 0

    def innermost(self) -> Node | None:
        """The map or list that is being read, if one is."""
        return self._open[-1][0] if self._open else None

    def take(self, event: yaml.Event) -> None:
        """Handles the next event. Raises `ScenarioInvalid` when a bound is crossed."""
        if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent | yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                message = "a second document starts here; a file holds one scenario"
                _refuse(self._path, _mark(event), message)

    def _start(self, event: yaml.NodeEvent) -> None:
        mark = _mark(event)
        self._values += 1
        if self._values > VALUES_MAX:
            _refuse(self._path, mark, f"the file holds more than {VALUES_MAX} values")
        self._refuse_sharing(event, mark)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, mark)
            return
        if isinstance(event, yaml.AliasEvent):
            self._attach(Node(mark), None)
            return
        if len(self._open) >= DEPTH_MAX:
            _refuse(self._path, mark, f"the file is nested more than {DEPTH_MAX} levels deep")
        is_map = isinstance(event, yaml.MappingStartEvent)
        node = Node(mark, {} if is_map else [])
        self._attach(node, None)
        self._open.append((node, [None]))

    def _refuse_sharing(self, event: yaml.NodeEvent, mark: Mark) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._problem(mark, "aliases (*name) are not read: use vars and ${name}")
        elif event.anchor is not None:
            self._problem(mark, "anchors (&name) are not read: use vars and ${name}")
        elif getattr(event, "tag", None) is not None:
            self._problem(mark, "tags (!name) are not read: quote text, leave numbers bare")

    def _scalar(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        # The C parser gives '' as the style of a plain scalar, the one in Python None.
        plain = not event.style and event.tag is None
        value, complaint = _resolve(event.value) if plain else (event.value, None)
        if complaint is not None:
            self._problem(mark, complaint)
        self._attach(Node(mark, value), event.value)

    def _attach(self, node: Node, text: str | None) -> None:
        """Puts a node where it belongs: the root, a list, or a map as key or as value."""
        if not self._open:
            self.root = node
            return
        parent, pending = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
            return
        assert isinstance(parent.value, dict)
        if pending[0] is None:
            pending[0] = (self._key(node, text), node.mark)
            return
        key, key_mark = pending[0]
        pending[0] = None
        if key in parent.value:
            first = parent.keys[key].line
            self._problem(key_mark, f"the key {shown(key)} is already used on line {first}")
            return
        parent.value[key] = node
        parent.keys[key] = key_mark

    def _key(self, node: Node, text: str | None) -> str:
        if text is None:
            self._problem(node.mark, "a key must be plain text")
            return f"\0{len(self.problems)}"  # stands for a key that cannot be one
        if text == "":
            self._problem(node.mark, "a key is missing before this ':'")
        elif text == "<<":
            self._problem(node.mark, "merge keys (<<) are not read: use vars and ${name}")
        return text

    def _problem(self, mark: Mark, message: str) -> None:
        self.problems.append(Problem(self._path, mark.line, mark.col, "error", message))
        if len(self.problems) > PROBLEMS_SHOWN_MAX:
            raise ScenarioInvalid(self.problems)


def _resolve(text: str) -> tuple[Scalar, str | None]:
    """The value of a plain scalar, and what is wrong with writing it like that."""
    if text in _NULLS:
        return None, None
    if text in _TRUES or text in _FALSES:
        return text in _TRUES, None
    if text.lower() in _HALF_BOOLEANS:
        return text, (
            f"a bare '{text}' is true or false to some YAML readers and text to others: "
            "write true or false, or put it in quotes"
        )
    if _LEADING_ZERO.fullmatch(text):
        return text, "digits with a leading zero must be in quotes, or other readers lose the zero"
    if _NOT_FINITE.fullmatch(text):
        return text, "a scenario has no use for a number that is not finite"
    return _number(text)


def _number(text: str) -> tuple[Scalar, str | None]:
    too_long = "a number of that many digits is not the same in every reader: put text in quotes"
    if _INT.fullmatch(text):
        if len(text.lstrip("+-")) > _WHOLE_DIGITS_MAX:
            return text, too_long
        return int(text), None
    if _OCTAL_OR_HEX.fullmatch(text):
        if len(text) > _WHOLE_DIGITS_MAX:
            return text, too_long
        return int(text, 0), None
    if _FLOAT.fullmatch(text):
        number = float(text)
        return (number, None) if math.isfinite(number) else (text, too_long)
    return text, None


def _mark(event: yaml.Event) -> Mark:
    assert event.start_mark is not None, "parser events have their place"
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _child(node: Node, part: str | int) -> tuple[Node | None, Mark | None]:
    if isinstance(node.value, dict):
        return node.value.get(str(part)), node.keys.get(str(part))
    if isinstance(node.value, list) and isinstance(part, int) and 0 <= part < len(node.value):
        return node.value[part], None
    return None, None


def _plain(node: Node) -> object:
    """The tree without places. Depth is bounded, so recursion is."""
    value = node.value
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
