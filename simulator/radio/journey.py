"""The values of one command's way to a lock and back. They say when, never what.

What the command asks and what the lock answers stays with the host process; the radio decides
whether and when they get through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.radio.words import CommandKind, TransmitOutcome, Treatment


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame comes out of the air at `at_us`, to be treated by its receiver as said.

    `latest_us`: the last instant at which a command may arrive for its answer to be at the hub
    before the hub gives up. 0 for everything else, which nobody waits for.
    """

    at_us: int
    treatment: Treatment
    latest_us: int = 0


@dataclass(frozen=True, slots=True)
class FiredFault:
    """A fault that changed what happened. `left`: how often it will do so again; None: no count."""

    name: str
    left: int | None


@dataclass(frozen=True, slots=True)
class Journey:
    """One command in the air, with every latency drawn, so that its end is known at its start.

    `arrivals`: when the frame reaches the lock, in order; empty if it never does.
    `speaks_until_us`: when the hub's own first frame ends, its wake-up beam included.
    `report_at_us`: when the report is at the hub, if frame and answer get through.
    `no_ack_at_us`: when the hub gives up, if not; never before `report_at_us`.
    `quiet_until_us`: nothing reaches the hub because of this journey before this instant. A report
    is meant, and for a command that writes also the notifications that it may cause.
    `awake_until_us`: until when a sleeping lock that hears the frame goes on listening.
    `is_overtaken`: the frame reaches nobody in time, but the lock after the next command's frame.
    `loses_answer`: the hub will not get the lock's answer, or gets it too late.
    `attempts`, `attempts_in_vain`: frames that the hub sends until it is heard, or until it gives
    up; a wake-up beam counts as one.
    `fired`: the faults that fired on the way out.
    """

    kind: CommandKind
    arrivals: tuple[Arrival, ...]
    speaks_until_us: int
    report_at_us: int
    no_ack_at_us: int
    quiet_until_us: int
    awake_until_us: int
    attempts: int
    attempts_in_vain: int
    fired: tuple[FiredFault, ...]
    is_overtaken: bool = False
    loses_answer: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """The end of a journey, as the hub learns it at `at_us`.

    `carries_reply`: whether what the lock answered comes with it. `attempts` is the count to
    report: it is higher than the journey's when the hub was heard and does not know it.
    """

    at_us: int
    outcome: TransmitOutcome
    carries_reply: bool
    attempts: int
    fired: tuple[FiredFault, ...]
