"""The clock of a bench that is up: days that pass in seconds, and who waits meanwhile."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import pytest

from protos.bench.v1 import bench_pb2
from tests.cli.benches import ONE_LOCK, up
from tests.cli.processes import Home, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.benches import Up
    from tests.cli.processes import Finished

pytestmark = pytest.mark.wire

FLEET: Final = """\
version: 1
name: clocked fleet
profiles:
  long: {extends: deadbolt-30, code_lengths: [8, 9, 10]}
locks:
  front: {profile: long}
  back: {profile: long}
clock: {start: 2030-06-01T10:00:00Z}
"""
ENDS_WITHIN_S: Final = 10.0
DAY_US: Final = 86_400_000_000


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Home(tmp_path_factory.mktemp("clock")) as home, up(home, fleet=FLEET) as started:
        yield started


def run(bench: Up, *arguments: str) -> Finished:
    return bench.home.run(*arguments, more={"LATCHBENCH_READY_FILE": str(bench.ready_file)})


def told(bench: Up, *arguments: str) -> dict[str, Any]:
    finished = run(bench, *arguments)
    assert finished.code == 0, finished.stderr
    answer: dict[str, Any] = finished.json
    return answer


def test_a_code_for_tomorrow_is_loaded_and_expires_in_the_lock_s_own_memory(bench: Up) -> None:
    window = ("--starts-at", "+1d", "--ends-at", "+2d")
    created = told(bench, "codes", "create-multiple", "--device", "front", *window)
    assert [row["status"] for row in created["access_codes"]] == ["unset"]
    assert bench.slots("front") == {}
    advanced = told(bench, "clock", "advance", "24h")
    assert advanced["now_us"] - advanced["from_us"] == DAY_US
    (code,) = bench.slots("front").values()
    bench.home.scanner.watch(code)
    assert bench.codes(created["access_codes"][0]["access_code_id"])[0]["status"] == "set"
    told(bench, "clock", "advance", "3d")
    assert bench.slots("front") == {}
    assert told_events(bench)[-1] == "access_code.deleted"


def told_events(bench: Up) -> list[str]:
    finished = run(bench, "events", "--device", "front")
    return [event["event_type"] for event in finished.json]


def test_the_clock_says_what_time_it_is_for_the_whole_bench(bench: Up) -> None:
    advanced = told(bench, "clock", "advance-to", "2030-07-01T00:00:00+02:00")
    assert advanced["now"] == "2030-06-30T22:00:00Z"
    shown = told(bench, "clock", "show")
    assert (shown["paused"], shown["rate"]) == (False, 1)
    assert shown["now"].startswith("2030-06-30T22:0")
    table = run(bench, "clock", "advance", "1d", "-o", "table").stdout.splitlines()
    assert table[0].startswith("1 d passed in ")
    assert table[1].startswith("now     2030-07-01T22:0")
    assert table[2] == "passes  as fast as real time"


def test_a_pause_stops_calls_and_not_what_people_do_to_locks(bench: Up) -> None:
    paused = told(bench, "clock", "pause")
    try:
        listing = bench.home.start(
            "codes", "list", more={"LATCHBENCH_READY_FILE": str(bench.ready_file)}
        )
        act = bench_pb2.ProgramAtKeypad(slot=9, code="90417733")
        bench.home.scanner.watch("90417733")
        bench.act("back", program_at_keypad=act)
        assert bench.slots("back")[9] == "90417733"
        until(lambda: "the clock is paused" in listing.stderr, "it says why it waits")
        assert listing.is_running
        assert told(bench, "clock", "show")["now_us"] == paused["now_us"]
        moved = told(bench, "clock", "advance", "1h")
        assert moved["paused"] is True
        assert moved["from_us"] == paused["now_us"]
        assert listing.is_running
    finally:
        told(bench, "clock", "resume")
    finished = listing.wait()
    assert (finished.code, finished.json) == (0, [])
    assert finished.stderr.count("\n") == 1


def test_a_call_that_comes_during_an_advance_is_answered_after_it(bench: Up) -> None:
    before_us = bench.now_us()
    moving = bench.home.start(
        "clock", "advance", "60d", more={"LATCHBENCH_READY_FILE": str(bench.ready_file)}
    )
    until(lambda: bench.now_us() > before_us + DAY_US, "time is being moved")
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(bench.create, "front", sync=True)
        advanced = moving.wait().json
        status, body = answer.result()
    assert status == 200, body
    (row,) = body["access_codes"]
    bench.home.scanner.watch(row["code"])
    assert advanced["now_us"] - advanced["from_us"] == 60 * DAY_US
    assert row["created_at"][:10] == advanced["now"][:10]
    assert bench.slots("front") == {1: row["code"]}


def test_ctrl_c_ends_an_advance_between_two_events_and_time_passes_again(bench: Up) -> None:
    begun_us = bench.now_us()
    moving = bench.home.start(
        "clock", "advance", "30000d", more={"LATCHBENCH_READY_FILE": str(bench.ready_file)}
    )
    until(lambda: bench.now_us() > begun_us + DAY_US, "time is being moved")
    moving.send_as_terminal(signal.SIGINT)
    finished = moving.wait(ENDS_WITHIN_S)
    assert finished.code == 130
    assert finished.stderr.startswith("latchbench: interrupted: `latchbench clock show`")
    ended = told(bench, "clock", "pause")
    assert ended["now_us"] < begun_us + 30000 * DAY_US
    told(bench, "clock", "resume", "--rate", "100")
    until(lambda: bench.now_us() > ended["now_us"] + 1_000_000, "time passes")
    assert told(bench, "clock", "resume", "--rate", "1")["rate"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("advance", "3"), "'3' is not a duration: write it as 500ms, 10s or 3d"),
        (("advance", "3 days"), "'3 days' is not a duration; did you mean '3d'?"),
        (("advance-to", "tomorrow"), "'tomorrow' is not a time such as 2030-06-01T14:00:00Z"),
        (("advance-to", "2031-01-01T00:00:00"), "the time has no zone: end it with Z or +02:00"),
        (("advance-to", "2030-01-01T00:00:00Z"), "that time has passed: a clock is never moved ba"),
        (("resume", "--rate", "0"), "time passes at a rate above 0 and up to 1000"),
        (("resume", "--rate", "nan"), "time passes at a rate above 0 and up to 1000"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_time_that_cannot_be_is_refused_and_time_goes_on(
    bench: Up, arguments: tuple[str, ...], words: str
) -> None:
    finished = run(bench, "clock", *arguments)
    assert (finished.code, finished.stdout) == (2, "")
    assert finished.stderr.startswith(f"latchbench: {words}")
    assert told(bench, "clock", "show")["paused"] is False


# Benches of their own.


def test_killing_it_in_the_middle_of_an_advance_leaves_no_process(home: Home) -> None:
    with up(home, fleet=FLEET) as bench:
        moving = home.start("clock", "advance", "30000d", "--bench", bench.ready_file)
        begun_us = bench.now_us()
        until(lambda: bench.now_us() > begun_us + DAY_US, "time is being moved")
        bench.running.send(signal.SIGKILL)
        bench.running.wait()
        finished = moving.wait(ENDS_WITHIN_S)
        assert (finished.code, finished.stdout) == (4, "")
        assert finished.stderr.startswith("latchbench: the bench of this ready file is not up any")
        until(lambda: home.processes() == [], "every process has gone", ENDS_WITHIN_S)


@pytest.mark.parametrize("moment", ["advancing", "paused"])
def test_a_signal_ends_it_in_order_while_time_is_held(home: Home, moment: str) -> None:
    with up(home, fleet=FLEET) as bench:
        if moment == "paused":
            told(bench, "clock", "pause")
        else:
            moving = home.start("clock", "advance", "30000d", "--bench", bench.ready_file)
            begun_us = bench.now_us()
            until(lambda: bench.now_us() > begun_us + DAY_US, "time is being moved")
        with ThreadPoolExecutor(1) as caller:
            waiting = caller.submit(bench.create, "front")
            bench.running.send(signal.SIGTERM)
            finished = bench.running.wait(ENDS_WITHIN_S)
            status, body = waiting.result()
        if moment == "advancing":
            assert moving.wait(ENDS_WITHIN_S).code == 4
    assert (status, body["error"]["type"]) == (503, "stopping"), body
    assert (finished.code, finished.stderr) == (0, "latchbench: stopping\n")
    home.assert_nothing_left()


def test_it_can_start_paused_with_every_lock_read(home: Home) -> None:
    with up(home, "--paused", "--rate", "5", fleet=FLEET) as bench:
        shown = told(bench, "clock", "show")
        assert (shown["paused"], shown["rate"]) == (True, 5)
        assert shown["now"].startswith("2030-06-01T10:00:0")
        assert f"clock        paused at {shown['now']}: " in bench.running.stdout
        assert told(bench, "clock", "resume")["rate"] == 5
        until(lambda: bench.now_us() > shown["now_us"] + 5_000_000, "time passes")


@pytest.mark.parametrize("rate", ["0", "-1", "1001", "nan"])
def test_a_rate_that_cannot_be_is_a_usage_error(home: Home, rate: str) -> None:
    (home.folder / "fleet.yaml").write_text(ONE_LOCK)
    finished = home.run("up", "fleet.yaml", "--rate", rate)
    assert finished.code == 2
    assert finished.stderr == "latchbench: --rate takes a number above 0 and up to 1000\n"


def test_json_lines_hold_the_same_as_the_document(home: Home) -> None:
    with up(home, "--paused", fleet=ONE_LOCK) as bench:
        for arguments in (("clock", "show"), ("clock", "advance", "0s")):
            line = run(bench, *arguments, "-o", "jsonl").stdout
            assert json.loads(line).keys() == told(bench, *arguments).keys()
