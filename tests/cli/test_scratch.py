"""Directories of commands that were killed are removed by the next one, and no others."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.scratch import MARK, Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A system's directory for temporary files, with a path as short as it usually is."""
    folder = Path(tempfile.mkdtemp(prefix="lbt-", dir="/tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


def left_behind(scratch: Scratch) -> Path:
    """As when its owner is killed: the kernel closes what it had open."""
    os.close(scratch.held)
    (scratch.directory / "front.nvm").write_text("a PIN")
    return scratch.directory


def test_a_directory_is_its_owners_alone_and_goes_with_all_that_is_in_it(base: Path) -> None:
    scratch = Scratch.make()
    assert scratch.directory.parent == base
    assert scratch.directory.stat().st_mode & 0o077 == 0
    (scratch.directory / "c1").mkdir()
    scratch.remove()
    assert list(base.iterdir()) == []


def test_what_a_killed_command_left_is_removed_by_the_next() -> None:
    left = left_behind(Scratch.make())
    scratch = Scratch.make()
    assert not left.exists()
    assert scratch.directory.exists()
    scratch.remove()


def test_a_directory_whose_owner_lives_stays() -> None:
    first, second = Scratch.make(), Scratch.make()
    assert first.directory.exists()
    first.remove()
    assert second.directory.exists()
    second.remove()


def test_what_is_not_ours_stays(base: Path) -> None:
    for name in ("lb-12345678", "lb-backup", "lb-", "other"):
        (base / name).mkdir()
    (base / "lb-87654321").write_text("a file")
    marked = base / "elsewhere"
    left_behind(Scratch.make()).rename(marked)
    (base / "lb-linklink").symlink_to(marked)
    (base / "lb-linkmark").mkdir()
    (base / "lb-linkmark" / MARK).symlink_to(marked / MARK)
    before = sorted(base.rglob("*"))
    scratch = Scratch.make()
    scratch.remove()
    assert sorted(base.rglob("*")) == before


def test_a_directory_that_is_not_ready_yet_stays(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the making of a directory and of its mark another command may start."""
    real = fcntl.flock
    seen: list[list[Path]] = []

    def meanwhile(held: int, operation: int) -> None:
        if not seen:
            seen.append([])
            Scratch.make().remove()
            seen[0] = list(base.iterdir())
        real(held, operation)

    monkeypatch.setattr(fcntl, "flock", meanwhile)
    scratch = Scratch.make()
    assert seen == [[scratch.directory]]
    scratch.remove()


def test_a_base_too_deep_for_sockets_is_not_used(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = base / ("deep" * 20)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    scratch = Scratch.make()
    assert scratch.directory.parent == Path("/tmp")
    assert len(f"{scratch.directory}/c999999/host-999999.sock") <= 107
    scratch.remove()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no file system in memory")
def test_a_directory_in_memory_is_private_and_goes_too(base: Path) -> None:
    scratch = Scratch.make(in_memory=True)
    assert scratch.directory.parent == Path("/dev/shm")
    assert scratch.directory.stat().st_mode & 0o777 == 0o700
    assert list(base.iterdir()) == []
    scratch.remove()
    assert not scratch.directory.exists()
