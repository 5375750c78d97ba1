"""A short private directory for sockets and memory files, gone with the command that made it.

A command that is killed with SIGKILL cannot remove its directory, in which PINs stand in the clear.
So each directory has an owner's mark, on which the owner holds a lock of the kernel's; the next
command removes those whose lock nobody holds. What has no mark is somebody else's and stays.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = ".latchbench-owner"
_PREFIX: Final = "lb-"
_MEMORY: Final = Path("/dev/shm")
# What a Unix address can hold, and more than a bench puts below its directory.
_SOCKET_PATH_BYTES_MAX: Final = 107
_BELOW_BYTES_MAX: Final = len("/lb-12345678/c999999/host-999999.sock")


@dataclass(frozen=True, slots=True)
class Scratch:
    """A directory of this command's own; `held` is the lock on its mark."""

    directory: Path
    held: int

    @classmethod
    def make(cls, *, in_memory: bool = False) -> Scratch:
        """Make one, after removing those that were left behind. Raises OSError.

        It lies below the system's directory for temporary files and not below wherever the user
        keeps state: a socket's path may be 107 bytes long at most. With `in_memory` it lies in a
        file system that is no disk, where the system has one: forcing a file to it takes no time.
        """
        base = _MEMORY if in_memory and os.access(_MEMORY, os.W_OK | os.X_OK) else _base()
        for left in _left_behind(base):
            shutil.rmtree(left, ignore_errors=True)
        directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
        draft = directory / f"{MARK}.new"
        held = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        draft.rename(directory / MARK)  # so that no mark is ever seen without its lock
        return cls(directory, held)

    def remove(self) -> None:
        """Remove all of it. May be called once."""
        shutil.rmtree(self.directory, ignore_errors=True)
        os.close(self.held)


def _base() -> Path:
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) + _BELOW_BYTES_MAX > _SOCKET_PATH_BYTES_MAX:
        base = "/tmp"  # somebody has pointed TMPDIR to a place too deep for a socket
    return Path(base)


def _left_behind(base: Path) -> Iterator[Path]:
    """Directories of this user's commands that have gone."""
    for directory in base.glob(f"{_PREFIX}????????"):
        try:
            if directory.lstat().st_uid != os.getuid():
                continue
            mark = os.open(directory / MARK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # it has no mark, or is no directory, or somebody else has just removed it
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # its owner lives
        else:
            yield directory
        finally:
            os.close(mark)
