from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.policy.attempts import AttemptRecord, AttemptStatus, AttemptType
from gateway.policy.mutations import Change, Mutation
from gateway.policy.records import (
    CodeKind,
    CodeProblem,
    CodeRecord,
    CodeWarning,
    DeviceRecord,
    Facts,
    Progress,
    Status,
    UnmanagedRecord,
    Want,
)
from gateway.policy.views import (
    attempt_view,
    code_view,
    device_view,
    empty_pool_problem,
    status_of,
    unmanaged_view,
)
from latchbench.pin import Pin
from tests.policy.test_operations import NOW_US, a_code

DEVICE = DeviceRecord(
    device_id="front",
    name="front",
    lock_id="front",
    hub="hub",
    host="host-1",
    host_address="127.0.0.1:1",
    profile="deadbolt-30",
    facts=Facts(slots=30, code_lengths=(4, 5, 6), reserved_slots=frozenset({30})),
)

THERE = {"progress": Progress.THERE}
REMOVED = CodeWarning("code_modified_externally", "words", 0, change_type="removed")
INACTIVE = CodeProblem("access_code_inactive", "words", 0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.SETTING),
        ({"progress": Progress.DOUBT}, Status.SETTING),
        ({"progress": Progress.REFUSED}, Status.SETTING),
        ({"progress": Progress.THERE}, Status.SET),
        ({"load_at_us": NOW_US + 1}, Status.UNSET),
        ({"load_at_us": NOW_US}, Status.SETTING),
        ({"want": Want.ABSENT, "progress": Progress.THERE}, Status.REMOVING),
        ({"want": Want.ABSENT, "progress": Progress.DOUBT}, Status.REMOVING),
        # A code that somebody took off the lock, or disabled, by leave is left so.
        ({**THERE, "warnings": (REMOVED,)}, Status.UNSET),
        ({**THERE, "errors": (INACTIVE,)}, Status.UNSET),
        # In the lock, which keeps it shut until it starts.
        ({**THERE, "is_native": True, "starts_at_us": NOW_US + 1}, Status.UNSET),
        ({**THERE, "is_native": True, "starts_at_us": NOW_US}, Status.SET),
        ({**THERE, "kind": CodeKind.OFFLINE, "starts_at_us": NOW_US + 1}, Status.UNSET),
        ({**THERE, "kind": CodeKind.OFFLINE, "starts_at_us": NOW_US}, Status.SET),
        # Any other lock opens to it as soon as it is there.
        ({**THERE, "starts_at_us": NOW_US + 1}, Status.SET),
        ({**THERE, "pin": None}, Status.SETTING),
        ({**THERE, "old_pins": (Pin("7391"),)}, Status.UNKNOWN),
    ],
)
def test_status_is_what_was_read_back_and_nothing_better(
    changes: dict[str, object], status: Status
) -> None:
    code = replace(a_code(), **changes)  # type: ignore[arg-type]
    assert status_of(code, NOW_US) is status


def mutations(code: CodeRecord) -> list[str]:
    view = code_view(code, DEVICE, workspace_id="w", offline_since_us=None, now_us=NOW_US)
    return [mutation.mutation_code for mutation in view.pending_mutations]


def test_pending_mutations_say_what_is_still_to_be_done() -> None:
    assert mutations(a_code()) == ["creating"]
    assert mutations(a_code(progress=Progress.THERE)) == []
    assert mutations(a_code(load_at_us=NOW_US + 1)) == ["deferring_creation"]
    assert mutations(a_code(want=Want.ABSENT, progress=Progress.THERE)) == ["deleting"]
    assert mutations(a_code(warnings=(REMOVED,))) == []
    changed = a_code(mutations=(Mutation(Change.CODE, 5), Mutation(Change.NAME, 6)))
    assert mutations(changed) == ["updating_code", "updating_name"]


def test_a_code_that_is_being_changed_shows_its_digits_on_both_sides() -> None:
    changed = a_code(
        old_pins=(Pin("7391"), Pin("2580")),
        mutations=(Mutation(Change.CODE, 5), Mutation(Change.NAME, 6)),
    )
    view = code_view(changed, DEVICE, workspace_id="w", offline_since_us=None, now_us=NOW_US)
    of_code, of_name = view.pending_mutations
    assert (of_code.old_code, of_code.code) == (Pin("7391"), Pin("4821"))
    assert (of_name.old_code, of_name.code) == (None, None)
    assert [of_code.created_at_us, of_name.created_at_us] == [5, 6]


