"""A lock is sent the digits of a code in another order."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.policy import operations
from gateway.policy.commands import SetCode
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Iterator


def _mirrored(slot: int, pin: Pin) -> SetCode:
    return SetCode(slot, Pin(pin.reveal()[::-1]))


@contextmanager
def planted() -> Iterator[None]:
    """Its guest stands before a closed door."""
    with mock.patch.object(operations, "SetCode", _mirrored):
        yield
