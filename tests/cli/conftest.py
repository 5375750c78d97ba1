"""A world for the commands of each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.processes import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home(tmp_path) as made:
        yield made
