"""A host put together as its starter says: its share in time, and its locks.

Here is no socket and no process: `simulator.host.server` serves what this makes, and a bench that
runs everything in one process calls it directly.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Final

from latchbench.clock import Clock
from latchbench.holding import PacedParticipant
from latchbench.jobs import Jobs
from latchbench.lockstep import Participant, dawdling
from latchbench.trace import Masker, Tracer
from simulator.host.core import HostCore
from simulator.host.nvm import Nvm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.host.settings import HostSettings

# A host whose time runs freely has nobody who takes its trace.
TRACE_EVENTS_KEPT: Final = 10_000


def assemble(
    settings: HostSettings, open_nvm: Callable[[Path], Nvm] = Nvm
) -> tuple[Participant, HostCore]:
    """Start every lock from its memory file. Must be called inside a running loop.

    `open_nvm` makes what writes such a file.

    Raises `CannotStart`, `NvmError` or OSError.
    """
    participant = _participant(settings)
    settings.nvm_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return participant, HostCore(participant, settings, open_nvm)


def _participant(settings: HostSettings) -> Participant:
    clock = Clock(settings.start_us)
    is_stepped = settings.rate is None
    masker = Masker(settings.mask_key, show=settings.show_codes)
    tracer = Tracer(clock, masker, keep_max=None if is_stepped else TRACE_EVENTS_KEPT)
    jobs = Jobs(asyncio.get_running_loop())
    participant = (
        Participant(clock, tracer, stepped=True, jobs=jobs)
        if is_stepped
        else PacedParticipant(clock, tracer, jobs=jobs)
    )
    if settings.dawdle_ms:
        participant.dawdle = dawdling(random.SystemRandom(), settings.dawdle_ms)
    return participant
