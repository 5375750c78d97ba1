"""A gateway that takes an acknowledged write for a code that is there, without reading it back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import core
from gateway.engine.dispatch import Dispatcher
from gateway.policy.commands import SetCode
from gateway.policy.mirror import SlotView
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.engine.book import Book
    from gateway.policy.commands import Report
    from gateway.policy.operations import Operation


class Trusting(Dispatcher):
    """Believes what it is told."""

    def _learn(self, book: Book, operation: Operation, report: Report) -> None:
        super()._learn(book, operation, report)
        code = self._world.codes.get(operation.access_code_id or "")
        if isinstance(operation.command, SetCode) and code is not None:
            claimed = SlotView(occupied=True, pin=operation.command.pin)
            self._observer.read_back.there(book, code, claimed)


if __name__ == "__main__":
    with mock.patch.object(core, "Dispatcher", Trusting):
        sys.exit(serve_forks(run))
