"""Green and red for what passed and what failed, on a terminal alone."""

from __future__ import annotations

import os
import re
import sys
from typing import Final

# A verdict's word stands at the start of a line or of a column; the last line counts them.
_BAD: Final = re.compile(
    r"(^|(?<=  ))(FAIL|BROKEN)(?=  )|(?<= passed, )[0-9]+ (failed|broken by latchbench itself)"
)
_GOOD: Final = re.compile(r"(^|(?<=  ))PASS(?=  )")
_RED: Final = "\x1b[1;31m"
_GREEN: Final = "\x1b[32m"
_PLAIN: Final = "\x1b[0m"


def painted(line: str) -> str:
    """The line, its verdict coloured if standard output is a terminal that may show colours.

    `NO_COLOR` and `TERM=dumb` are heeded.
    """
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return line
    line = _BAD.sub(rf"{_RED}\g<0>{_PLAIN}", line)
    return _GOOD.sub(rf"{_GREEN}\g<0>{_PLAIN}", line)
