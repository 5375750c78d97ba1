from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.policy.records import (
    CodeProblem,
    CodeRecord,
    DeviceRecord,
    Facts,
    Progress,
    Status,
    Want,
)
from gateway.policy.views import code_view, device_view, status_of
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
