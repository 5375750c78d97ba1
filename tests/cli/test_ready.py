"""Where ready files lie, and which of them is meant."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from latchbench import exits, ready

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOLD: dict[str, Any] = dict.fromkeys(ready.KEYS, "")


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.delenv(ready.VARIABLE, raising=False)
    return folder


@pytest.mark.parametrize("value", ["", "/nosuch", None])
def test_without_a_usable_runtime_folder_it_is_the_one_for_temporary_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str | None
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if value is None:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
    else:
        monkeypatch.setenv("XDG_RUNTIME_DIR", value)
    assert ready.own_path() == tmp_path / f"latchbench-{os.getuid()}" / f"up-{os.getpid()}.json"
    assert ready.user_folder().stat().st_mode & 0o077 == 0


def test_a_folder_that_is_a_link_or_a_file_is_not_trusted(runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    ready.user_folder().symlink_to(tmp_path / "elsewhere")
    with pytest.raises(exits.CommandError, match="belongs to somebody else") as caught:
        ready.own_path()
    assert caught.value.code == exits.ENVIRONMENT
    ready.user_folder().unlink()
    ready.user_folder().write_text("")
    with pytest.raises(exits.CommandError, match=r"cannot make .*: File exists"):
        ready.own_path()


@pytest.fixture
def door() -> Iterator[str]:
    """Where somebody listens, as a bench that is up does."""
    folder = tempfile.mkdtemp(prefix="lbt-", dir="/tmp")  # short: a socket is made in it
    path = f"{folder}/door"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        yield path
    shutil.rmtree(folder)


def test_a_named_file_goes_before_the_variable_and_that_before_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    for name in ("named", "variable", "newest"):
        path = ready.own_path() if name == "newest" else tmp_path / name
        ready.write(path, {**TOLD, "api_key": name, "control_socket": door})
        assert path.stat().st_mode & 0o777 == 0o600
    assert ready.find(None)["api_key"] == "newest"
    monkeypatch.setenv(ready.VARIABLE, str(tmp_path / "variable"))
    assert ready.find(None)["api_key"] == "variable"
    assert ready.find(tmp_path / "named")["api_key"] == "named"


@pytest.mark.parametrize("text", ["", "[]", "{}", "\0", '{"http_url": ""}', '{"http_url'])
def test_a_file_that_is_no_ready_file_is_a_usage_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    with pytest.raises(exits.CommandError, match="is no ready file") as caught:
        ready.find(tmp_path / "file")
    assert caught.value.code == exits.USAGE


def test_a_file_of_bytes_is_no_ready_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(exits.CommandError, match="is no ready file"):
        ready.find(tmp_path / "file")


def test_the_newest_is_one_that_answers_and_says_so_when_there_are_several(
    door: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ready.own_path().parent
    for number, (key, socket_path) in enumerate(
        (("older", door), ("newer", door), ("killed", "/nosuch/bench.sock"), ("broken", None)), 1
    ):
        path = folder / f"up-{number}.json"
        ready.write(path, {**TOLD, "api_key": key, "control_socket": socket_path})
        os.utime(path, (number, number))
    (folder / "up-5.json").write_text("{")
    assert ready.find(None)["api_key"] == "newer"
    said = capsys.readouterr().err
    assert said == f"latchbench: 2 benches are up; this is the newest, {folder}/up-2.json\n"
    assert sorted(path.name for path in folder.iterdir()) == ["up-1.json", "up-2.json"]


def test_ready_files_in_somebody_elses_folder_are_not_read(tmp_path: Path, door: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ready.write(elsewhere / "up-1.json", {**TOLD, "control_socket": door})
    ready.user_folder().symlink_to(elsewhere)
    with pytest.raises(exits.CommandError, match="no bench is up"):
        ready.find(None)
