"""What the bench says to a process that it steps, and what it hears back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from latchbench.trace import TraceEvent

NO_TIMERS: Final = -1


@dataclass(frozen=True, slots=True)
class Awaited:
    """What must have arrived on a link before a step starts."""

    link: str
    messages: int
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Leave to act at `now_us`, and to fire timers up to `until_us` (NO_TIMERS: none).

    `ignore`: peers that are stopped; a connection to one of them holds up nothing.
    `watch`: kinds of events; the step ends behind the handler in which one of them happens.
    `up_to`: handle nothing that comes after this key (see `Done.next_key`); None: everything.
    `resume`: go on with what an earlier step of this round has left over.
    `late`: come to `now_us` without firing what was due before; it is fired then, if `until_us`
    allows it.
    `arrive_only`: wait until everything expected is here, and do nothing with it.
    `hang_ups`: calls that entered and whose callers have closed their connections: the process
    learns it in this step.
    """

    number: int
    now_us: int
    until_us: int
    delta: int
    expect: Sequence[Awaited] = ()
    calls: Sequence[str] = ()
    ignore: Sequence[str] = ()
    watch: Sequence[str] = ()
    up_to: str | None = None
    resume: bool = False
    late: bool = False
    arrive_only: bool = False
    hang_ups: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class LinkCount:
    """How far this process is on one link."""

    link: str
    peer: str
    sent: int
    handled: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a step. `open_work` is what will end without a new cause from outside.

    `next_key` orders what this step was given and has not handled; None: it handled everything.
    """

    number: int
    now_us: int
    next_timer_us: int | None
    next_send_us: int | None
    links: Sequence[LinkCount] = ()
    trace: Sequence[TraceEvent] = ()
    answered: Sequence[str] = ()
    timers_fired: int = 0
    messages_handled: int = 0
    open_work: int = 0
    next_key: str | None = None
