"""Forks gateways: imports what they need, makes no gRPC object, and waits for start commands."""

from __future__ import annotations

import sys

from gateway.server import run
from latchbench.process import serve_forks

if __name__ == "__main__":
    sys.exit(serve_forks(run))
