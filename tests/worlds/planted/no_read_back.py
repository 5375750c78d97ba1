"""What a lock acknowledged is there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.dispatch import Dispatcher
from gateway.policy.commands import SetCode, Supervision
from gateway.policy.mirror import SlotView
from gateway.policy.records import Progress, Want

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.book import Book
    from gateway.policy.commands import Report
    from gateway.policy.operations import Operation

_learn = Dispatcher._learn


def _trusting(self: Dispatcher, book: Book, operation: Operation, report: Report) -> None:
    _learn(self, book, operation, report)
    code = self._world.codes.get(operation.access_code_id or "")
    if code is None or not isinstance(operation.command, SetCode):
        return
    in_doubt = code.progress is Progress.DOUBT and code.want is Want.PRESENT
    if in_doubt and report.supervision is not Supervision.FAIL:
        self._observer.read_back.there(book, code, SlotView(occupied=True, pin=code.pin))


@contextmanager
def planted() -> Iterator[None]:
    """Acknowledgements prove everything."""
    with mock.patch.object(Dispatcher, "_learn", _trusting):
        yield
