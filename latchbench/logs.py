"""What libraries log, as lines that people can read and that hold no PIN.

gRPC and asyncio log whatever nobody foresaw with its traceback and its text, and a text may hold
what a caller sent. So an exception is told by its kind and its place, in one line. Set
`LATCHBENCH_TRACEBACK` to see all of it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import traceback
from typing import Final

TRACEBACK_VARIABLE: Final = "LATCHBENCH_TRACEBACK"
# gRPC's word for a call that was open when its server was stopped, as every stream of ours is.
_CUT_OFF_BY_STOPPING: Final = "Aborting method [%s] due to server stop."


class OneLine(logging.Formatter):
    """A record as `latchbench: ...`; one with an exception in a single line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        message = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return f"latchbench: {message}"
        # asyncio goes on with the task as Python prints it, and with the exception's text in that.
        return f"latchbench: {message.splitlines()[0]}: {_kind_and_place(error)}"


def _kind_and_place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} (at {last.filename.rsplit('/', 1)[-1]}:{last.lineno})"


def is_news(record: logging.LogRecord) -> bool:
    """Whether a record is worth a line: a call that its process cut off by ending is not."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and record.msg != _CUT_OFF_BY_STOPPING


def set_up_logs() -> None:
    """Send warnings and worse of this process to standard error, in one line each."""
    handler = logging.StreamHandler(sys.stderr)
    if not os.environ.get(TRACEBACK_VARIABLE):
        handler.setFormatter(OneLine())
        handler.addFilter(is_news)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
