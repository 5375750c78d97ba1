"""A gateway that starts leaves the groups that were not decided as they are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from gateway.engine.core import Core
from gateway.engine.rows import Rows
from gateway.engine.world import World
from gateway.policy.records import GroupState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import CodeRecord, GroupRecord

_restore = Core.restore
_put_group = World.put_group
_make_absent = Rows.make_absent


def _put(self: World, group: GroupRecord) -> None:
    if group.state is not GroupState.ABORTED:
        _put_group(self, group)


def _keep(self: Rows, code: CodeRecord) -> None:
    if self._world.groups[code.group_id].state is not GroupState.PENDING:
        _make_absent(self, code)


def _take_up(self: Core, *stored: Any) -> None:
    with (
        mock.patch.object(World, "put_group", _put),
        mock.patch.object(Rows, "make_absent", _keep),
    ):
        _restore(self, *stored)


@contextmanager
def planted() -> Iterator[None]:
    """Their codes lie in the locks and belong to nobody."""
    with mock.patch.object(Core, "restore", _take_up):
        yield
