"""What the locks of one host share: time, trace, air, and somebody who listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.host.messages import Notification, Report
from simulator.host.nvm import Nvm

if TYPE_CHECKING:
    from pathlib import Path

    from latchbench.clock import Clock
    from latchbench.trace import Tracer
    from simulator.radio.timing import Timing

Reply = Callable[[Report], None]
Tell = Callable[[Notification], None]


@dataclass(slots=True)
class OpenWork:
    """How much is under way in a host: commands not reported, notifications on their way."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """What a lock shares with the others of its host; `tell` takes what a lock says unasked.

    `open_nvm` makes what writes a memory file.
    """

    clock: Clock
    tracer: Tracer
    timing: Timing
    seed: int
    nvm_dir: Path
    tell: Tell
    work: OpenWork
    open_nvm: Callable[[Path], Nvm] = Nvm
