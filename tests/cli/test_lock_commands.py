"""What people do to a lock of a bench that is up, seen in the lock's own memory and conditions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from protos.bench.v1 import bench_pb2
from tests.cli.benches import up
from tests.cli.processes import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.benches import Up
    from tests.cli.processes import Finished

pytestmark = [pytest.mark.wire]

RESIDENT: Final = "90417733"
OTHER: Final = "58206619"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Home(tmp_path_factory.mktemp("locks"), [RESIDENT, OTHER]) as home, up(home) as started:
        for slot, code in ((3, RESIDENT), (4, OTHER)):
            act = bench_pb2.ProgramAtKeypad(slot=slot, code=code)
            started.act("front", program_at_keypad=act)
        act = bench_pb2.ProgramAtKeypad(slot=1, code=RESIDENT)
        started.act("back", program_at_keypad=act)
        yield started


def run(bench: Up, *arguments: str, stdin: str = "") -> Finished:
    return bench.home.run(
        *arguments, stdin=stdin, more={"LATCHBENCH_READY_FILE": str(bench.ready_file)}
    )


def lock(bench: Up, name: str) -> dict[str, Any]:
    finished = run(bench, "lock", "show", name)
    assert finished.code == 0, finished.stderr
    told: dict[str, Any] = finished.json
    return told


def refused(finished: Finished) -> str:
    """The one line of a command that was refused."""
    assert (finished.code, finished.stdout) == (2, "")
    (line,) = finished.stderr.splitlines()
    return line.removeprefix("latchbench: ")


def test_locks_are_listed_in_the_order_of_their_file(bench: Up) -> None:
    locks = run(bench, "lock", "ls").json
    assert [one["lock"] for one in locks] == ["front", "back", "flat"]
    front = locks[0]
    assert (front["slots_used"], front["slots_max"]) == (2, 30)
    assert front["device_id"] == bench.told["devices"]["front"]["device_id"]
    header, *rows = run(bench, "lock", "ls", "-o", "table").stdout.splitlines()
    assert header.split() == [
        "lock",
        "profile",
        "slots",
        "radio",
        "power",
        "keypad",
        "bolt",
        "faults",
    ]
    assert rows[0].split()[:3] == ["front", "long", "2/30"]
    assert max(map(len, rows)) <= 80


def test_equal_pins_have_equal_letters_within_one_print(bench: Up) -> None:
    slots = run(bench, "lock", "slots", "front").json["slots"]
    assert [slot["code"] for slot in slots] == ["••••A", "••••B"]
    shown = run(bench, "lock", "slots", "front", "--show-codes").json["slots"]
    assert [slot["code"] for slot in shown] == [RESIDENT, OTHER]


def test_a_lock_is_shown_with_where_it_lives_and_without_a_code(bench: Up) -> None:
    told = lock(bench, "front")
    device = bench.told["devices"]["front"]
    for word in ("device_id", "host_address", "host_pid", "nvm_path"):
        assert told[word] == device[word]
    table = run(bench, "lock", "show", "front", "-o", "table").stdout
    assert "slots         2 of 30 used\n" in table
    assert "faults        none\n" in table


def test_a_radio_goes_dead_and_comes_back(bench: Up) -> None:
    finished = run(bench, "radio", "back", "dead", "-o", "table")
    assert finished.stdout == "back: radio dead\n"
    assert lock(bench, "back")["radio"] == "dead"
    assert run(bench, "radio", "back", "awake").json["radio"] == "awake"


def test_power_is_cut_and_restored_and_memory_survives(bench: Up) -> None:
    assert run(bench, "power", "back", "cut").json["power"] != "good"
    assert run(bench, "power", "back", "restore").json["power"] == "good"
    assert run(bench, "power", "back", "cycle", "-o", "table").stdout.startswith("back: power good")
    assert bench.slots("back")[1] == RESIDENT


@pytest.mark.parametrize("typed", [RESIDENT, f"{RESIDENT}\n", f"{RESIDENT}#\n"])
def test_a_code_is_typed_from_standard_input_and_opens_the_door(bench: Up, typed: str) -> None:
    answer = run(bench, "keypad", "front", "-", stdin=typed).json
    assert (answer["feedback"], answer["opened"], answer["slot"]) == ("opened", True, 3)
    assert lock(bench, "front")["bolt"] == "unlocked"


def test_a_wrong_code_is_rejected_and_the_words_say_so(bench: Up) -> None:
    finished = run(bench, "keypad", "back", stdin=f"{OTHER}\n")
    assert finished.json["opened"] is False
    table = run(bench, "keypad", "back", "-", "-o", "table", stdin=f"{OTHER}\n").stdout
    assert table == "back: rejected\n"


@pytest.mark.parametrize("arguments", [[RESIDENT], ["-", RESIDENT], [RESIDENT, OTHER]])
def test_a_code_among_the_arguments_is_refused_and_not_repeated(
    bench: Up, arguments: list[str]
) -> None:
    finished = run(bench, "keypad", "front", *arguments)
    assert refused(finished).startswith("a code is never an argument")


def test_without_a_code_nothing_is_typed(bench: Up) -> None:
    assert refused(run(bench, "keypad", "front", "-")) == "there is no code on standard input"


def test_faults_wait_are_listed_and_are_cleared_one_by_one(bench: Up) -> None:
    once = run(bench, "fault", "add", "front", "refuse").json
    assert once == [{"lock": "front", "fault": "refuse, once"}]
    more = ("--command", "set_user_code", "--times", "2")
    run(bench, "fault", "add", "front", "lost_ack", *more)
    run(bench, "fault", "add", "flat", "lost_frame", "--probability", "0.5")
    waiting = run(bench, "fault", "ls").json
    assert [(one["lock"], one["fault"]) for one in waiting] == [
        ("front", "refuse, once"),
        ("front", "lost_ack on set_user_code, 2 times"),
        ("flat", "lost_frame, probability 0.5"),
    ]
    assert lock(bench, "front")["faults"] == [one["fault"] for one in waiting[:2]]
    left = run(bench, "fault", "clear", "front", "refuse").json
    assert left == [waiting[1]]
    assert run(bench, "fault", "ls", "flat").json == [waiting[2]]
    assert run(bench, "fault", "clear", "-o", "table").stdout == "no fault waits\n"
    assert run(bench, "fault", "ls").json == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("radio", "front", "loud"), "radio 'loud' is none of awake, asleep"),
        (("power", "front", "explode"), "power action 'explode' is none of cut, restore, cycle"),
        (("fault", "add", "front", "lost_fram"), "unknown fault 'lost_fram'; did you mean lost_fr"),
        (("fault", "add", "front", "refuse", "--command", "sing"), "command 'sing' is none of set"),
        (("fault", "add", "front", "refuse", "--times", "0"), "--times takes a whole number, 1"),
        (
            ("fault", "add", "front", "refuse", "--times", "1", "--probability", "1"),
            "give --times or --probability, not both",
        ),
        (
            ("fault", "add", "front", "refuse", "--probability", "1.5"),
            "fault refuse: probability is 1.5, must be above 0 and at most 1",
        ),
        (("fault", "clear", "front", "nonsense"), "unknown fault 'nonsense'; known are: "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_word_that_is_none_is_refused_with_the_words_there_are(
    bench: Up, arguments: tuple[str, ...], words: str
) -> None:
    assert refused(run(bench, *arguments)).startswith(words)
    assert run(bench, "fault", "ls").json == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("lock", "show", "frnt"),
        ("lock", "slots", "frnt"),
        ("radio", "frnt", "dead"),
        ("power", "frnt", "cut"),
        ("keypad", "frnt", "-"),
        ("fault", "add", "frnt", "refuse"),
        ("fault", "ls", "frnt"),
        ("fault", "clear", "frnt"),
        ("codes", "list", "--device", "frnt"),
        ("codes", "plan", "--device", "frnt"),
        ("codes", "create-multiple", "--device", "frnt"),
        ("events", "--device", "frnt"),
    ],
    ids=" ".join,
)
def test_a_lock_that_is_misspelt_gets_a_hint(bench: Up, arguments: tuple[str, ...]) -> None:
    assert refused(run(bench, *arguments)) == "no lock is named 'frnt'; did you mean front?"


@pytest.mark.parametrize(
    "arguments",
    [
        ("lock", "show", RESIDENT),
        ("lock", "slots", RESIDENT),
        ("radio", RESIDENT, "dead"),
        ("radio", "front", RESIDENT),
        ("power", "front", RESIDENT),
        ("fault", "add", "front", RESIDENT),
        ("fault", "add", "front", "refuse", "--command", RESIDENT),
        ("fault", "clear", "front", RESIDENT),
        ("clock", "advance", RESIDENT),
        ("clock", "advance-to", RESIDENT),
        ("codes", "list", "--device", RESIDENT),
        ("codes", "show", RESIDENT),
        ("codes", "delete", RESIDENT),
        ("codes", "create-multiple", "--device", "front", "--starts-at", f"+{RESIDENT}"),
        ("events", "--device", RESIDENT),
        ("profiles", "show", RESIDENT),
    ],
    ids=lambda arguments: " ".join(arguments[:-1]),
)
def test_a_code_in_a_wrong_place_is_not_repeated(bench: Up, arguments: tuple[str, ...]) -> None:
    # `refused` is handed what `Home` has searched for canaries.
    assert refused(run(bench, *arguments))


def test_every_item_is_one_line_of_jsonl(bench: Up) -> None:
    for arguments, items in ((("lock", "ls"), 3), (("lock", "slots", "front"), 2)):
        lines = run(bench, *arguments, "-o", "jsonl").stdout.splitlines()
        assert len(lines) == items
        assert all(isinstance(json.loads(line), dict) for line in lines)
