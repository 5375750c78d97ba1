"""`latchbench simulate`: what it says, what it refuses, what it leaves."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from latchbench import exits
from latchbench.commands.simulate import SimulateAsked, simulate_command
from simulator.scenario.reader import read_scenario
from tests.cli.processes import until
from tests.worlds.planted import planted

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.processes import Home

A_WORLD = ("--locks", "2", "--hours", "0.1")


@pytest.mark.wire
def test_worlds_that_keep_every_promise_are_summed_up(home: Home) -> None:
    finished = home.run("simulate", "--seeds", "0..2", "-j", "2", *A_WORLD)
    assert (finished.code, finished.stderr) == (0, "")
    lines = finished.stdout.splitlines()
    assert lines[0] == "3 worlds, no promise was broken"
    assert re.fullmatch(r"  groups: \d+ admitted, \d+ kept \(\d+%\), .*", lines[1])
    assert re.fullmatch(r"  2\d simulated hours in .* times real time\)", lines[-1])
    assert max(map(len, lines)) <= 100
    until(lambda: home.processes() == [], "every worker has gone")
    home.assert_nothing_left()


@pytest.mark.wire
def test_a_seed_is_the_same_world_again_and_its_trace_shows_no_pin(home: Home) -> None:
    traces = []
    for name in ("one.jsonl", "two.jsonl"):
        finished = home.run("simulate", "--seed", "3", "--trace", home.folder / name, *A_WORLD)
        assert finished.code == 0
        traces.append((home.folder / name).read_text())
    assert traces[0] == traces[1]
    head, *events = map(json.loads, traces[0].splitlines())
    assert head == {"world": "--seed 3 --locks 2 --hours 0.1"}
    pins = {event["fields"]["pin"] for event in events if "pin" in event.get("fields", {})}
    assert pins
    assert all(re.fullmatch(r"••••[A-Z]+", pin) for pin in pins)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say --seed N, --seeds A..B or --until TIME"),
        (("--seed", "1", "--seeds", "1..2"), "say either --seed or --seeds"),
        (("--seeds", "9..1"), "--seeds takes two numbers: 0..99"),
        (("--seeds", "all"), "--seeds takes two numbers: 0..99"),
        (("--seed", "1", "--locks", "0"), "a world has a lock and some time at least"),
        (("--seed", "1", "--hours", "0"), "a world has a lock and some time at least"),
        (("--until", "soon"), "--until: "),
    ],
)
def test_what_makes_no_world_is_said(home: Home, words: tuple[str, ...], message: str) -> None:
    finished = home.run("simulate", *words)
    assert (finished.code, finished.stdout) == (2, "")
    assert finished.stderr.startswith(f"latchbench: {message}")
    assert finished.stderr.count("\n") == 1


def test_a_small_scenario_is_never_written_over_another(home: Home) -> None:
    kept = home.folder / "world-3.yaml"
    kept.write_text("somebody has worked on this\n")
    finished = home.run("simulate", "--seed", "3", "--shrink", "--out", home.folder, *A_WORLD)
    assert (finished.code, finished.stdout) == (2, "")
    told = f"latchbench: --shrink: {kept} is there already; say --out FOLDER\n"
    assert finished.stderr == told
    assert kept.read_text() == "somebody has worked on this\n"


def test_a_world_that_breaks_a_promise_is_told_and_written_as_a_small_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = SimulateAsked(
        seed=3,
        seeds=None,
        locks=2,
        hours=0.2,
        faults="light",
        until=None,
        jobs=1,
        shrink=True,
        out=tmp_path / "found",
        trace=None,
    )
    with planted("no_read_back"):
        assert simulate_command(asked) == exits.FAILED
    told = capsys.readouterr().out
    assert told.startswith("FAIL  world 3: 2 locks, ")
    assert "see it again: latchbench simulate --seed 3 --locks 2 --hours 0.2 --faults light" in told
    small = re.search(r"world 3 with (\d+) happenings of (\d+): ", told)
    assert small is not None
    assert int(small[1]) < 6 < int(small[2])
    assert "1 world, 1 broke a promise" in told
    scenario = read_scenario(str(tmp_path / "found" / "world-3.yaml"))
    assert len(scenario.cases) == 1
