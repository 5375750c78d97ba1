"""A gateway that runs a call again that is sent again, whatever became of the first caller."""

from __future__ import annotations

import sys
from unittest import mock

from gateway.engine import repeats
from gateway.server import run
from latchbench.process import serve_forks


class Kept(repeats._Run):
    """Somebody may still want to know."""

    @property
    def orphaned(self) -> bool:
        return False


if __name__ == "__main__":
    with mock.patch.object(repeats, "_Run", Kept):
        sys.exit(serve_forks(run))
