"""A lock's memory is written over the one that was, and the rest of it reaches the file later."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from simulator.host import banks
from simulator.host.banks import BankFile

if TYPE_CHECKING:
    from collections.abc import Iterator


def _write(self: BankFile, content: bytes) -> None:
    data = banks.encode(self._generation + 1, content)
    half = len(data) // 2
    image = self._path.read_bytes()
    banks._write_at(self._path, 0, data[:half] + image[half : len(data)], os.O_TRUNC)
    self._generation += 1


@contextmanager
def planted() -> Iterator[None]:
    """A host that is killed finds half of the new one and half of the old."""
    with mock.patch.object(BankFile, "write", _write):
        yield
