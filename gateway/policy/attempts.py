"""Action attempts: whether a lock has done what a call asked for.

An attempt is pending and ends once. How it ends is read off the row that it is about, so nothing in
the engine has to remember who asked: each change of a row is held against its open attempts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gateway.policy.operations import is_wanted
from gateway.policy.records import Progress, Want

if TYPE_CHECKING:
    from gateway.policy.records import CodeRecord

# Ended attempts are forgotten after this.
KEPT_US: Final = 24 * 3_600_000_000


class AttemptType(StrEnum):
    """What an attempt is about."""

    CREATE = "CREATE_ACCESS_CODE"
    UPDATE = "UPDATE_ACCESS_CODE"
    DELETE = "DELETE_ACCESS_CODE"


class AttemptStatus(StrEnum):
    """Where an attempt stands."""

    PENDING = "pending"
    SUCCESS = "success"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One attempt. The error is the row's own at the moment when the attempt ended."""

    action_attempt_id: str
    action_type: AttemptType
    status: AttemptStatus
    access_code_id: str
    device_id: str
    created_at_us: int
    error_type: str | None = None
    error_message: str | None = None


def ended(attempt: AttemptRecord, code: CodeRecord | None, now_us: int) -> AttemptRecord:
    """The attempt as the row says: unchanged while it is open. `code` None: the row is gone."""
    if attempt.status is not AttemptStatus.PENDING:
        return attempt
    if attempt.action_type is AttemptType.DELETE:
        return replace(attempt, status=AttemptStatus.SUCCESS) if code is None else attempt
    if code is None or code.want is Want.ABSENT:
        return _failed(attempt, "access_code_deleted", "The access code is not wanted any more.")
    if is_settled(code, now_us):
        if code.old_pins:
            last = code.errors[-1] if code.errors else None
            return attempt if last is None else _failed(attempt, last.error_code, last.message)
        return replace(attempt, status=AttemptStatus.SUCCESS)
    if code.progress in (Progress.REFUSED, Progress.OPEN):
        for problem in reversed(code.errors):
            if problem.error_code in _FINAL:
                return _failed(attempt, problem.error_code, problem.message)
    return attempt


def is_settled(code: CodeRecord, now_us: int) -> bool:
    """Whether a row that is wanted asks nothing of its lock now."""
    if is_wanted(code, now_us):
        return code.progress is Progress.THERE and code.was_set
    return code.progress is Progress.OPEN and code.slot is None


# What a row says when its lock was asked and did not take the code. It is tried again when
# something changes there, which may be never: that is no reason to let a caller wait.
_FINAL: Final = frozenset(
    {
        "duplicate_code_on_device",
        "code_constraints_violated",
        "failed_to_set_on_device",
        "no_space_for_access_code_on_device",
    }
)


def _failed(attempt: AttemptRecord, error_type: str, message: str) -> AttemptRecord:
    return replace(
        attempt, status=AttemptStatus.ERROR, error_type=error_type, error_message=message
    )
