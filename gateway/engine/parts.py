"""What every part of the engine is given: the clock, chance, the world, and who listens.

The engine takes all of this as arguments, so the same code runs in a process on real time, in
lockstep with a bench, and in one thread with everything else.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from gateway.policy.pacing import Pacing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from gateway.engine.world import World
    from gateway.policy.commands import Command
    from gateway.policy.records import CodeRecord, DeviceRecord
    from latchbench.clock import Clock
    from latchbench.jobs import Ticket
    from latchbench.trace import Tracer

T = TypeVar("T")


class Radio(Protocol):
    """Takes a command towards a lock. Its report comes back to the dispatcher, if ever."""

    def send(self, device: DeviceRecord, sequence: int, command: Command) -> None:
        """Hand one command over; (epoch, sequence) is its id."""


class Listener(Protocol):
    """Who is told what became of a code: the group that waits for it, and the API's resources."""

    def code_there(self, code: CodeRecord) -> None:
        """Read back from the lock."""

    def code_refused(self, code: CodeRecord) -> None:
        """The lock will not take it, and was looked at again since."""

    def code_unread(self, code: CodeRecord) -> None:
        """In the lock, which chose it and does not show it."""

    def code_no_space(self, code: CodeRecord) -> None:
        """Due, and the lock has no free slot."""

    def locks_silent(self, device_ids: Sequence[str]) -> None:
        """These locks have just come to be believed out of reach, all for one reason."""

    def lock_heard(self, device_id: str) -> None:
        """A lock that was believed dead gave a sign of life."""


class Thinking(Protocol):
    """Runs work off the core's thread and brings the result back in order."""

    def think(self, label: str, work: Callable[[], T], then: Callable[[Ticket[T]], None]) -> None:
        """Call `then` on the core's thread when `work` has ended."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this gateway behaves. Times in microseconds."""

    workspace_id: str
    programming: str = "async"
    jit_lead_us: int = 3_600_000_000
    sync_deadline_us: int = 25_000_000
    interview_wait_us: int = 2_000_000
    host_silence_us: int = 20_000_000
    pacing: Pacing = field(default_factory=Pacing)


@dataclass(frozen=True, slots=True)
class Counters:
    """What the gateway counts, by name. Never a wall-clock figure."""

    values: dict[str, int]

    def add(self, name: str, amount: int = 1) -> None:
        """Count."""
        self.values[name] = self.values.get(name, 0) + amount


@dataclass(frozen=True, slots=True)
class Parts:
    """Handed to every part of the engine."""

    clock: Clock
    random: Random
    world: World
    tracer: Tracer
    settings: Settings
    counters: Counters

    def now_us(self) -> int:
        """The instant it is."""
        return self.clock.now_us()

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""
        return self.random.randrange(bound)

    def new_id(self) -> str:
        """An id in the form of a random UUID, from the chance that was handed in."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def trace(self, kind: str, **fields: object) -> None:
        """Note something in the trace, as the gateway."""
        self.tracer.emit("gateway", kind, **fields)
