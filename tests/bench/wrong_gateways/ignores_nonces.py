"""A gateway that commands locks with Security S0 at once, like any others on a hub."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import hubs
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.policy.pacing import Security


def goes_beside(security: Security, under_way: Iterable[Security]) -> bool:
    """Nobody waits for another's answer."""
    del security, under_way
    return True


if __name__ == "__main__":
    with mock.patch.object(hubs, "goes_beside", goes_beside):
        sys.exit(serve_forks(run))
