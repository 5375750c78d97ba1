"""A code has ended when its end lies behind, and its timer strikes exactly then."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.parts import Parts
from gateway.engine.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

_expire = Rows.expire


def _late(self: Rows, device_id: str) -> None:
    now_us = self._parts.now_us() - 1
    with mock.patch.object(Parts, "now_us", return_value=now_us):
        _expire(self, device_id)


@contextmanager
def planted() -> Iterator[None]:
    """Nobody comes a second time."""
    with mock.patch.object(Rows, "expire", _late):
        yield
