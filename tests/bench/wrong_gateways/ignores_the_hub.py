"""A gateway that sends to all locks at once, whatever radio they share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import hubs
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.policy.pacing import HubPace


def has_room(pace: HubPace, limit: int | None, under_way: int, now_us: int) -> bool:
    """There is room for one more, unless the hub has just failed one."""
    del limit, under_way
    return not pace.is_paused(now_us)


if __name__ == "__main__":
    with mock.patch.object(hubs, "has_room", has_room):
        sys.exit(serve_forks(run))
