"""What checkers are given of a world: all that was asked and told, and how it ended.

It is gathered past the gateway wherever that can be: the trace is told by locks and gateway each
for itself, the notes are taken where frames, transactions and calls pass, the memories are read
from the locks. PINs are tokens in the trace and real elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gateway.policy.records import Changes, CodeRecord, GroupRecord
    from latchbench.pin import Pin
    from latchbench.trace import TraceEvent
    from simulator.worlds.plan import Plan

Row = dict[str, Any]
Hours = tuple[int | None, int | None]


@dataclass(slots=True)
class Exchange:
    """One call of the access API. `status` is 0 while, and if, it was not answered.

    `request` and `reply` show PINs.
    """

    asked_us: int
    method: str
    path: str
    request: Mapping[str, Any] = field(repr=False)
    answered_us: int = 0
    status: int = 0
    reply: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that the gateway handed to a host. (`epoch`, `sequence`) is its id on `lock`.

    `word` is its name in the device plane's contract, such as `set_user_code`. `hours` are those of
    a `set_schedule`.
    """

    lock: str
    epoch: int
    sequence: int
    word: str
    slot: int | None = None
    pin: Pin | None = None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One slot as a lock reads it back. `pin` is None where it is empty or does not show digits."""

    occupied: bool
    pin: Pin | None = None
    enabled: bool = True


NOTHING: Final = Look(occupied=False)


@dataclass(frozen=True, slots=True)
class Told:
    """What a host told the gateway: the end of a command, or a notification (`event`).

    `heard`: the lock acknowledged the command. `looks` are the slots that were read; with `whole`
    all others are empty. `slot` is what a notification is about.
    """

    lock: str
    epoch: int | None = None
    sequence: int | None = None
    heard: bool = False
    incarnation: int | None = None
    looks: Mapping[int, Look] | None = None
    whole: bool = False
    hours: tuple[int, Hours] | None = None
    event: int | None = None
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """One transaction of the store, which has returned."""

    changes: Changes


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a gateway found in the store as it started."""

    groups: Sequence[GroupRecord]
    codes: Sequence[CodeRecord]


@dataclass(frozen=True, slots=True)
class Called:
    """A call of the access API goes in."""

    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Answered:
    """Its answer comes out."""

    exchange: Exchange


Fact = Asked | Told | Stored | Loaded | Called | Answered


@dataclass(frozen=True, slots=True)
class Note:
    """A fact and when it was, in the same two numbers as an event of the trace."""

    at_us: int
    delta: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class LockEnd:
    """One lock after all was healed: its own memory by slot, and what the API lists of it."""

    memory: Mapping[int, Pin]
    rows: Sequence[Row] = field(repr=False)
    unmanaged: Sequence[Row] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A world, from its first event to the end of its healing.

    `healed_us` is when nothing was wrong any more, and `settled` whether nothing was under way in
    the end. `token` is what stands for a PIN in the trace. `notes` stand in the order in which they
    were taken. `outputs` are the lines that were logged or written to standard error meanwhile.
    """

    plan: Plan
    trace: Sequence[TraceEvent]
    exchanges: Sequence[Exchange]
    locks: Mapping[str, LockEnd]
    lock_of: Mapping[str, str]
    healed_us: int
    settled: bool
    token: Callable[[Pin], str]
    notes: Sequence[Note] = ()
    outputs: Sequence[str] = ()

    def timeline(self) -> Iterator[TraceEvent | Note]:
        """The trace and the notes in one order.

        At one instant and round: the bench, the locks, what the gateway told, then the notes. What
        a lock does at an instant never comes of a frame that was handed over at that instant.
        """
        both: list[TraceEvent | Note] = [*self.trace, *self.notes]
        yield from sorted(both, key=lambda one: (one.at_us, one.delta, isinstance(one, Note)))


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken, when, and in what way. PINs are tokens in the message."""

    checker: str
    at_us: int
    message: str
