"""`latchbench run --paced`: what is printed while a case goes on, and how it ends meanwhile.

How long anything takes is not looked at here: tests/scenario/test_pacing.py has a clock for that.
"""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING, Any, Final

import pytest

from latchbench.commands.live import length, speed
from latchbench.trace import TraceEvent
from simulator.scenario.report import QUIET, event_line
from tests.cli.test_run_reports import MIXED, ONE_SIDED, PINS, on_a_terminal, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.processes import Home

pytestmark = pytest.mark.wire

ENDS_WITHIN_S: Final = 10.0
# A call that stays open for minutes, and a day behind it: whoever waits for either waits long.
LONG: Final = """\
version: 1
name: nobody answers
locks:
  front: {profile: deadbolt-30}
steps:
- radio: {lock: front, state: dead}
- create_multiple: {device_ids: [front]}
  expect: {raises: {}}
- advance: 1d
- expect_device: {front: {slots_used: 0}}
"""
IDLE: Final = """\
version: 1
name: nobody is at home
locks:
  front: {profile: deadbolt-30}
steps:
- advance: 20h
- expect_device: {front: {slots_used: 0}}
"""
_FAST: Final = ("--paced", "--rate", "1000")


def blocks(stdout: str) -> list[list[str]]:
    """What stands between empty lines."""
    return [block.splitlines() for block in stdout.rstrip("\n").split("\n\n")]


def lines_of(trace: Path) -> list[list[str]]:
    """For each case in a trace file the lines that its events from the first step on make."""
    cases: list[list[str]] = []
    begun = False
    start_us = 0
    for line in trace.read_text().splitlines():
        told: dict[str, Any] = json.loads(line)
        if "scenario" in told:
            cases.append([])
            begun, start_us = False, told["start_us"]
            continue
        begun = begun or told["kind"] == "bench.step"
        if begun and told["kind"] not in QUIET:
            event = TraceEvent(
                told["at_us"],
                told["delta"],
                told["source"],
                0,
                told["kind"],
                told.get("fields", {}),
            )
            cases[-1].append(f"      {event_line(event, start_us)}")
    return cases


def test_what_happens_is_printed_in_its_order_before_the_verdict_and_shows_no_pin(
    home: Home,
) -> None:
    for pin in PINS:
        home.scanner.watch(pin)
    trace = home.folder / "trace"
    finished = home.run("run", written(home, MIXED), *_FAST, "--trace", trace)
    assert (finished.code, finished.stderr) == (1, "")
    first, passed, second, failed, last = blocks(finished.stdout)
    how = "1000 times as fast as real time"
    assert first[0] == f"RUN   a guest at two doors [wrong=nothing], {how}"
    assert second[0] == f"RUN   a guest at two doors [wrong=bolt], {how}"
    assert [first[1:], second[1:]] == lines_of(trace)
    assert any("code stored" in line and "pin=••••B" in line for line in first)
    assert passed[0] == "PASS  a guest at two doors [wrong=nothing]"
    assert failed[0] == "FAIL  a guest at two doors [wrong=bolt]"
    assert any("front held the withdrawn ••••B for" in line for line in passed)
    assert last == ["1 of 2 cases passed, 1 failed"]
    home.assert_nothing_left()


def test_pins_are_printed_where_they_are_asked_for(home: Home) -> None:
    finished = home.run("run", written(home, MIXED), *_FAST, "--show-codes", "-k", "nothing")
    live = blocks(finished.stdout)[0]
    assert any("code stored" in line and f"pin={PINS[0]}" in line for line in live)


def test_a_quiet_run_leaves_out_what_happens(home: Home) -> None:
    finished = home.run("run", written(home, MIXED), *_FAST, "-q")
    failed, last = blocks(finished.stdout)
    assert failed[0] == "FAIL  a guest at two doors [wrong=bolt]"
    assert last == ["1 of 2 cases passed, 1 failed"]


def test_in_a_comparison_both_sides_are_shown_before_the_verdict(home: Home) -> None:
    finished = home.run("run", written(home, ONE_SIDED), *_FAST, "--compare-policies")
    assert finished.code == 0
    heads = [block[0] for block in blocks(finished.stdout) if re.match(r"[A-Z]+  ", block[0])]
    name = "one door takes four digits"
    how = "1000 times as fast as real time"
    assert heads == [
        f"RUN   {name} under throw, {how}",
        f"RUN   {name} under create_random_code, {how}",
        f"COMPARE  {name}",
    ]
    assert re.search(r" side +code stored +slot=1 pin=••••B\n", finished.stdout)
    assert re.search(r"\* +side +no code +no code +slot 1 ••••B", finished.stdout)


