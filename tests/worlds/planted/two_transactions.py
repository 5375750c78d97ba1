"""A group is aborted in one transaction, and its rows in the next."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.world import World
from gateway.policy.records import GroupState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import GroupRecord

_put_group = World.put_group


def _put_alone(world: World, group: GroupRecord) -> None:
    _put_group(world, group)
    if group.state is GroupState.ABORTED:
        world.save()


@contextmanager
def planted() -> Iterator[None]:
    """A crash between the two leaves rows that are wanted and that nobody may see."""
    with mock.patch.object(World, "put_group", _put_alone):
        yield
