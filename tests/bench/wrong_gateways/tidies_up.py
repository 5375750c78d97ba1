"""A gateway that clears every code that it did not write itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import core
from gateway.engine.dispatch import Dispatcher
from gateway.policy.commands import ClearCode
from gateway.policy.operations import Nothing, Operation
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.engine.book import Book
    from gateway.policy.operations import Next


class Tidy(Dispatcher):
    """Owns every slot of every lock."""

    def _choose(self, book: Book, now_us: int) -> Next:
        choice = super()._choose(book, now_us)
        strangers = self._world.unmanaged.get(book.device_id, {})
        if not isinstance(choice, Nothing) or not strangers:
            return choice
        slot = min(strangers)
        self._world.drop_unmanaged(strangers[slot])
        return Operation(ClearCode(slot))


if __name__ == "__main__":
    with mock.patch.object(core, "Dispatcher", Tidy):
        sys.exit(serve_forks(run))
