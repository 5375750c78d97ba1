"""The files that a run writes: whole ones, or none."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from latchbench import exits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.scenario.verdict import Summary


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file, and what makes its content of a run."""

    path: Path
    render: Callable[[Summary], bytes]


def prepare(paths: Sequence[Path]) -> None:
    """Make sure that these files can be written, and remove what earlier runs left in them.

    A run that is killed then leaves no report instead of an old one. Raises `CommandError`.
    """
    real = [path.resolve() for path in paths]
    twice = next((path for path in real if real.count(path) > 1), None)
    if twice is not None:
        raise exits.CommandError(f"two reports would go to {twice}", exits.USAGE)
    for path in paths:
        if path.suffix in (".yaml", ".yml"):
            what = f"{path} would be overwritten, and it has the name of a scenario"
            raise exits.CommandError(what, exits.USAGE)
        try:
            with path.open("ab"):
                pass
            if path.is_file():
                path.unlink()
        except OSError as error:
            raise _cannot(path, error, exits.USAGE) from error


def write(files: Sequence[ReportFile], summary: Summary) -> None:
    """Write them all. Raises `CommandError` when the disk is full, say."""
    for file in files:
        try:
            _replace(file.path, file.render(summary))
        except OSError as error:
            raise _cannot(file.path, error, exits.ENVIRONMENT) from error


def _cannot(path: Path, error: OSError, code: int) -> exits.CommandError:
    return exits.CommandError(f"cannot write {path}: {error.strerror}", code)


def _replace(path: Path, content: bytes) -> None:
    """Put a whole file where nobody ever sees half of one."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a pipe, or a terminal
        return
    target = path.resolve()
    descriptor, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        Path(draft).chmod(0o666 & ~mask)
        Path(draft).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(draft).unlink()
        raise
