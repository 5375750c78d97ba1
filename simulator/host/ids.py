"""Which commands of a lock are new, said before, or of a gateway that has lost the lock.

The highest (epoch, sequence) of each lock is kept in its memory file, together with how that
command ended as far as that can be said in a few words. A command that ended with a report of what
the lock holds is not kept: should it be asked again after a restart, it is simply done again.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.host.messages import CommandId, Rejection, Report

if TYPE_CHECKING:
    from simulator.model.words import Outcome
    from simulator.radio.words import TransmitOutcome


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended that has no body to report."""

    transmit: TransmitOutcome
    supervision: Outcome
    attempts: int
    incarnation: int | None

    def as_report(self, lock_id: str, command_id: CommandId) -> Report:
        """The report that was given, or was about to be."""
        return Report(
            lock_id=lock_id,
            id=command_id,
            transmit=self.transmit,
            supervision=self.supervision,
            attempts=self.attempts,
            incarnation=self.incarnation,
        )


def answer_of(report: Report) -> Answer | None:
    """What of `report` is worth keeping; None for one with a body."""
    if report.transmit is None or report.body is not None:
        return None
    return Answer(report.transmit, report.supervision, report.attempts, report.incarnation)


@dataclass(frozen=True, slots=True)
class Seen:
    """The highest id that a lock's host has taken, and how that command ended."""

    id: CommandId
    answer: Answer | None = None

    def ended(self, report: Report) -> Seen:
        """The same with the end of its command; `report` of another command changes nothing."""
        return replace(self, answer=answer_of(report)) if report.id == self.id else self


class Verdict(enum.Enum):
    """What is to be done with a command's id."""

    NEW = enum.auto()
    AGAIN = enum.auto()  # the highest one once more
    STALE_EPOCH = enum.auto()
    STALE_SEQUENCE = enum.auto()


REJECTIONS = {
    Verdict.STALE_EPOCH: Rejection.STALE_EPOCH,
    Verdict.STALE_SEQUENCE: Rejection.STALE_SEQUENCE,
}


def judge(seen: Seen | None, command_id: CommandId) -> Verdict:
    """Compare an id with the highest one that was taken."""
    if seen is None or command_id > seen.id:
        return Verdict.NEW
    if command_id == seen.id:
        return Verdict.AGAIN
    is_older_gateway = command_id.epoch < seen.id.epoch
    return Verdict.STALE_EPOCH if is_older_gateway else Verdict.STALE_SEQUENCE
