"""How an attempt ends is read off its row."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.attempts import AttemptRecord, AttemptStatus, AttemptType, ended, is_settled
from gateway.policy.records import CodeKind, CodeProblem, Progress, Want
from latchbench.pin import Pin
from tests.policy.test_operations import NOW_US, a_code

SET: dict[str, Any] = {"slot": 1, "progress": Progress.THERE, "was_set": True}
FULL = CodeProblem("no_space_for_access_code_on_device", "It is full.", 0)
UNSURE = CodeProblem("access_code_state_unconfirmed", "Nobody can see.", 0)
OFFLINE = CodeProblem("device_offline", "It is silent.", 0, is_device_error=True)


def an_attempt(kind: AttemptType = AttemptType.CREATE, **changes: Any) -> AttemptRecord:
    fields: dict[str, Any] = {"status": AttemptStatus.PENDING, **changes}
    return AttemptRecord("attempt", kind, access_code_id="code-1", device_id="front",
                         created_at_us=0, **fields)  # fmt: skip


def end(kind: AttemptType, /, **changes: Any) -> tuple[AttemptStatus, str | None]:
    told = ended(an_attempt(kind), a_code(**changes), NOW_US)
    return told.status, told.error_type


PENDING = (AttemptStatus.PENDING, None)
SUCCESS = (AttemptStatus.SUCCESS, None)


@pytest.mark.parametrize("status", [AttemptStatus.SUCCESS, AttemptStatus.ERROR])
@pytest.mark.parametrize("kind", list(AttemptType))
def test_an_attempt_ends_once(kind: AttemptType, status: AttemptStatus) -> None:
    over = an_attempt(kind, status=status, error_type="x", error_message="y")
    assert ended(over, None, NOW_US) == over
    assert ended(over, a_code(**SET), NOW_US) == over


@pytest.mark.parametrize("kind", [AttemptType.CREATE, AttemptType.UPDATE])
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, PENDING),
        (SET, SUCCESS),
        ({**SET, "was_set": False}, PENDING),
        ({**SET, "was_set": False, "was_scheduled": True}, SUCCESS),
        ({**SET, "was_set": False, "kind": CodeKind.OFFLINE}, SUCCESS),
        ({"slot": 1, "progress": Progress.DOUBT}, PENDING),
        # A code for later asks nothing of its lock yet, once no slot may hold any of it.
        ({"load_at_us": NOW_US + 1}, SUCCESS),
        ({"load_at_us": NOW_US + 1, "slot": 1}, PENDING),
        ({"load_at_us": NOW_US}, PENDING),
        ({"want": Want.ABSENT}, (AttemptStatus.ERROR, "access_code_deleted")),
    ],
)
def test_an_attempt_succeeds_when_the_lock_has_followed(
    kind: AttemptType, changes: dict[str, Any], told: tuple[AttemptStatus, str | None]
) -> None:
    assert end(kind, **changes) == told


def test_what_was_asked_of_a_row_that_is_gone_has_failed() -> None:
    told = ended(an_attempt(), None, NOW_US)
    assert (told.status, told.error_type) == (AttemptStatus.ERROR, "access_code_deleted")
    assert told.error_message


@pytest.mark.parametrize("progress", [Progress.OPEN, Progress.REFUSED])
def test_an_attempt_fails_with_the_last_final_error_of_its_row(progress: Progress) -> None:
    used = CodeProblem("duplicate_code_on_device", "It is used.", 0)
    row = a_code(progress=progress, errors=(used, FULL, OFFLINE))
    told = ended(an_attempt(), row, NOW_US)
    assert (told.status, told.error_type) == (AttemptStatus.ERROR, FULL.error_code)
    assert told.error_message == FULL.message


def test_an_error_that_may_pass_ends_no_attempt() -> None:
    assert end(AttemptType.CREATE, errors=(OFFLINE,)) == PENDING
    assert end(AttemptType.CREATE, slot=1, progress=Progress.DOUBT, errors=(FULL,)) == PENDING


def test_an_update_that_nobody_can_see_fails_with_what_its_row_says() -> None:
    unseen = {**SET, "old_pins": (Pin("7391"),)}
    told = end(AttemptType.UPDATE, **unseen, errors=(FULL, UNSURE))
    assert told == (AttemptStatus.ERROR, UNSURE.error_code)
    assert end(AttemptType.UPDATE, **unseen) == PENDING


def test_a_delete_ends_when_the_row_is_gone_or_only_hidden() -> None:
    delete = an_attempt(AttemptType.DELETE)
    assert ended(delete, None, NOW_US).status is AttemptStatus.SUCCESS
    unwanted: dict[str, Any] = {"want": Want.ABSENT, "progress": Progress.THERE, "slot": 1}
    assert end(AttemptType.DELETE, **unwanted) == PENDING
    assert end(AttemptType.DELETE, **unwanted, kind=CodeKind.OFFLINE) == SUCCESS


def test_a_row_that_is_not_due_is_settled_only_when_its_lock_holds_none_of_it() -> None:
    later: dict[str, Any] = {"load_at_us": NOW_US + 1}
    assert is_settled(a_code(**later), NOW_US)
    assert not is_settled(a_code(**later, slot=1), NOW_US)
    assert not is_settled(a_code(**later, progress=Progress.REFUSED), NOW_US)
