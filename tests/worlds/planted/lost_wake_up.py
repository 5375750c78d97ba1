"""A lock that has a timer is not given an earlier one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.dispatch import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.book import Book

_arm = Dispatcher._arm


def _arm_once(self: Dispatcher, book: Book) -> None:
    if book.wake is None or not book.wake.live:
        _arm(self, book)


@contextmanager
def planted() -> Iterator[None]:
    """What falls due before the timer is slept through."""
    with mock.patch.object(Dispatcher, "_arm", _arm_once):
        yield
