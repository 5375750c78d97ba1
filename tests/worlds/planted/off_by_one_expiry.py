"""A code has ended when its end lies behind, and its timer strikes exactly then."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from gateway.engine.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.parts import Parts

_expire = Rows.expire


class _Behind:
    """The parts of an engine that is a microsecond behind."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parts, name)

    def now_us(self) -> int:
        return self._parts.now_us() - 1


def _late(self: Rows, device_id: str) -> None:
    parts: Any = self._parts
    self._parts: Any = _Behind(parts)
    try:
        _expire(self, device_id)
    finally:
        self._parts = parts


@contextmanager
def planted() -> Iterator[None]:
    """Nobody comes a second time."""
    with mock.patch.object(Rows, "expire", _late):
        yield