@pytest.mark.parametrize(
    ("kind", "status", "shown"),
    [
        (AttemptType.CREATE, AttemptStatus.SUCCESS, True),
        (AttemptType.UPDATE, AttemptStatus.SUCCESS, True),
        (AttemptType.DELETE, AttemptStatus.SUCCESS, False),
        (AttemptType.CREATE, AttemptStatus.PENDING, False),
        (AttemptType.CREATE, AttemptStatus.ERROR, False),
    ],
)
def test_an_attempt_shows_its_row_only_once_that_is_as_it_was_asked_for(
    kind: AttemptType, status: AttemptStatus, shown: bool
) -> None:
    row = code_view(a_code(), DEVICE, workspace_id="w", offline_since_us=None, now_us=NOW_US)
    attempt = AttemptRecord("a", kind, status, "code-1", "front", 0, "x", "y")
    view = attempt_view(attempt, row)
    assert view.access_code == (row if shown else None)
    assert (view.error_type, view.error_message) == ("x", "y")


@pytest.mark.parametrize("pin", [Pin("4821"), None])
def test_a_code_that_others_made_is_set_whether_its_digits_show_or_not(pin: Pin | None) -> None:
    view = unmanaged_view(UnmanagedRecord("u", "front", 3, pin, 7), "w")
    assert (view.access_code_id, view.device_id, view.workspace_id) == ("u", "front", "w")
    assert (view.code, view.status, view.created_at_us) == (pin, Status.SET, 7)


def test_an_empty_pool_is_the_locks_own_trouble() -> None:
    problem = empty_pool_problem(7)
    assert (problem.error_code, problem.created_at_us) == ("empty_backup_access_code_pool", 7)
    assert problem.is_device_error


def test_a_silent_lock_puts_its_error_on_its_codes() -> None:
    own = CodeProblem("duplicate_code_on_device", "words", 1)
    view = code_view(
        a_code(errors=(own,)), DEVICE, workspace_id="w", offline_since_us=7, now_us=NOW_US
    )
    assert [problem.error_code for problem in view.errors] == [
        "duplicate_code_on_device",
        "device_offline",
    ]
    assert view.errors[1].is_device_error
    assert view.errors[1].created_at_us == 7


def test_a_code_without_digits_waits_only_where_somebody_else_makes_them() -> None:
    chooses = replace(DEVICE, facts=replace(DEVICE.facts, provider_chooses_pin=True))
    waiting = code_view(
        a_code(pin=None), chooses, workspace_id="w", offline_since_us=None, now_us=NOW_US
    )
    plain = code_view(
        a_code(pin=None), DEVICE, workspace_id="w", offline_since_us=None, now_us=NOW_US
    )
    assert waiting.is_waiting_for_code_assignment
    assert not plain.is_waiting_for_code_assignment


def test_what_a_lock_says_of_itself_goes_before_the_database() -> None:
    told = device_view(DEVICE, workspace_id="w", offline_since_us=None)
    assert (told.code_lengths, told.codes_max, told.online) == ((4, 5, 6), 29, True)
    said = replace(DEVICE, slots=20, code_length=4)
    seen = device_view(said, workspace_id="w", offline_since_us=3)
    assert (seen.code_lengths, seen.codes_max, seen.online) == ((4,), 19, False)
    assert [problem.error_code for problem in seen.errors] == ["device_offline"]


def test_a_hub_that_is_down_is_told_of_its_locks_in_place_of_their_silence() -> None:
    view = code_view(
        a_code(),
        DEVICE,
        workspace_id="w",
        offline_since_us=5,
        hub_down_since_us=7,
        now_us=NOW_US,
    )
    told = device_view(DEVICE, workspace_id="w", offline_since_us=5, hub_down_since_us=7)
    assert view.errors == told.errors
    assert not told.online
    (problem,) = told.errors
    assert (problem.error_code, problem.created_at_us) == ("hub_disconnected", 7)
    assert problem.is_device_error
