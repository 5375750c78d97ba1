"""A gateway that tries a silent lock again at once, and again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import reach
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND_US = 1_000_000


def hardly_any(failures: int, draw: Callable[[int], int]) -> int:
    """A second, however often it has failed."""
    del failures, draw
    return SECOND_US


if __name__ == "__main__":
    with mock.patch.object(reach, "backoff_us", hardly_any):
        sys.exit(serve_forks(run))
