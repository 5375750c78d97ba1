"""The deadline of a call is not called off when the call is decided."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.groups import Groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.calls import Call


def _close(self: Groups, call: Call) -> None:
    del self._calls[call.group_id]


@contextmanager
def planted() -> Iterator[None]:
    """It strikes a second time, for a call that is over."""
    with mock.patch.object(Groups, "_close", _close):
        yield
