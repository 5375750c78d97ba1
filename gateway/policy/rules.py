"""What digits a keypad accepts, as automata small enough to be read.

Each rule is a deterministic automaton over the ten digits. A product of automata can be counted
and unranked exactly, however long the codes are, which no list of predicates allows.

The vocabulary is Seam's: the 14 `constraint_type` words of a device's `properties.code_constraints`
(seamapi/types 1.1038.0). `CONSTRAINTS` says what each of them means here. Where the documentation
of a word can be read in two ways there are two automata:

* the *hard* reading is what the documentation says. It decides what is possible, and it alone
  judges a code that a person chose: nobody is refused for a reading that nobody wrote down.
* the *strict* reading is the harsher one. Drawn codes keep it as long as any such code is left,
  so that they are legal under either reading.

Codes that are easily guessed (`weak_rules`) are avoided in the same way: preferred not to be
drawn, never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, TypeVar

DIGITS: Final = "0123456789"
FREE: Final = 0  # the number of the state that accepts whatever follows
VIOLATED: Final = -1  # no continuation can repair the code

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One automaton. `table[state][digit]` is the next state, or `VIOLATED`.

    State 0 is `FREE`: the rule is kept whatever follows. `accepting[state]` says whether a code
    may end there. Two rules are the same rule exactly when they are the same object.
    """

    name: str
    start: int
    table: tuple[tuple[int, ...], ...]
    accepting: tuple[bool, ...]

    def __repr__(self) -> str:
        return f"Rule({self.name})"

    def keeps(self, digits: str) -> bool:
        """Whether `digits` (characters 0 to 9 only) keep the rule."""
        state = self.start
        for digit in digits:
            state = self.table[state][ord(digit) - 48]
            if state == VIOLATED:
                return False
        return self.accepting[state]


def _rule(
    name: str,
    start: State,
    step: Callable[[State, int], State | int],
    accepts: Callable[[State], bool] = lambda _state: True,
) -> Rule:
    """Number the states that `step` can reach from `start`. `step` may answer FREE or VIOLATED.

    States are anything hashable except numbers, so that the two numbers cannot be mistaken.
    """
    numbers: dict[Hashable, int] = {FREE: FREE, start: 1}
    waiting = [start]
    table: list[tuple[int, ...]] = [(FREE,) * 10]
    accepting = [True]
    for state in waiting:
        row = []
        for digit in range(10):
            successor = step(state, digit)
            if isinstance(successor, int):
                row.append(successor)
                continue
            if successor not in numbers:
                numbers[successor] = len(numbers)
                waiting.append(successor)
            row.append(numbers[successor])
        table.append(tuple(row))
        accepting.append(accepts(state))
    return Rule(name, 1, tuple(table), tuple(accepting))


def _without_digits(name: str, forbidden: str) -> Rule:
    return _rule(name, (), lambda state, digit: VIOLATED if str(digit) in forbidden else state)


def _not_starting_with(name: str, head: str) -> Rule:
    def step(seen: str, digit: int) -> str | int:
        longer = seen + str(digit)
        if longer == head:
            return VIOLATED
        return longer if head.startswith(longer) else FREE

    return _rule(name, "", step)


def _different_digits(name: str, at_least: int) -> Rule:
    def step(seen: frozenset[int], digit: int) -> frozenset[int] | int:
        seen |= {digit}
        return FREE if len(seen) >= at_least else seen

    return _rule(name, frozenset[int](), step, lambda _seen: False)


def _first_digits_differ(name: str, first: int) -> Rule:
    def step(seen: frozenset[int], digit: int) -> frozenset[int] | int:
        if digit in seen:
            return VIOLATED
        seen |= {digit}
        return FREE if len(seen) == first else seen

    return _rule(name, frozenset[int](), step)


def _direction(before: int, digit: int, wrap: bool) -> int | None:
    """0 for the same digit, 1 for the next, -1 for the one before; None for any other."""
    delta = digit - before
    if wrap and abs(delta) == 9:
        delta = -delta // 9
    return delta if abs(delta) <= 1 else None


_BEGIN: Final[tuple[int, ...]] = ()  # before the first digit


