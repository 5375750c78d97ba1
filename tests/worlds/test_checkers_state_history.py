"""`state_history`: what it lets pass and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.records import Want
from simulator.worlds.checkers.state_history import state_history
from tests.worlds.history import History, messages, shown


def committed() -> History:
    history = History()
    rows = history.row("1234"), history.row("1234", "side")
    history.saves(*rows, group=history.group("pending"))
    events = [("created", "front"), ("created", "side"), ("set_on_device", "front")]
    history.saves(group=history.group("committed"), events=events)
    history.at(1)
    return history


def test_a_life_from_its_beginning_to_its_end() -> None:
    history = committed()
    history.lists(shown())
    history.calls("/access_codes/delete", {"access_code_id": "row-front"})
    history.saves(history.row("1234", want=Want.ABSENT))
    history.lists(shown(status="removing"))
    events = [("removed_from_device", "front"), ("deleted", "front")]
    history.saves(gone=["front"], events=events)
    assert messages(state_history, history) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [("committed", "aborted"), ("aborted", "committed"), ("committed", "pending")],
)
def test_a_group_is_decided_once(before: str, after: str) -> None:
    history = History()
    history.saves(group=history.group("pending"))
    history.saves(group=history.group(before))
    history.saves(group=history.group(after))
    assert messages(state_history, history) == [f"a group that was {before} became {after}"]


def test_a_committed_row_that_nobody_asked_to_give_up() -> None:
    history = committed()
    history.saves(history.row("1234", want=Want.ABSENT))
    assert messages(state_history, history) == [
        "a row of a committed group is given up, and nobody asked for it"
    ]


def test_a_committed_row_that_vanishes() -> None:
    history = committed()
    history.saves(gone=["front"])
    assert messages(state_history, history) == [
        "a row of a committed group is given up, and nobody asked for it"
    ]


def test_a_code_that_has_ended_is_given_up() -> None:
    history = History()
    times: dict[str, Any] = {"starts_at_us": 0, "ends_at_us": 5_000_000}
    history.saves(history.row("1234", **times), group=history.group())
    history.at(5)
    history.saves(history.row("1234", want=Want.ABSENT, **times))
    assert messages(state_history, history) == []


def test_a_row_that_comes_back() -> None:
    history = committed()
    history.calls("/access_codes/delete", {"access_code_id": "row-front"})
    history.saves(history.row("1234", want=Want.ABSENT))
    history.saves(history.row("1234"))
    history.saves(gone=["front"])
    history.saves(history.row("1234"))
    assert messages(state_history, history) == [
        "an access code that was unwanted is wanted again",
        "an access code that was gone is stored again",
    ]


def test_a_status_that_comes_back() -> None:
    history = committed()
    history.lists(shown(status="removing"))
    history.lists(shown(status="set"))
    assert messages(state_history, history) == ["a row that was removing is set"]


def test_events_out_of_order() -> None:
    history = History()
    history.saves(history.row("1234"), group=history.group())
    history.saves(events=[("set_on_device", "front")])
    history.saves(events=[("created", "front"), ("created", "front")])
    history.saves(events=[("deleted", "front"), ("set_on_device", "front")])
    assert messages(state_history, history) == [
        "set_on_device is told before created",
        "created is told twice",
        "set_on_device is told after deleted",
    ]


def test_an_event_of_a_group_that_is_not_committed() -> None:
    history = History()
    group = history.group("pending")
    history.saves(history.row("1234"), group=group, events=[("created", "front")])
    assert messages(state_history, history) == ["created is told of a group that is pending"]


def test_a_start_that_remembers() -> None:
    history = committed()
    history.starts_again(history.row("1234"), group=history.group("committed"))
    assert messages(state_history, history) == []


def test_a_start_that_has_forgotten() -> None:
    history = committed()
    history.starts_again()
    assert messages(state_history, history) == [
        "a group was committed, and after a start it is not known"
    ]


def test_a_copy_that_nobody_wanted() -> None:
    history = History()
    history.saves(history.row("1234", want=Want.ABSENT), group=history.group("aborted"))
    assert messages(state_history, history) == []


def test_a_group_that_begins_aborted_with_a_row_that_is_wanted() -> None:
    history = History()
    history.saves(history.row("1234"), group=history.group("aborted"))
    assert messages(state_history, history) == ["a group that was None became aborted"]
