"""`python -P -m simulator.host.forkserver`: the warm process that hosts are forked from.

It has imported all that a host needs and makes no gRPC object, because gRPC does not survive a
fork. What it reads and says is in `latchbench.process`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

# Before gRPC is loaded: what it writes to standard error on its own would stand beside the one
# line in which a host says why it ends.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from latchbench.process import serve_forks
from simulator.host.server import serve


def run_host(settings: dict[str, Any]) -> int:
    """A host from its start to its exit code, in a process of its own."""
    return asyncio.run(serve(settings))


if __name__ == "__main__":
    sys.exit(serve_forks(run_host))