def _no_run_of(name: str, digits: int, *, wrap: bool) -> Rule:
    """No stretch of `digits` digits that are all equal, all rise by one or all fall by one."""

    def step(state: tuple[int, ...], digit: int) -> tuple[int, ...] | int:
        if not state:
            return (digit, 0, 1)
        before, way, length = state
        delta = _direction(before, digit, wrap)
        if delta is None:
            return (digit, 0, 1)
        # A digit can end one stretch and begin the next: in 1-2-1 both have length 2.
        length = length + 1 if length > 1 and delta == way else 2
        return VIOLATED if length >= digits else (digit, delta, length)

    return _rule(name, _BEGIN, step)


def _not_one_run(name: str, *, wrap: bool) -> Rule:
    """The code as a whole does not rise by one throughout, nor fall by one throughout."""

    def step(state: tuple[int, ...], digit: int) -> tuple[int, ...] | int:
        if not state:
            return (digit,)
        delta = _direction(state[0], digit, wrap)
        if not delta or (len(state) == 2 and delta != state[1]):
            return FREE
        return (digit, delta)

    return _rule(name, _BEGIN, step, lambda state: len(state) < 2)


def _not_monotonic(name: str) -> Rule:
    """The digits of the code neither all rise nor all fall, whatever the steps (1358 does)."""

    def step(state: tuple[int, ...], digit: int) -> tuple[int, ...] | int:
        if not state:
            return (digit,)
        way = (digit > state[0]) - (digit < state[0])
        if way == 0 or (len(state) == 2 and way != state[1]):
            return FREE
        return (digit, way)

    return _rule(name, _BEGIN, step, lambda state: len(state) < 2)


def _not_repeated_block(name: str, size: int) -> Rule:
    """Not one block of `size` digits over and over. For codes of a whole number of blocks."""

    def step(state: tuple[str, int], digit: int) -> tuple[str, int] | int:
        block, place = state
        if len(block) < size:
            return (block + str(digit), 0)
        return (block, (place + 1) % size) if block[place] == str(digit) else FREE

    return _rule(name, ("", 0), step, lambda _state: False)


# A field of a date is the set of two-digit texts it can be.
_DD: Final = frozenset(f"{day:02}" for day in range(1, 32))
_MM: Final = frozenset(f"{month:02}" for month in range(1, 13))
_YY: Final = frozenset(f"{year:02}" for year in range(100))
_CENTURY: Final = frozenset(("19", "20"))
_Layout = tuple[frozenset[str], ...]
_Alive = tuple[frozenset[_Layout], str]  # what is left of each layout, and half a field


def _not_laid_out_as(name: str, layouts: tuple[_Layout, ...]) -> Rule:
    """The code is not a row of two-digit fields in any of the layouts, which are equally long."""

    def step(state: _Alive, digit: int) -> _Alive | int:
        alive, half = state
        if not half:
            return (alive, str(digit))
        field = half + str(digit)
        alive = frozenset(layout[1:] for layout in alive if layout and field in layout[0])
        return (alive, "") if alive else FREE

    # Accepting only matters at the layouts' own length, where "alive" means "is such a date".
    return _rule(name, (frozenset(layouts), ""), step, lambda _state: False)


def _not_one_of(name: str, codes: frozenset[str]) -> Rule:
    def step(seen: str, digit: int) -> str | int:
        seen += str(digit)
        return seen if any(code.startswith(seen) for code in codes) else FREE

    return _rule(name, "", step, lambda seen: seen not in codes)


def _named(*rules: Rule) -> Mapping[str, Rule]:
    return MappingProxyType({rule.name: rule for rule in rules})


HARD: Final = _named(
    _without_digits("no_zeros", "0"),
    _not_starting_with("cannot_start_with_12", "12"),
    # "No more than 3 digits in a row can be consecutive or the same", say the docs; so four.
    _no_run_of("no_triple_consecutive_ints", 4, wrap=False),
    _not_one_run("no_ascending_or_descending_sequence", wrap=False),
    _different_digits("at_least_three_unique_digits", 3),
    _without_digits("cannot_contain_089", "089"),
    _without_digits("cannot_contain_0789", "0789"),
    _first_digits_differ("unique_first_four_digits", 4),
    _different_digits("no_all_same_digits", 2),
)

