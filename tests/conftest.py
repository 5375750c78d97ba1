"""How Hypothesis works here: without a deadline, because a busy machine is no failure.

In CI the same examples are drawn every time; elsewhere other ones, so that more is seen over time.

Ctrl-C reaches what tests start also when they run in the background of a shell. There it is
ignored, and whoever ignores it hands that on to every child.
"""

from __future__ import annotations

import os
import signal

from hypothesis import settings

# See there.
pytest_plugins = ["tests.secrecy"]

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
