"""How Hypothesis works here: without a deadline, because a busy machine is no failure.

In CI the same examples are drawn every time; elsewhere other ones, so that more is seen over time.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")
