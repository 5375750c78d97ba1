"""A command that clears is sometimes sent under the id of the command before it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.dispatch import Dispatcher
from gateway.policy.commands import ClearCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.book import Book
    from gateway.policy.operations import Operation

_send = Dispatcher._send


def _send_again(self: Dispatcher, book: Book, operation: Operation) -> None:
    if isinstance(operation.command, ClearCode) and book.sequence % 5 == 4:
        book.sequence -= 1
    _send(self, book, operation)


@contextmanager
def planted() -> Iterator[None]:
    """Its host answers from memory, and nothing is cleared."""
    with mock.patch.object(Dispatcher, "_send", _send_again):
        yield
