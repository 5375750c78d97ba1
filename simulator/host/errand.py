"""One command of a lock, from its arrival at the hub until its end is reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.host.messages import Command
    from simulator.host.world import Reply


@dataclass(slots=True, eq=False)
class LockErrand:
    """A command between its arrival at the hub and its report. See `simulator.host.hub.Errand`.

    `is_over`: its end is known to the hub, whatever still comes of it at the lock.
    """

    lock: str
    command: Command
    replies: list[Reply]
    set_out: Callable[[LockErrand], int]
    not_sent: Callable[[LockErrand], None]
    needs_nonce: bool
    speaks_until_us: int = field(default=0, init=False)
    is_over: bool = field(default=False, init=False)

    def send(self) -> None:
        """It has the air from now on."""
        self.speaks_until_us = self.set_out(self)

    def fail(self) -> None:
        """The hub did not take it, or went down under it."""
        self.not_sent(self)
