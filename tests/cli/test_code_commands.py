"""Access codes by command: made, refused, shown and taken back, as the locks themselves see it."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any, Final

import pytest

from protos.bench.v1 import bench_pb2
from tests.cli.benches import up
from tests.cli.processes import Home, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.benches import Up
    from tests.cli.processes import Finished, Running

pytestmark = [pytest.mark.wire]

CHOSEN: Final = "90417733"
BOTH: Final = ("--device", "front", "--device", "back")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Home(tmp_path_factory.mktemp("codes"), [CHOSEN]) as home, up(home) as started:
        yield started


def more(bench: Up) -> dict[str, str]:
    return {"LATCHBENCH_READY_FILE": str(bench.ready_file)}


def run(bench: Up, *arguments: str, stdin: str = "") -> Finished:
    return bench.home.run(*arguments, stdin=stdin, more=more(bench))


def created(bench: Up, *arguments: str, stdin: str = "") -> list[dict[str, Any]]:
    """The rows of a call that must succeed; PINs of eight digits are watched from now on."""
    finished = run(bench, "codes", "create-multiple", "--wait", *arguments, stdin=stdin)
    assert finished.code == 0, finished.stderr + finished.stdout
    rows: list[dict[str, Any]] = finished.json["access_codes"]
    for row in bench.codes(*(row["access_code_id"] for row in rows)):
        if row["device_id"] not in bench.id_of("flat"):
            bench.home.scanner.watch(row["code"])
    return rows


@pytest.fixture(autouse=True)
def nothing_left(bench: Up) -> Iterator[None]:
    """Each test starts with empty locks."""
    yield
    rows = run(bench, "codes", "list").json
    if rows:
        assert run(bench, "codes", "delete", *(row["access_code_id"] for row in rows)).code == 0
    for name in ("front", "back"):
        until(lambda name=name: bench.slots(name) == {}, f"{name} is empty")  # type: ignore[misc]


def test_one_code_is_put_on_two_locks_and_shown_masked(bench: Up) -> None:
    rows = created(bench, *BOTH, "--name", "Guest 118", "--length", "9")
    assert [(row["lock"], row["status"], row["name"]) for row in rows] == [
        ("front", "set", "Guest 118"),
        ("back", "set", "Guest 118"),
    ]
    assert [row["code"] for row in rows] == ["••••A", "••••A"]
    held = [list(bench.slots(name).values()) for name in ("front", "back")]
    assert held[0] == held[1]
    assert [len(code) for code in held[0]] == [9]


def test_a_code_of_ones_own_comes_from_standard_input(bench: Up) -> None:
    created(bench, *BOTH, "--code-from-stdin", stdin=f"{CHOSEN}\n")
    assert list(bench.slots("back").values()) == [CHOSEN]
    (row,) = run(bench, "codes", "list", "--device", "front", "--show-codes").json
    assert row["code"] == CHOSEN
    masked = run(bench, "codes", "list", "--device", "front", "-o", "table").stdout.splitlines()
    assert masked[0].split() == ["id", "lock", "code", "status", "name"]
    assert masked[1].split() == [row["access_code_id"][:8], "front", "••••A", "set"]


def test_a_refusal_is_told_lock_by_lock_and_fails_the_command(bench: Up) -> None:
    before = bench.slots("front")
    arguments = ("codes", "create-multiple", "--wait", *BOTH, "--device", "flat")
    finished = run(bench, *arguments)
    assert finished.code == 1
    assert finished.json["refused"] == "code_cannot_be_shared"
    reasons = {one["lock"]: one["reason"] for one in finished.json["devices"]}
    assert reasons.keys() == {"front", "back", "flat"}
    assert set(reasons.values()) == {"length_not_supported"}
    table = run(bench, *arguments, "-o", "table")
    assert table.code == 1
    first, *lines = table.stdout.splitlines()
    assert first.startswith("refused (code_cannot_be_shared): ")
    assert sorted(line.partition(":")[0] for line in lines) == ["back", "flat", "front"]
    assert all(line.endswith(" (length_not_supported)") for line in lines)
    assert bench.slots("front") == before


def test_who_cannot_share_gets_a_code_of_its_own_under_the_other_policy(bench: Up) -> None:
    arguments = (*BOTH, "--device", "flat", "--policy", "create_random_code")
    rows = created(bench, *arguments, "-o", "json")
    assert [row["code"] for row in rows] == ["••••A", "••••A", "••••B"]
    table = run(bench, "codes", "create-multiple", "--no-wait", *arguments, "-o", "table").stdout
    assert "flat has its own code: " in table


def test_what_a_lock_refuses_after_another_stored_it_is_taken_back(bench: Up) -> None:
    act = bench_pb2.ArmFault(fault="refuse", times=5)
    bench.act("back", arm_fault=act)
    finished = run(bench, "codes", "create-multiple", "--wait", *BOTH, "-o", "table")
    bench.act("back", clear_faults=bench_pb2.ClearFaults())
    assert finished.code == 1
    assert "(refused_by_lock)" in finished.stdout
    assert finished.stdout.splitlines()[-1].startswith("taken back: ")


def test_a_code_is_found_and_taken_back_by_the_first_letters_of_its_id(bench: Up) -> None:
    rows = created(bench, *BOTH)
    first, second = (row["access_code_id"] for row in rows)
    shown = run(bench, "codes", "show", first[:8]).json
    assert (shown["access_code_id"], shown["lock"], shown["code"]) == (first, "front", "••••A")
    table = run(bench, "codes", "show", first[:8], "-o", "table").stdout
    assert f"id          {first}\n" in table
    assert "status      set\n" in table
    deleted = run(bench, "codes", "delete", first[:8])
    assert deleted.stdout == f"{first} on front: being removed\n"
    until(lambda: bench.slots("front") == {}, "the lock has cleared it")
    assert len(bench.slots("back")) == 1
    assert [row["access_code_id"] for row in run(bench, "codes", "list").json] == [second]


def test_an_id_that_is_none_deletes_nothing(bench: Up) -> None:
    (row, _) = created(bench, *BOTH)
    for wanted in (("zz",), ("",), (row["access_code_id"], CHOSEN)):
        finished = run(bench, "codes", "delete", *wanted)
        assert (finished.code, finished.stdout) == (2, "")
        assert finished.stderr.count("\n") == 1
    assert len(bench.slots("front")) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--length", "21"), "preferred_code_length"),
        (("--starts-at", "2030-06-01"), ""),
        (("--starts-at", "+1x", "--ends-at", "+2d"), "after the +: '1x' is not a duration"),
        (("--starts-at", "+2d", "--ends-at", "+1d"), ""),
        (("--code", "90417733"), "a code is never an argument"),
        (("--code-from-stdin",), "there is no code on standard input"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_asked_is_a_usage_error(
    bench: Up, arguments: tuple[str, ...], words: str
) -> None:
    finished = run(bench, "codes", "create-multiple", "--device", "front", *arguments)
    assert (finished.code, finished.stdout) == (2, "")
    assert words in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert bench.slots("front") == {}


def test_a_plan_takes_no_code_among_its_arguments_either(bench: Up) -> None:
    finished = run(bench, "codes", "plan", "--device", "front", f"--code={CHOSEN}")
    assert finished.code == 2
    assert "use --code-from-stdin" in finished.stderr


# Events.


def test_what_has_happened_is_printed_by_lock_and_by_type(bench: Up) -> None:
    created(bench, *BOTH)
    events = run(bench, "events", "--device", "back").json
    assert {event["lock"] for event in events} == {"back"}
    last = [event["event_type"] for event in events][-2:]
    assert last == ["access_code.created", "access_code.set_on_device"]
    some = run(bench, "events", "--type", "access_code.set_*", "-o", "jsonl").stdout
    kinds = {json.loads(line)["event_type"] for line in some.splitlines()}
    assert kinds == {"access_code.set_on_device"}
    table = run(bench, "events", "-o", "table").stdout.splitlines()
    assert table[0].split() == ["time", "lock", "event", "code", "problems"]
    assert any("access_code.set_on_device" in line and "••••" in line for line in table)
    assert run(bench, "events", "--type", "no.such", "-o", "table").stdout == "no event\n"


def following(bench: Up, *arguments: str) -> Running:
    return bench.home.start("events", "--follow", *arguments, more=more(bench))


def test_what_happens_is_followed_until_ctrl_c(bench: Up) -> None:
    created(bench, "--device", "front", "--name", "before")
    watching = following(bench, "--device", "front", "--device", "back")
    until(lambda: "access_code.set_on_device" in watching.stdout, "the past is printed")
    (row,) = created(bench, "--device", "back", "--name", "after")
    until(
        lambda: any(
            json.loads(line)["access_code_id"] == row["access_code_id"]
            and json.loads(line)["event_type"] == "access_code.set_on_device"
            for line in watching.stdout.splitlines(keepends=True)
            if line.endswith("\n")
        ),
        "what came is printed",
    )
    watching.send_as_terminal(signal.SIGINT)
    finished = watching.wait()
    assert (finished.code, finished.stderr) == (130, "")


def test_following_ends_with_the_bench(home: Home) -> None:
    with up(home) as bench:
        watching = following(bench, "-o", "table")
        assert bench.create("front", sync=True)[0] == 200
        watching.until_said("access_code.set_on_device")
        bench.running.send(signal.SIGTERM)
        bench.running.wait()
        finished = watching.wait()
    assert finished.code == 4
    assert finished.stderr.startswith("latchbench: the bench of this ready file is not up any more")
