"""All codes of one length that keep a set of rules, counted and numbered without listing them.

A `Row` stands for all the ways to finish a code from one point on: how many there are, by next
digit. Rows are made once per product state and shared, so a space of 10^12 codes is a few
thousand rows. Codes are numbered in the order of their text, from 0; `unrank` turns a number into
its code, `span` finds the numbers of all codes with a given head. A uniform draw is therefore one
uniform integer, and nothing is ever tried and thrown away.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from gateway.policy.keypad import BUTTON_OF
from gateway.policy.rules import DIGITS, FREE, HARD, STRICT, VIOLATED, Rule, weak_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

Root = TypeVar("Root")

ROWS_CACHED_MAX: Final = 200_000  # about 500 bytes each


@dataclass(slots=True)
class Counters:
    """What a decision cost, counted rather than timed, so that tests can hold it to a promise."""

    rows_compiled: int = 0
    rows_overlaid: int = 0
    codes_read: int = 0
    spans: int = 0
    trie_nodes: int = 0
    draws: int = 0


class Row:
    """The continuations from one product state with a number of digits to go.

    `digits` are those that lead to at least one code, ascending; `rows[i]` follows `digits[i]`,
    and `offsets[i]` counts the codes that come before it. A finished code is the row `END`.
    """

    __slots__ = ("digits", "offsets", "rows", "total")

    def __init__(self, followers: Iterable[tuple[str, Row]], ends: int = 0) -> None:
        kept = tuple(followers)
        self.digits = "".join(digit for digit, _ in kept)
        self.rows = tuple(row for _, row in kept)
        offsets: list[int] = []
        total = ends
        for row in self.rows:
            offsets.append(total)
            total += row.total
        self.offsets = tuple(offsets)
        self.total: int = total


END: Final = Row((), ends=1)
NOTHING: Final = Row(())
_ANYTHING: Final[list[Row]] = [END]


def anything(length: int) -> Row:
    """The row of all `10 ** length` ways to go on."""
    while len(_ANYTHING) <= length:
        _ANYTHING.append(Row((digit, _ANYTHING[-1]) for digit in DIGITS))
    return _ANYTHING[length]


def unrank(root: Row, number: int) -> str:
    """The code with that number, 0 <= number < root.total."""
    if not 0 <= number < root.total:
        raise IndexError("no code has that number")
    code = []
    row = root
    while row is not END:
        at = bisect_right(row.offsets, number) - 1
        code.append(row.digits[at])
        number -= row.offsets[at]
        row = row.rows[at]
    return "".join(code)


def span(root: Row, head: str) -> tuple[int, int]:
    """Number of the first code that starts with `head`, and how many do; (0, 0) if none does."""
    row = root
    first = 0
    for digit in head:
        at = row.digits.find(digit)
        if at < 0:
            return (0, 0)
        first += row.offsets[at]
        row = row.rows[at]
    return (first, row.total)


def compile_rows(rules: tuple[Rule, ...], length: int) -> tuple[Row, int]:
    """The root of the space, and how many rows were made for it."""
    tables = tuple(rule.table for rule in rules)
    accepting = tuple(rule.accepting for rule in rules)
    all_free = (FREE,) * len(rules)
    made: dict[tuple[tuple[int, ...], int], Row] = {}

    def row_of(states: tuple[int, ...], left: int) -> Row:
        if states == all_free:
            return anything(left)
        if left == 0:
            ends = all(accept[state] for accept, state in zip(accepting, states, strict=True))
            return END if ends else NOTHING
        row = made.get((states, left))
        if row is None:
            followers = []
            steps = [table[state] for table, state in zip(tables, states, strict=True)]
            for value, successors in enumerate(zip(*steps, strict=True)):
                if VIOLATED not in successors:
                    follower = row_of(successors, left - 1)
                    if follower.total:
                        followers.append((DIGITS[value], follower))
            row = made[states, left] = Row(followers)
        return row

    return row_of(tuple(rule.start for rule in rules), length), len(made)


def without_buttons(root: Row, trie: Mapping[str, object], counters: Counters) -> Row:
    """The same space without the codes whose buttons start with a stem of the trie.

    A stem ends where the trie has None. Working on buttons instead of the 2^k digit strings that
    each stem stands for is what keeps long codes on five-button keypads cheap: where a code has
    left the trie, the rows are those of the space itself.
    """
    made: dict[tuple[int, int], Row] = {}

    def row_of(row: Row, node: Mapping[str, object]) -> Row:
        key = (id(row), id(node))
        known = made.get(key)
        if known is not None:
            return known
        followers = []
        for digit, follower in zip(row.digits, row.rows, strict=True):
            below = node.get(BUTTON_OF[digit], _OUTSIDE)
            if below is None:
                continue
            left = row_of(follower, below) if isinstance(below, dict) else follower
            if left.total:
                followers.append((digit, left))
        known = made[key] = Row(followers)
        return known

    result = row_of(root, trie)
    counters.rows_overlaid += len(made)
    return result


_OUTSIDE: Final = object()


class ClassRow:
    """The continuations from one place, sorted by what the finished codes break.

    `broken` has one number for each set of rules that some code breaks exactly (bit i is the i-th
    rule). `rows[d]` follows digit d; a finished code has no rows.
    """

    __slots__ = ("broken", "rows")

    def __init__(self, broken: frozenset[int], rows: tuple[ClassRow, ...]) -> None:
        self.broken = broken
        self.rows = rows


def compile_classes(rules: tuple[Rule, ...], length: int) -> tuple[ClassRow, int]:
    """The root over all `10 ** length` codes, and how many rows were made for it.

    The same product as in `compile_rows`, but a broken rule is a state and not an end.
    """
    # VIOLATED is -1, so the row that is added at the end is the one it finds.
    tables = tuple((*rule.table, (VIOLATED,) * 10) for rule in rules)
    accepting = tuple((*rule.accepting, False) for rule in rules)
    made: dict[tuple[tuple[int, ...], int], ClassRow] = {}
    once: dict[frozenset[int], frozenset[int]] = {}  # few differ: equal ones share one object

    def row_of(states: tuple[int, ...], left: int) -> ClassRow:
        row = made.get((states, left))
        if row is not None:
            return row
        rows: tuple[ClassRow, ...] = ()
        if left == 0:
            breaks = (1 << at for at, state in enumerate(states) if not accepting[at][state])
            broken = frozenset((sum(breaks),))
        else:
            steps = [table[state] for table, state in zip(tables, states, strict=True)]
            successors = zip(*steps, strict=True) if steps else ((),) * 10
            rows = tuple(row_of(states, left - 1) for states in successors)
            broken = frozenset().union(*{follower.broken for follower in rows})
        row = made[states, left] = ClassRow(once.setdefault(broken, broken), rows)
        return row

    return row_of(tuple(rule.start for rule in rules), length), len(made)


class Bounded(Generic[Root]):
    """Compiled roots by key. When they have too many rows, the longest unused ones go first."""

    def __init__(self, rows_max: int) -> None:
        self._rows_max = rows_max
        self._rows = 0
        self._roots: dict[Hashable, tuple[Root, int]] = {}

    def __len__(self) -> int:
        return len(self._roots)

    def get(self, key: Hashable, make: Callable[[], tuple[Root, int]], counters: Counters) -> Root:
        """The root under `key`. `make` answers a root and how many rows were made for it."""
        known = self._roots.pop(key, None)
        if known is None:
            known = make()
            counters.rows_compiled += known[1]
            self._rows += known[1]
        self._roots[key] = known  # last: the most recently asked for
        while self._rows > self._rows_max and len(self._roots) > 1:
            _, made = self._roots.pop(next(iter(self._roots)))
            self._rows -= made
        return known[0]


class Spaces:
    """The spaces and classes that were asked for, compiled once. For one thread."""

    def __init__(self, rows_max: int = ROWS_CACHED_MAX) -> None:
        self.roots: Bounded[Row] = Bounded(rows_max)
        self.class_roots: Bounded[ClassRow] = Bounded(rows_max)

    def root(self, words: tuple[str, ...], length: int, strong: bool, counters: Counters) -> Row:
        """The codes of `length` digits that keep the constraint words, in the order of `HARD`.

        `strong` keeps their strict readings too and leaves the weak codes out.
        """

        def make() -> tuple[Row, int]:
            return compile_rows(_rules_of(words, length, strong), length)

        return self.roots.get((words, length, strong), make, counters)

    def classes(self, words: tuple[str, ...], length: int, counters: Counters) -> ClassRow:
        """All codes of `length` digits, by which of the constraint words they break."""

        def make() -> tuple[ClassRow, int]:
            return compile_classes(tuple(HARD[word] for word in words), length)

        return self.class_roots.get((words, length), make, counters)


def _rules_of(words: tuple[str, ...], length: int, strong: bool) -> tuple[Rule, ...]:
    hard = [HARD[word] for word in words]
    if not strong:
        return tuple(hard)
    strict = [rule for word in words for rule in STRICT.get(word, ())]
    # A rule that is in the list twice would only make the product's states longer.
    return tuple(dict.fromkeys([*hard, *strict, *weak_rules(length)]))
