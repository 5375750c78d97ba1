"""kill -9 in the middle of commits: what was answered is there, and nothing is there in part."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from gateway.store.errors import StoreInUse
from gateway.store.store import Store
from tests.store.made import a_decision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import EventRecord
    from gateway.policy.snapshot import Snapshot

pytestmark = pytest.mark.wire

KILLS = 20
ROOT = Path(__file__).parents[2]


class Gateways:
    """Children that write to one store, one after the other."""

    def __init__(self, commands: IO[str], lines: IO[str], path: Path) -> None:
        self._commands = commands
        self._lines = lines
        self._path = path
        self.answered: list[int] = []

    def start(self) -> int:
        """Start the next one. Returns its process id."""
        self._commands.write(f"{self._path}\n")
        self._commands.flush()
        return self._read("PID")

    def wait_for_answers(self, more: int) -> None:
        for _ in range(more):
            self.answered.append(self._read("ACK"))

    def kill(self, child: int) -> None:
        """End it at once; what it had answered until then counts."""
        os.kill(child, signal.SIGKILL)
        while (line := self._lines.readline().split())[0] == "ACK":
            self.answered.append(int(line[1]))
        assert line == ["DEAD", str(child)]

    def _read(self, word: str) -> int:
        line = self._lines.readline().split()
        assert line[:1] == [word], line
        return int(line[1])


@contextmanager
def gateways(path: Path) -> Iterator[Gateways]:
    command = [sys.executable, "-P", "-m", "tests.store.crash_child"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield Gateways(server.stdin, server.stdout, path)
        server.stdin.close()
    assert server.returncode == 0


def read(path: Path) -> tuple[Snapshot, list[EventRecord]]:
    with closing(Store.open(f"sqlite:///{path}")) as store:
        return store.load(), store.events_after(None, 1_000_000)


def test_what_was_answered_survives_kills_and_nothing_is_there_in_part(path: Path) -> None:
    chance = random.Random(20)
    with gateways(path) as children:
        for _ in range(KILLS):
            child = children.start()
            children.wait_for_answers(chance.randrange(25))
            children.kill(child)

            found, events = read(path)
            numbers = range(1, len(found.groups) + 1)
            whole = [a_decision(number) for number in numbers]
            assert list(found.groups) == [g for each in whole for g in each.groups.values()]
            assert list(found.codes) == [c for each in whole for c in each.codes.values()]
            assert events == [happened for each in whole for happened in each.events]
            assert set(children.answered) <= set(numbers)

    assert children.answered == sorted(children.answered)
    assert len(children.answered) > KILLS


def test_a_store_is_free_as_soon_as_its_gateway_was_killed(path: Path) -> None:
    with gateways(path) as children:
        child = children.start()
        with pytest.raises(StoreInUse) as caught:
            Store.open(f"sqlite:///{path}")
        children.kill(child)

        assert caught.value.process_id == child
        with closing(Store.open(f"sqlite:///{path}")) as store:
            assert store.take_epoch() == 2
