"""A gateway that loads codes with times and never takes them out."""

from __future__ import annotations

import sys
from unittest import mock

from gateway.engine import core
from gateway.engine.rows import Rows
from gateway.server import run
from latchbench.process import serve_forks


class Endless(Rows):
    """No window ever ends."""

    def expire(self, device_id: str) -> None:
        """Nothing does."""


if __name__ == "__main__":
    with mock.patch.object(core, "Rows", Endless):
        sys.exit(serve_forks(run))
