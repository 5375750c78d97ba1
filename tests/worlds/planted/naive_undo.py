"""A refused call takes back what is known to be there, and forgets the rest."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.rows import Rows
from gateway.policy.records import GroupState, Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import CodeRecord

_make_absent = Rows.make_absent


def _undo(self: Rows, code: CodeRecord) -> None:
    group = self._world.groups[code.group_id]
    if group.state is GroupState.ABORTED and code.progress is not Progress.THERE:
        with mock.patch.object(self.remnants, "left"):  # nor remembers it for a while
            self.gone(code)
    else:
        _make_absent(self, code)


@contextmanager
def planted() -> Iterator[None]:
    """What was sent and not read yet stays in its lock."""
    with mock.patch.object(Rows, "make_absent", _undo):
        yield
