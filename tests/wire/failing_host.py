"""A fork server whose hosts have a mistake in them: every command of a lock raises.

`python -P -m tests.wire.failing_host`, for tests of how a host ends by its own fault.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from latchbench.process import serve_forks
from simulator.host import forkserver
from simulator.host.lock_runner import LockRunner


def mistaken(self: LockRunner, command: object, reply: object) -> NoReturn:
    """Stands in for `LockRunner.command`."""
    raise RuntimeError("planted")


if __name__ == "__main__":
    LockRunner.command = mistaken  # type: ignore[method-assign]
    sys.exit(serve_forks(forkserver.run_host))
