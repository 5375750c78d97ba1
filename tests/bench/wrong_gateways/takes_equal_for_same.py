"""A gateway that takes two equal calls for one, although both callers are listening."""

from __future__ import annotations

import sys
from unittest import mock

from gateway.engine import repeats
from gateway.server import run
from latchbench.process import serve_forks


class Merged(repeats._Run):
    """Who asks for the same wants the same."""

    @property
    def orphaned(self) -> bool:
        return True


if __name__ == "__main__":
    with mock.patch.object(repeats, "_Run", Merged):
        sys.exit(serve_forks(run))
