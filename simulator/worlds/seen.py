"""What checkers are given of a world: all that was asked and told, and how it ended.

It is gathered past the gateway wherever that can be: the trace is told by locks and gateway each
for itself, the memories are read from the locks. PINs are tokens in the trace and real elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from latchbench.pin import Pin
    from latchbench.trace import TraceEvent
    from simulator.worlds.plan import Plan

Row = dict[str, Any]


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
class LockEnd:
    """One lock after all was healed: its own memory by slot, and what the API lists of it."""

    memory: Mapping[int, Pin]
    rows: Sequence[Row] = field(repr=False)
    unmanaged: Sequence[Row] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A world, from its first event to the end of its healing.

    `healed_us` is when nothing was wrong any more, and `settled` whether nothing was under way in
    the end. `token` is what stands for a PIN in the trace.
    """

    plan: Plan
    trace: Sequence[TraceEvent]
    exchanges: Sequence[Exchange]
    locks: Mapping[str, LockEnd]
    lock_of: Mapping[str, str]
    healed_us: int
    settled: bool
    token: Callable[[Pin], str]


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken, when, and in what way. PINs are tokens in the message."""

    checker: str
    at_us: int
    message: str
