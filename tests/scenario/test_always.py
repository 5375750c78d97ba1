"""Each invariant can break: traces as they should be, and with one planted breach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from latchbench.pin import Pin
from latchbench.trace import Masker, TraceEvent
from simulator.scenario.always import INVARIANTS, Always, breaches

if TYPE_CHECKING:
    from collections.abc import Sequence

MASKER = Masker(b"a test")
A = MASKER.token(Pin("4827"))
B = MASKER.token(Pin("9135"))

Told = tuple[str, str, dict[str, str]]


def sent(lock: str, pin: str = A, slot: str = "1") -> Told:
    return "gateway", "gateway.command.sent", told(lock, slot=slot, pin=pin, command="SetCode")


def told(lock: str, **fields: str) -> dict[str, str]:
    return {"lock": lock, **fields}


def stored(lock: str, pin: str = A, slot: str = "1") -> Told:
    return lock, "lock.code.stored", {"slot": slot, "pin": pin}


def reported(lock: str) -> Told:
    return lock, "lock.report", {"command": "set_user_code", "transmit": "ok"}


def cleared(lock: str, slot: str = "1") -> Told:
    return lock, "lock.code.cleared", {"slot": slot}


def gone(lock: str, pin: str = A) -> Told:
    return "gateway", "gateway.code.gone", told(lock, slot="1", pin=pin)


def admitted(*locks: str, behavior: str = "throw") -> Told:
    fields = {"group": "g", "over": ",".join(locks), "behavior": behavior, "pin": A}
    return "gateway", "gateway.group.admitted", fields


ABORTED: Told = ("gateway", "gateway.group.aborted", {"group": "g", "reason": "restart"})
PUBLISHED: Told = (
    "gateway",
    "gateway.event",
    told("front", pin=A, event_type="access_code.created"),
)


def broken(*events: Told, words: Sequence[str] = tuple(INVARIANTS)) -> list[tuple[str, int]]:
    """Which invariants broke, and at which event, counted from 0."""
    trace = [
        TraceEvent(place, 0, source, place, kind, fields)
        for place, (source, kind, fields) in enumerate(events)
    ]
    wanted = [Always(("always", place), word) for place, word in enumerate(words)]
    found = breaches(wanted, trace, MASKER.token)
    return [(breach.always.word, breach.event.at_us) for breach in found]


def test_a_code_that_is_set_and_taken_back_breaks_nothing() -> None:
    whole = [
        admitted("front", "back"),
        sent("front"),
        stored("front"),
        reported("front"),
        sent("back"),
        ABORTED,
        stored("back"),
        cleared("front"),
        gone("front"),
        cleared("back"),
        gone("back"),
    ]
    assert broken(*whole) == []


def test_a_code_that_is_given_up_while_a_lock_holds_it_is_an_orphan() -> None:
    assert broken(sent("front"), stored("front"), gone("front")) == [("no_orphan_codes", 2)]


def test_a_code_that_is_stored_after_it_was_given_up_is_an_orphan() -> None:
    late = [sent("front"), reported("front"), gone("front"), stored("front")]
    assert broken(*late) == [("no_orphan_codes", 3)]


def test_a_code_that_went_into_another_slot_is_still_the_gateways() -> None:
    astray = [sent("front"), stored("front", slot="7"), reported("front"), gone("front")]
    assert broken(*astray) == [("no_orphan_codes", 3)]


def test_a_code_that_was_cut_short_is_an_orphan_when_it_is_given_up() -> None:
    cut = [sent("front"), stored("front", pin=B), reported("front"), gone("front")]
    assert broken(*cut) == [("no_orphan_codes", 3)]


def test_a_code_that_was_redrawn_while_the_lock_holds_the_old_one_is_an_orphan() -> None:
    redrawn = ("gateway", "gateway.code.redrawn", told("front", pin=B, was=A))
    assert broken(sent("front"), stored("front"), redrawn) == [("no_orphan_codes", 2)]


def test_codes_of_people_are_nobodys_orphans() -> None:
    by_hand = [stored("front"), sent("front", slot="2"), reported("front"), gone("front")]
    assert broken(*by_hand) == []


def test_a_code_in_two_slots_of_a_lock_is_found() -> None:
    twice = [sent("front"), stored("front"), sent("front", slot="2"), stored("front", slot="2")]
    assert broken(*twice) == [("at_most_once_per_lock", 3)]
    assert broken(stored("front"), stored("front", slot="2")) == [], "by hand, both"
    assert broken(sent("front"), stored("front"), sent("back"), stored("back")) == []


@pytest.mark.parametrize(
    ("after", "place"),
    [([sent("front")], 2), ([PUBLISHED], 2)],
    ids=["sent", "published"],
)
def test_a_refused_throw_that_goes_on_is_found(after: list[Told], place: int) -> None:
    assert broken(admitted("front", "back"), ABORTED, *after) == [("throw_is_atomic", place)]
    other = admitted("front", "back", behavior="create_random_code")
    assert broken(other, ABORTED, *after) == []


def test_a_refused_throw_that_is_forgotten_while_a_lock_holds_it_is_found() -> None:
    forgotten = [admitted("front"), sent("front"), stored("front"), ABORTED, gone("front")]
    assert broken(*forgotten, words=["throw_is_atomic"]) == [("throw_is_atomic", 4)]


def test_the_same_code_in_a_later_call_is_another_matter() -> None:
    again = [admitted("front"), ABORTED, admitted("front"), sent("front"), stored("front")]
    assert broken(*again) == []


def says(text: str) -> Told:
    return "gateway", "gateway.note", {"words": text}


@pytest.mark.parametrize("text", ["4827", "set 4827 in front", "code=4827, slot 3"])
def test_digits_of_a_code_in_a_trace_are_found_before_and_after_the_code(text: str) -> None:
    assert broken(sent("front"), says(text)) == [("no_plain_codes_in_log", 1)]
    assert broken(says(text), sent("front")) == [("no_plain_codes_in_log", 1)]


@pytest.mark.parametrize("text", ["9999", "a4827b", "148275", "f4827-11", "12:4827"])
def test_other_digits_are_no_codes(text: str) -> None:
    assert broken(sent("front"), says(text)) == []


def test_the_words_of_the_scenario_are_its_authors() -> None:
    step = ("bench", "bench.step", {"name": "the owner types 4827"})
    assert broken(sent("front"), step) == []


def test_only_what_was_asked_for_is_judged() -> None:
    events = [sent("front"), stored("front"), gone("front")]
    assert broken(*events, words=["at_most_once_per_lock"]) == []
