"""What the engine knows of one lock right now: its picture, its belief, and what is under way.

A book is not durable. After a restart everything in it is learned again from the lock itself, which
is the only place where it is true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from gateway.policy.mirror import Mirror, is_cut_short
from gateway.policy.retry import RESYNC_FIRST_US

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.policy.mirror import SlotView
    from gateway.policy.operations import Operation
    from gateway.policy.schedule import Hours
    from latchbench.clock import Timer
    from latchbench.pin import Pin

HEARD_LATELY_US: Final = 60_000_000


class Belief(StrEnum):
    """The gateway's opinion of a lock, which may be wrong: only the radio knows."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


class Sent(NamedTuple):
    """A code that was sent to a slot of a lock (None: nobody remembers which), and when.

    `is_twin`: the same was sent there once more, and was found there.
    """

    pin: Pin
    slot: int | None
    at_us: int
    is_twin: bool = False


@dataclass(slots=True)
class CodeRun:
    """What is remembered of one code's programming between two commands.

    `unfound` is what was sent for it and has not been seen since, nor refused: it may be anywhere
    in the lock, or on its way there. `contradiction` is what its slot showed last, if that is not
    what was verified there or what the lock said it took: believed once it was read twice.
    `taken_in` is the slot in which the lock took it, as it said itself or as was verified, until it
    says that it cleared it: an empty look alone does not prove that it is gone from there.
    `is_cleared`: it acknowledged a command that clears, and nothing was sent since.
    """

    acknowledged: bool = False
    refused_by_supervision: bool = False
    said_yes: bool = False
    misses: int = 0
    hours_written: int = 0
    hours_refused: bool = False
    unfound: list[Sent] = field(default_factory=list)
    contradiction: SlotView | None = None
    taken_in: int | None = None
    is_cleared: bool = False

    def forget_word(self) -> None:
        """What the lock said was about another command."""
        self.acknowledged = self.refused_by_supervision = self.said_yes = False

    def found(self, view: SlotView) -> None:
        """A slot that one of them was sent to holds this. Where it is masked, it may be any."""
        if view.pin is None:
            self.unfound.clear()
        for sent in reversed(self.unfound):
            if view.pin == sent.pin or is_cut_short(view, sent.pin):
                self.unfound.remove(sent)
                same = (sent.pin, sent.slot)
                self.unfound = [
                    one._replace(is_twin=True) if (one.pin, one.slot) == same else one
                    for one in self.unfound
                ]
                return

    def refused(self, pin: Pin) -> None:
        """The lock said no to what was sent last: it is nowhere."""
        if self.unfound and self.unfound[-1].pin == pin:
            del self.unfound[-1]

    def is_shown_twice(self, view: SlotView) -> bool:
        """Note what contradicts what was known; returns whether the look before said the same.

        Some locks show for a while what they held before their last change.
        """
        before, self.contradiction = self.contradiction, view
        return before == view

    @property
    def is_taken_at_its_word(self) -> bool:
        """Whether the lock had the last command and did not say no to it."""
        return self.acknowledged and not self.refused_by_supervision


@dataclass(slots=True)
class ClockWatch:
    """The clock that a lock keeps hours by; `checked_at_us` is when it was last found right."""

    checked_at_us: int | None = None
    is_off: bool = False
    tries: int = 0
    retry_at_us: int | None = None


@dataclass(slots=True)
class Busy:
    """The one command that is under way to a lock."""

    operation: Operation
    sequence: int


@dataclass(slots=True)
class Book:
    """One lock, as the engine works with it. `sequence` is the last command id given out.

    `just_read` is the slot that the last command read, and when its report came.
    `heard_at_us` is when the lock last acknowledged something: what it says unasked does not show
    that it hears. `called_at_us` is when it was last tried because of that; `spoke_meanwhile` says
    that it spoke while a command was under way to it. No code is written before `writes_from_us`.
    `hours` are those that were read since they were last written; `our_hours` are slots that were
    given some by us. `told_of` is when the lock last said by itself that a slot changed;
    `told_all_since_us` is since when nothing that it said was lost.
    """

    device_id: str
    mirror: Mirror = field(default_factory=Mirror)
    belief: Belief = Belief.UNKNOWN
    heard_at_us: int | None = None
    called_at_us: int | None = None
    spoke_meanwhile: bool = False
    hub_down_since_us: int | None = None
    writes_from_us: int = 0
    dead_since_us: int = 0
    silences: int = 0
    unanswered: int = 0
    retry_at_us: int | None = None
    look_in_at_us: int | None = None
    wake: Timer | None = None
    busy: Busy | None = None
    sequence: int = 0
    host_up: bool = False
    has_info: bool = False
    supports_checksum: bool = False
    supports_schedules: bool = False
    hours: dict[int, Hours] = field(default_factory=dict)
    our_hours: set[int] = field(default_factory=set)
    clock: ClockWatch = field(default_factory=ClockWatch)
    just_read: tuple[int, int] | None = None
    notice_number: int | None = None
    told_of: dict[int, int] = field(default_factory=dict)
    told_all_since_us: int = 0
    wants_walk: bool = False
    wants_ping: bool = False
    wants_slots: list[int] = field(default_factory=list)
    to_clear: set[str] = field(default_factory=set)
    suspects: set[str] = field(default_factory=set)
    resync_interval_us: int = RESYNC_FIRST_US
    resync_at_us: int | None = None
    resync_due: bool = False
    codes_version: int = 0
    refused_pins: set[Pin] = field(default_factory=set)
    runs: dict[str, CodeRun] = field(default_factory=dict)
    waiters: list[Callable[[], None]] = field(default_factory=list)

    def forget_hours(self) -> None:
        """Hours and clock must be read again: somebody else may have been at them."""
        self.hours.clear()
        self.clock = ClockWatch()

    def run_of(self, access_code_id: str) -> CodeRun:
        """The working memory for one code."""
        return self.runs.setdefault(access_code_id, CodeRun())

    @property
    def out_of_reach(self) -> bool:
        """Whether commands cannot get to the lock, as far as is known: it is dead, or its hub."""
        return self.belief is Belief.DEAD or self.hub_down_since_us is not None

    def heard_lately(self, now_us: int) -> bool:
        """Whether the lock acknowledged something within the last minute."""
        return self.heard_at_us is not None and now_us - self.heard_at_us <= HEARD_LATELY_US

    def tell_waiters(self) -> None:
        """Something about this lock was settled: whoever waits for it looks again."""
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            waiter()
