"""However a command ends, it leaves no process, no temporary file, and says why in one line."""

from __future__ import annotations

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from protos.bench.v1 import bench_pb2
from tests.cli.benches import ONE_LOCK, up
from tests.cli.processes import LATCHBENCH, Home, until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.wire

ENDS_WITHIN_S: Final = 10.0
# Sixty-four cases: long enough to be caught in the middle.
LONG: Final = """\
version: 1
name: one lock
locks:
  front: {profile: deadbolt-30}
matrix: {a: [1, 2, 3, 4, 5, 6, 7, 8], b: [1, 2, 3, 4, 5, 6, 7, 8]}
steps:
- create_multiple: {device_ids: [front]}
  expect: {devices: {front: {status: set}}}
- expect_device: {front: {slots_used: 1}}
"""


def long_scenario(home: Home) -> Path:
    path = home.folder / "long.yaml"
    path.write_text(LONG)
    return path


# A bench that is up.


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, signal.SIGINT, signal.SIGHUP],
    ids=["SIGTERM", "SIGINT", "SIGHUP"],
)
def test_a_signal_ends_everything_in_order(home: Home, number: signal.Signals) -> None:
    with up(home, fleet=ONE_LOCK) as bench:
        bench.running.send_as_terminal(number)
        finished = bench.running.wait(ENDS_WITHIN_S)
    assert (finished.code, finished.stderr) == (0, "latchbench: stopping\n")
    assert not bench.ready_file.exists()
    home.assert_nothing_left()


def test_a_call_that_is_open_when_it_stops_is_told_so(home: Home) -> None:
    with up(home) as bench, ThreadPoolExecutor(1) as caller:
        # The gateway must have heard both, or it takes the silent one for offline at once.
        assert bench.create("front", "back", sync=True)[0] == 200
        bench.act("back", set_radio=bench_pb2.SetRadio(state="dead"))
        answer = caller.submit(bench.create, "front", "back", sync=True)
        until(lambda: len(bench.slots("front")) == 2, "the call is under way")
        bench.running.send(signal.SIGTERM)
        finished = bench.running.wait(ENDS_WITHIN_S)
        status, body = answer.result()
    assert (status, body["error"]["type"]) == (503, "stopping"), body
    assert (finished.code, finished.stderr) == (0, "latchbench: stopping\n")
    home.assert_nothing_left()


def test_killing_it_leaves_no_process(home: Home) -> None:
    with up(home) as bench:
        assert len(home.processes()) == 1 + 2 + 4  # itself, two fork servers, hosts and gateway
        bench.running.send(signal.SIGKILL)
        assert bench.running.wait().code == -signal.SIGKILL
        until(lambda: home.processes() == [], "every process has gone", ENDS_WITHIN_S)
    # Its directory, in which PINs stand, it could not remove itself; the next command does.
    assert list(home.temporary.glob("lb-*/c1/*.nvm"))
    assert home.run("run", long_scenario(home), "--case", "a=1,b=1").code == 0
    home.assert_nothing_left()


@pytest.mark.parametrize("name", ["front", "gateway"])
def test_a_process_that_dies_ends_the_bench_with_our_fault(home: Home, name: str) -> None:
    with up(home, fleet=ONE_LOCK) as bench:
        os.kill(bench.pids()[name], signal.SIGKILL)
        finished = bench.running.wait(ENDS_WITHIN_S)
    who = "host-1" if name == "front" else name
    assert finished.code == 3
    assert finished.stderr == f"latchbench: {who} ended by itself; stopping the others\n"
    home.assert_nothing_left()


@pytest.mark.parametrize("moment", ["simulator.host.forkserver", "gateway.forkserver"])
def test_ctrl_c_while_it_starts_leaves_nothing(home: Home, moment: str) -> None:
    fleet = home.folder / "fleet.yaml"
    fleet.write_text(ONE_LOCK)
    running = home.start("up", fleet)
    until(lambda: any(moment in process.arguments for process in home.processes()), moment)
    running.send_as_terminal(signal.SIGINT)
    finished = running.wait(ENDS_WITHIN_S)
    assert (finished.code, finished.stderr) == (130, "latchbench: interrupted, stopping\n")
    home.assert_nothing_left()


# A run.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_run_that_is_interrupted_leaves_nothing(home: Home, number: signal.Signals) -> None:
    running = home.start("run", long_scenario(home))
    running.until_said("PASS")
    running.send_as_terminal(number)
    finished = running.wait(ENDS_WITHIN_S)
    assert finished.code == 130
    assert finished.stderr == "latchbench: interrupted; every process was ended\n"
    home.assert_nothing_left()


def test_ctrl_c_before_the_first_process_serves_leaves_nothing(home: Home) -> None:
    running = home.start("run", long_scenario(home))
    until(
        lambda: any("gateway.forkserver" in process.arguments for process in home.processes()),
        "the last server has started",
    )
    running.send_as_terminal(signal.SIGINT)
    finished = running.wait(ENDS_WITHIN_S)
    assert finished.code == 130
    assert finished.stderr == "latchbench: interrupted; every process was ended\n"
    home.assert_nothing_left()


@pytest.mark.parametrize(
    ("server", "name"),
    [("simulator.host.forkserver", "host-1"), ("gateway.forkserver", "gateway")],
)
def test_a_process_that_is_killed_in_a_run_is_our_fault_and_ends_it(
    home: Home, server: str, name: str
) -> None:
    running = home.start("run", long_scenario(home))
    running.until_said("PASS")

    def killed() -> bool:
        """Again and again: the first time may hit one that a case has just done with."""
        processes = [process for process in home.processes() if server in process.arguments]
        for process in processes:
            if process.parent != running.pid:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        return not running.is_running

    until(killed, "the run has ended")
    finished = running.wait()
    assert finished.code == 3
    assert finished.stdout.count("BROKEN") == 1
    assert f"latchbench itself failed: {name} " in finished.stdout
    assert "broken by latchbench itself" in finished.stdout.splitlines()[-1]
    home.assert_nothing_left()


def test_a_reader_that_goes_away_ends_a_run_quietly(home: Home) -> None:
    running = subprocess.Popen(
        [str(LATCHBENCH), "run", long_scenario(home)],
        env=home.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stdout.readline().startswith(b"PASS")
    running.stdout.close()
    _, stderr = running.communicate(timeout=60)
    assert (running.returncode, stderr) == (141, b"")
    home.assert_nothing_left()
