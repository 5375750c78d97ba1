"""What a violation is about, read from its words."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

from latchbench.pin import MASK
from simulator.worlds.checkers import CHECKERS

if TYPE_CHECKING:
    from simulator.worlds.plan import Plan
    from simulator.worlds.seen import Violation

_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_PIN: Final = re.compile(rf"{MASK}[A-Z]+")
# No checker says it: the world did not come to its end.
IT_RUNS: Final = "it_runs"
_RUNS_IN_WORDS: Final = "A world comes to its end: nothing of ours fails or waits for ever."


def locks_named(violation: Violation, plan: Plan) -> list[str]:
    """The locks of the plan that it names, in the order of its words."""
    words = dict.fromkeys(_WORD.findall(violation.message))
    return [word for word in words if word in plan.fleet["locks"]]


def pins_named(message: str) -> set[str]:
    """The PINs in it, each as its letter."""
    return set(_PIN.findall(message))


def promise(checker: str) -> str:
    """What the checker of that name demands, in a sentence: the first line of its module."""
    if checker == IT_RUNS:
        return _RUNS_IN_WORDS
    for one in CHECKERS:
        if one.__name__ == checker:
            return (sys.modules[one.__module__].__doc__ or checker).partition("\n")[0]
    return checker
