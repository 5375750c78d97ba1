"""Conflicts in words: locks by their names, and what each wants rather than which rule failed.

At most three locks are named in one phrase, the others are counted. No sentence has a code in it:
whoever is told which codes are taken on a lock is told which codes open it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.policy.explain import Element
    from gateway.policy.keypad import LockFacts

NAMED_MAX: Final = 3


def lengths_phrase(lengths: Sequence[int], *, unit: bool = True) -> str:
    """`4 digits`, `4 or 6 digits`, `4 to 8 digits`; with `unit` false without the noun."""
    if not lengths:
        return "no code of any length"
    if len(lengths) > 2 and lengths[-1] - lengths[0] == len(lengths) - 1:
        text = f"{lengths[0]} to {lengths[-1]}"
    elif len(lengths) == 1:
        text = str(lengths[0])
    else:
        text = f"{', '.join(map(str, lengths[:-1]))} or {lengths[-1]}"
    if not unit:
        return text
    return f"{text} digit" if tuple(lengths) == (1,) else f"{text} digits"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 37 others`."""
    shown = list(names[:NAMED_MAX])
    more = len(names) - len(shown)
    if more:
        shown.append(_others(more))
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _others(count: int) -> str:
    return f"{count:,} others" if count > 1 else "1 other"


def never_drawn_sentence(messages: Sequence[str]) -> str:
    """A sentence for each of up to three locks, and how many more there are."""
    sentences = [f"{message}." for message in messages[:NAMED_MAX]]
    if len(messages) > NAMED_MAX:
        sentences.append(f"The same goes for {_others(len(messages) - NAMED_MAX)}.")
    return " ".join(sentences)


def given_code_sentence(messages: Sequence[str], locks: int) -> str:
    """Why a given code does not go everywhere, from a message for each lock it does not fit."""
    said = list(messages[:NAMED_MAX])
    if len(messages) > NAMED_MAX:
        said.append(_others(len(messages) - NAMED_MAX))
    fits = f"{locks - len(messages):,} of {locks:,} locks" if len(messages) < locks else "no lock"
    return f"The code fits {fits}: {'; '.join(said)}."


def rules_sentence(locks: Sequence[LockFacts], elements: Sequence[Element]) -> str:
    """For a conflict of lengths and digit rules."""
    wants = []
    unit = True
    for element in elements:
        verb = "take" if element.word is None else "want"
        ending = "" if len(element.holders) > 1 else "s"
        names = listed([locks[position].name for position in element.holders])
        wants.append(f"{names} {verb}{ending} {element.phrase(unit=unit)}")
        unit = unit and element.word is not None  # "digits" is said once
    return f"No code fits {_all(locks)}: {'; '.join(wants)}."


def _all(locks: Sequence[LockFacts]) -> str:
    if len(locks) == 1:
        return locks[0].name
    return "both locks" if len(locks) == 2 else f"all {len(locks):,} locks"


def in_use_sentence(
    locks: Sequence[LockFacts],
    elements: Sequence[Element],
    users: Sequence[tuple[int, int]],
    total: int,
) -> str:
    """For `total` codes that fit the elements and are all in use: by position, how many where."""
    phrases: dict[str, list[str]] = {}
    for element in elements:
        everyone = len(element.holders) == len(locks)
        whose = _all(locks) if everyone else locks[element.holders[0]].name
        phrases.setdefault(whose, []).append(element.phrase())
    fitting = [f"{whose} ({', '.join(said)})" for whose, said in phrases.items()]
    first, many = users[0]
    uses = [f"{locks[first].name} uses {many:,}"]
    uses += (f"{locks[position].name} {more:,} more" for position, more in users[1:NAMED_MAX])
    if len(users) > NAMED_MAX:
        uses.append(f"{_others(len(users) - NAMED_MAX)} the rest")
    return f"All {total:,} codes that fit {listed(fitting)} are in use: {', '.join(uses)}."
