"""`latchbench` as its users meet it: a command in a process of its own, with processes below it.

A `Home` is a world for such commands: folders of its own for temporary files and for ready files,
and a mark in the environment by which every process that came of them is found again, whoever its
parent is by now. Whatever a command says is searched for canary PINs and for tracebacks.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import pytest

from tests.cli.leaks import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

LATCHBENCH: Final = Path(sys.executable).with_name("latchbench")
TRACEBACK: Final = "Traceback (most recent call last)"
WITHIN_S: Final = 60.0
_MARK: Final = "LATCHBENCH_TESTED_FROM"
_POLLS_A_SECOND: Final = 100
_PAUSE: Final = threading.Event()


def until(holds: Callable[[], bool], what: str, within_s: float = WITHIN_S) -> None:
    """Return as soon as `holds()`; fail, saying `what`, when it does not for too long."""
    for _ in range(round(within_s * _POLLS_A_SECOND)):
        if holds():
            return
        _PAUSE.wait(1 / _POLLS_A_SECOND)
    assert holds(), f"after {within_s:g} s still not: {what}"


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended."""

    arguments: tuple[str, ...]
    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """Standard output, which is one JSON document."""
        return json.loads(self.stdout)


@dataclass(frozen=True, slots=True)
class Process:
    """A process as the process list shows it."""

    pid: int
    parent: int
    arguments: tuple[str, ...]
    environment: str


class Running:
    """A command under way. Its output goes into files, so that no full pipe ever stops it."""

    def __init__(self, home: Home, popen: subprocess.Popen[bytes], told: Path) -> None:
        self._home = home
        self._popen = popen
        self._told = told
        self._arguments = tuple(map(os.fsdecode, popen.args))  # type: ignore[arg-type]

    @property
    def pid(self) -> int:
        """Of the command itself."""
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._popen.poll() is None

    @property
    def stdout(self) -> str:
        """What it has said so far."""
        return self._told.with_suffix(".out").read_text()

    @property
    def stderr(self) -> str:
        """What it has complained about so far."""
        return self._told.with_suffix(".err").read_text()

    def until_said(self, text: str) -> None:
        """Wait until it has said this on standard output."""
        until(lambda: text in self.stdout or not self.is_running, f"{text!r} is said")
        if text not in self.stdout:
            pytest.fail(f"it ended instead: {self.wait()}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the command alone."""
        self._popen.send_signal(number)

    def send_as_terminal(self, number: signal.Signals) -> None:
        """Send a signal as a terminal does: to the command and all that is in its group."""
        os.killpg(self._popen.pid, number)

    def wait(self, within_s: float = WITHIN_S) -> Finished:
        """Its end. Fails if it does not come, or if what it said holds a PIN or a traceback."""
        # Not by `Popen.wait`, which with a time-out looks only every now and then.
        if self.is_running and not _ends(self.pid, within_s):
            pytest.fail(f"{self._arguments} did not end in {within_s:g} s: {self.stderr[-2000:]}")
        code = self._popen.wait()
        finished = Finished(self._arguments, code, self.stdout, self.stderr)
        self._home.check(finished)
        return finished

    def until_ready(self, path: Path) -> dict[str, Any]:
        """The ready file that it writes to `path`."""
        until(lambda: path.exists() or not self.is_running, f"{path} is written")
        if not self.is_running:
            pytest.fail(f"it ended instead: {self.wait()}")
        told: dict[str, Any] = json.loads(path.read_text())
        return told

    def kill(self) -> None:
        """Leave nothing of a test that failed."""
        if self.is_running:
            self._popen.kill()
            self._popen.wait()


def _ends(pid: int, within_s: float) -> bool:
    """Whether a child that was not waited for ends in time."""
    handle = os.pidfd_open(pid)
    try:
        return bool(select.select([handle], [], [], within_s)[0])
    finally:
        os.close(handle)


class Home:
    """Where commands of one test run; use it with `with`."""

    def __init__(self, folder: Path, canaries: Iterable[str] = ()) -> None:
        self.folder = folder
        self.scanner = Scanner(canaries)
        # Short, because sockets are made in it.
        self.temporary = Path(tempfile.mkdtemp(prefix="lbt-"))
        self.ready_files = folder / "run"
        self.ready_files.mkdir(mode=0o700)
        self._said = folder / "said"
        self._said.mkdir()
        self._started: list[Running] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End what a failed test has left, and remove what it made."""
        for running in self._started:
            running.kill()
        for process in self.processes():
            os.kill(process.pid, signal.SIGKILL)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """The environment of every command."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
        return {
            **kept,
            "TMPDIR": str(self.temporary),
            "XDG_RUNTIME_DIR": str(self.ready_files),
            _MARK: str(self.folder),
        }

    def start(
        self, *arguments: str | Path, stdin: str = "", more: Mapping[str, str] | None = None
    ) -> Running:
        """`latchbench ARGUMENTS` in a process group of its own, `more` in its environment."""
        told = self._said / str(len(self._started))
        typed = told.with_suffix(".in")
        typed.write_text(stdin)
        with (
            typed.open("rb") as read,
            told.with_suffix(".out").open("wb") as out,
            told.with_suffix(".err").open("wb") as err,
        ):
            popen = subprocess.Popen(
                [str(LATCHBENCH), *map(str, arguments)],
                cwd=self.folder,
                env={**self.environment(), **(more or {})},
                stdin=read,
                stdout=out,
                stderr=err,
                process_group=0,
            )
        running = Running(self, popen, told)
        self._started.append(running)
        return running

    def run(
        self, *arguments: str | Path, stdin: str = "", more: Mapping[str, str] | None = None
    ) -> Finished:
        """`latchbench ARGUMENTS` from its start to its end."""
        return self.start(*arguments, stdin=stdin, more=more).wait()

    def check(self, finished: Finished) -> None:
        """Fail if what a command said holds a PIN that was not asked for, or a traceback."""
        asked_for = "--show-codes" in finished.arguments
        for name, text in (("stdout", finished.stdout), ("stderr", finished.stderr)):
            if not (asked_for and name == "stdout"):
                assert self.scanner.leaks(text) == [], f"{name} of {finished.arguments}"
            assert TRACEBACK not in text, f"{name} of {finished.arguments}: {text}"

    def processes(self) -> list[Process]:
        """Every process that came of a command of this home and lives."""
        return list(_processes_with(f"{_MARK}={self.folder}\0"))

    def assert_nothing_left(self) -> None:
        """Fail if a process lives on, or a temporary or ready file was not removed."""
        assert self.processes() == []
        assert sorted(self.temporary.rglob("*")) == []
        assert [path for path in self.ready_files.rglob("*") if path.is_file()] == []


def _processes_with(mark: str) -> Iterator[Process]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes().decode("latin-1")
            if mark not in environment:
                continue
            line = (entry / "cmdline").read_bytes().decode("latin-1")
            status = (entry / "status").read_text()
        except OSError:  # it has ended, or is somebody else's
            continue
        arguments = tuple(line.rstrip("\0").split("\0"))
        parent = int(status.partition("\nPPid:")[2].split()[0])
        yield Process(int(entry.name), parent, arguments, environment)
