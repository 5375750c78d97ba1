"""The rows of a call that waits are made durable only with its decision."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.world import World
from gateway.policy.records import GroupState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_save = World.save


def _late(world: World, then: Callable[[], None] | None = None) -> None:
    pending = world._changes.groups.values()
    if any(group.state is GroupState.PENDING for group in pending):
        if then is not None:
            then()
        return
    _save(world, then)


@contextmanager
def planted() -> Iterator[None]:
    """A crash before the decision leaves codes that nobody knows of."""
    with mock.patch.object(World, "save", _late):
        yield
