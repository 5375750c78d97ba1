"""Which files there are, and which of them are scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulator.scenario import source

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIXES: Final = frozenset({".yaml", ".yml"})


def scenario_files(path: str) -> Iterator[str]:
    """`path` itself, or if it is a folder the YAML files in it and below, sorted."""
    if not Path(path).is_dir():
        yield path
        return
    for file in sorted(Path(path).rglob("*")):
        if file.suffix in _SUFFIXES and file.is_file():
            yield str(file)


def is_fleet(path: str) -> bool:
    """Whether the file is a map without `steps`: something to bring up, not to run.

    Raises `ScenarioInvalid` for a file that cannot be read at all.
    """
    data = source.load(path).data
    return isinstance(data, Mapping) and "steps" not in data
