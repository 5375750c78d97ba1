"""What is written to the log when something happens that nobody foresaw.

An exception's own text may hold what the caller sent (a statement with its values, a key that was
not found): a PIN must not get into a log that way. So the kind of the exception and the places in
the code that it went through are written, for each one in its chain, and none of their texts.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging


def log_unforeseen(log: logging.Logger, request_id: str, what: str, error: BaseException) -> None:
    """Log `error`, which ended the call `what`, as an error of ours; `what` holds no parameters."""
    log.error("%s: unforeseen, in %s\n%s", request_id, what, _outline(error))


def _outline(error: BaseException) -> str:
    parts: list[str] = []
    told: set[int] = set()  # a chain may be a ring
    cause: BaseException | None = error
    while cause is not None and id(cause) not in told:
        told.add(id(cause))
        lines = [
            f"  {frame.f_code.co_filename}:{line} in {frame.f_code.co_qualname}\n"
            for frame, line in traceback.walk_tb(cause.__traceback__)
        ]
        name = f"{type(cause).__module__}.{type(cause).__qualname__}\n"
        parts.append(f"{name}{''.join(lines)}")
        cause = cause.__cause__ or cause.__context__
    return "because of\n".join(parts)
