"""A fork server whose children say things on standard output that are no line of ours.

`python -P -m tests.engine.chatty`, for tests of a bench that loses the thread.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from latchbench.process import say_ready, serve_forks, told_to_stop


def child(settings: dict[str, Any]) -> int:
    """Says what it is told to say, or that it is ready."""
    if "says" in settings:
        os.write(1, settings["says"].encode() + b"\n")
    else:
        say_ready({"name": settings["name"], "pid": os.getpid()})
    asyncio.run(told_to_stop())
    return 0


if __name__ == "__main__":
    sys.exit(serve_forks(child))