def test_a_terminal_has_no_line_that_moves(home: Home) -> None:
    told = on_a_terminal(home, "run", written(home, MIXED), *_FAST)
    assert b"RUN   a guest at two doors [wrong=nothing], 1000 times" in told
    assert b"\x1b" not in re.sub(rb"\x1b\[[0-9;]*m", b"", told)  # colours alone


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1.0, "on real time"),
        (60.0, "60 times as fast as real time"),
        (0.2, "in slow motion, 0.2 times as fast as real time"),
    ],
)
def test_the_head_of_a_case_says_how_fast_it_goes(rate: float, words: str) -> None:
    assert speed(rate) == words


def test_a_long_wait_is_told_and_how_long_it_is(home: Home) -> None:
    running = home.start("run", written(home, IDLE), "--paced")
    running.until_said("nothing happens before")
    running.send_as_terminal(signal.SIGINT)
    live = blocks(running.wait(ENDS_WITHIN_S).stdout)[0]
    assert re.fullmatch(
        r"      \.\.\. nothing happens before [0-9:.]+; wait \d+ (minutes|hours)", live[-1]
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5.4, "5 s"), (119, "119 s"), (120, "2 minutes"), (7200, "2 hours"), (1e9, "277,778 hours")],
)
def test_real_time_is_told_in_a_few_words(seconds: float, words: str) -> None:
    assert length(seconds) == words


# Ends.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_it_is_interrupted_while_it_waits(home: Home, number: signal.Signals) -> None:
    running = home.start("run", written(home, LONG), "--paced")
    running.until_said("gateway    create_multiple")
    running.send_as_terminal(number)
    finished = running.wait(ENDS_WITHIN_S)
    assert finished.code == 130
    assert finished.stderr == "latchbench: interrupted; every process was ended\n"
    live, last = blocks(finished.stdout)
    assert live[0] == "RUN   nobody answers, on real time"
    assert not [line for line in live if "PASS" in line]
    assert last == ["0 of 0 cases passed, 1 not run"]
    home.assert_nothing_left()


def test_it_ends_at_its_time_limit_while_it_waits(home: Home) -> None:
    options = ("--paced", "--rate", "0.001", "--time-limit", "5s")
    finished = home.run("run", written(home, LONG), *options)
    assert finished.code == 124
    assert finished.stderr == "latchbench: the time limit has passed; every process was ended\n"
    assert blocks(finished.stdout)[-1] == ["0 of 0 cases passed, 1 not run"]
    home.assert_nothing_left()


@pytest.mark.parametrize("server", ["simulator.host.forkserver", "gateway.forkserver"])
def test_a_process_that_is_killed_while_it_waits_is_our_fault(home: Home, server: str) -> None:
    """It is noticed at the next step. A run that is not held back has no time to meet this."""
    running = home.start("run", written(home, LONG), "--paced")
    running.until_said("gateway    create_multiple")
    for process in home.processes():
        if server in process.arguments and process.parent != running.pid:
            os.kill(process.pid, signal.SIGKILL)
    finished = running.wait()
    assert (finished.code, finished.stderr) == (3, "")
    _, broken, last = blocks(finished.stdout)
    assert broken[0] == "BROKEN  nobody answers"
    assert "latchbench itself failed: " in broken[1]
    assert last == ["0 of 1 case passed, 1 broken by latchbench itself"]
    home.assert_nothing_left()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--paced", "--sim"], "--paced keeps real time and --sim has none: leave one of them out"),
        (["--paced", "-j", "2"], "--paced shows one case at a time: leave -j out"),
        (["--rate", "2"], "--rate is for a run with --paced"),
        (["--paced", "--rate", "0"], "--rate takes a number above 0 and up to 1000"),
        (["--paced", "--rate", "-1"], "--rate takes a number above 0 and up to 1000"),
        (["--paced", "--rate", "1001"], "--rate takes a number above 0 and up to 1000"),
        (["--paced", "--rate", "nan"], "--rate takes a number above 0 and up to 1000"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(
    home: Home, options: list[str], message: str
) -> None:
    finished = home.run("run", written(home, LONG), *options)
    assert (finished.code, finished.stdout) == (2, "")
    assert finished.stderr == f"latchbench: {message}\n"
