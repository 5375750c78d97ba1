"""A gateway that blames the lock when its hub could not send."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import dispatch
from gateway.engine.hubs import Hubs
from gateway.engine.reach import Reach
from gateway.policy.commands import Transmit
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.engine.book import Book


class Blaming(Hubs):
    """Knows no hubs that fail."""

    def failed(self, book: Book) -> None:
        """As if the lock had been asked and had not answered."""
        Reach(self._parts, self._rows, self._listener).silent(book, Transmit.FAIL)


if __name__ == "__main__":
    with mock.patch.object(dispatch, "Hubs", Blaming):
        sys.exit(serve_forks(run))