STRICT: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        # The name says three; and 9 and 0 are neighbours on some keypads.
        "no_triple_consecutive_ints": (_no_run_of("strict_no_triple", 3, wrap=True),),
        "no_ascending_or_descending_sequence": (
            _not_monotonic("strict_not_monotonic"),
            _not_one_run("strict_no_wrapped_run", wrap=True),
        ),
    }
)

_COLUMNS: Final = tuple(column[::way] for column in ("147", "258", "369") for way in (1, -1))
_WEAK_ALWAYS: Final = (
    HARD["no_all_same_digits"],
    STRICT["no_ascending_or_descending_sequence"][1],
)
_WEAK_BLOCKS: Final = (
    _not_repeated_block("weak_block_2", 2),
    _not_repeated_block("weak_block_3", 3),
)
_WEAK_AT: Final[Mapping[int, tuple[Rule, ...]]] = MappingProxyType(
    {
        4: (
            _not_laid_out_as("weak_date_4", ((_DD, _MM), (_MM, _DD), (_CENTURY, _YY))),
            _not_one_of("weak_column_4", frozenset(("2580", "0852"))),
        ),
        6: (
            _not_laid_out_as("weak_date_6", ((_DD, _MM, _YY), (_MM, _DD, _YY), (_YY, _MM, _DD))),
            _not_one_of("weak_columns_6", frozenset(a + b for a in _COLUMNS for b in _COLUMNS)),
        ),
        8: (
            _not_laid_out_as(
                "weak_date_8",
                ((_DD, _MM, _CENTURY, _YY), (_MM, _DD, _CENTURY, _YY), (_CENTURY, _YY, _MM, _DD)),
            ),
        ),
    }
)


@lru_cache(maxsize=64)
def weak_rules(length: int) -> tuple[Rule, ...]:
    """The automata that a code of `length` digits keeps unless it is easily guessed.

    Weak are: one digit repeated; one run that may wrap (8901); a block of 2 or 3 digits repeated;
    at 4 digits 19xx, 20xx, DDMM, MMDD and the middle column; at 6 DDMMYY, MMDDYY, YYMMDD and two
    columns in a row; at 8 the same dates with a year of the 20th or 21st century. Repeated blocks
    of 4 digits are left out: ten thousand states to save 0.01 % of the codes.
    """
    blocks = (
        rule
        for size, rule in zip((2, 3), _WEAK_BLOCKS, strict=True)
        if length > size and length % size == 0
    )
    return (*_WEAK_ALWAYS, *blocks, *_WEAK_AT.get(length, ()))


@dataclass(frozen=True, slots=True)
class Constraint:
    """What one of the 14 constraint words means to the choice of a code.

    `about` is "digits" (an automaton in `HARD`), "source" (who chooses the PIN), "time" or "name";
    the last two never decide about digits. `wants` completes the sentence "the front door ...".
    """

    word: str
    about: Literal["digits", "source", "time", "name"]
    wants: str


CONSTRAINTS: Final[Mapping[str, Constraint]] = MappingProxyType(
    {
        constraint.word: constraint
        for constraint in (
            Constraint("no_zeros", "digits", "no 0"),
            Constraint("cannot_start_with_12", "digits", "no code that starts with 1, 2"),
            Constraint(
                "no_triple_consecutive_ints",
                "digits",
                "no four digits in a row that are equal or consecutive",
            ),
            Constraint(
                "no_ascending_or_descending_sequence",
                "digits",
                "no code that only counts up or down",
            ),
            Constraint("at_least_three_unique_digits", "digits", "at least three different digits"),
            Constraint("cannot_contain_089", "digits", "only the digits 1-7"),
            Constraint("cannot_contain_0789", "digits", "only the digits 1-6"),
            Constraint("unique_first_four_digits", "digits", "the first four digits all different"),
            Constraint("no_all_same_digits", "digits", "at least two different digits"),
            Constraint("cannot_specify_pin_code", "source", "a PIN of its provider's choice"),
            Constraint("pin_code_matches_existing_set", "source", "a PIN that its account has"),
            Constraint("start_date_in_future", "time", "a start in the future"),
            Constraint("name_length", "name", "a name of its own length"),
            Constraint("name_must_be_unique", "name", "a name of its own"),
        )
    }
)

assert set(HARD) == {word for word, said in CONSTRAINTS.items() if said.about == "digits"}
