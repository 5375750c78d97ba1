"""A gateway that writes the digits of a code into what it tells."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import core
from gateway.engine.rows import Rows
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.policy.records import CodeRecord


class Talkative(Rows):
    """Says what it clears, so that somebody can find it in a log."""

    def gone(self, code: CodeRecord) -> None:
        """Gone, and everybody knows what it was."""
        if code.pin is not None:
            self._parts.trace("gateway.note", words=f"took {code.pin.reveal()} out")
        super().gone(code)


if __name__ == "__main__":
    with mock.patch.object(core, "Rows", Talkative):
        sys.exit(serve_forks(run))
