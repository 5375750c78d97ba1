"""Whoever is not in the books is cleared."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.dispatch import Dispatcher
from gateway.policy.commands import ClearCode
from gateway.policy.operations import Nothing, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.book import Book
    from gateway.policy.operations import Next

_choose = Dispatcher._choose


def _tidy(self: Dispatcher, book: Book, now_us: int) -> Next:
    choice = _choose(self, book, now_us)
    if isinstance(choice, Nothing):
        for slot in self._world.unmanaged.get(book.device_id, {}):
            return Operation(ClearCode(slot))
    return choice


@contextmanager
def planted() -> Iterator[None]:
    """When there is nothing to do, there is always something to tidy up."""
    with mock.patch.object(Dispatcher, "_choose", _tidy):
        yield
