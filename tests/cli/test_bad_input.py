"""What is wrong is said once, in words, with the exit code that fits; nothing is left behind."""

from __future__ import annotations

import signal
import socket
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.benches import ONE_LOCK, up
from tests.cli.processes import LATCHBENCH, TRACEBACK, Finished, Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.wire

SCENARIO: Final = """\
version: 1
name: one lock
locks:
  front: {profile: deadbolt-30}
steps:
- expect_device: {front: {slots_used: 0}}
"""
FLEET: Final = """\
version: 1
locks:
  front: {profile: deadbolt-30}
  back: {profile: deadbolt-30}
"""
ENDS_WITHIN_S: Final = 10.0

# Text that is not a valid scenario, and the one line that is said about it.
INVALID: Final = {
    "unknown key": (
        SCENARIO.replace("slots_used", "slots_usde"),
        "6:27: error: unknown field 'slots_usde'; did you mean 'slots_used'?",
    ),
    "wrong type": (
        SCENARIO.replace("name: one lock", "name: 12"),
        "2:7: error: must be text, not a number: put it in quotes",
    ),
    "unquoted code": (
        SCENARIO.replace("profile: deadbolt-30", "codes: {3: 90417733}, profile: deadbolt-30"),
        "4:22: error: a code is text in quotes, not a number",
    ),
    "unknown lock": (
        SCENARIO.replace("{front: {slots", "{frnt: {slots"),
        "6:19: error: no lock of this scenario is named 'frnt'; did you mean 'front'?",
    ),
    "not YAML": ("locks: [a, b\n", "1:8: error: this [ is never closed"),
    "no map": ("- a\n- b\n", "1:1: error: the file must be a map with version, name and locks"),
    "empty": ("", "1:1: error: the file is empty"),
}


def only_line(finished: Finished) -> str:
    """What it complained of: one line, and nothing on standard output."""
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    return line


def scenario(home: Home, text: str = SCENARIO, name: str = "scenario.yaml") -> Path:
    path = home.folder / name
    path.write_text(text)
    return path


# Files.


@pytest.mark.parametrize("what", INVALID)
def test_an_invalid_file_is_not_run_and_its_place_is_said(home: Home, what: str) -> None:
    text, message = INVALID[what]
    path = scenario(home, text)
    home.scanner.watch("90417733")
    finished = home.run("run", path)
    assert finished.code == 2
    assert only_line(finished).startswith(f"{path}:{message}")
    home.assert_nothing_left()


def test_validate_says_every_problem_of_every_file_and_counts_them(home: Home) -> None:
    home.scanner.watch("90417733")
    for number, (text, _) in enumerate(INVALID.values()):
        scenario(home, text, f"{number}.yaml")
    scenario(home, SCENARIO, "right.yaml")
    finished = home.run("validate", home.folder)
    assert finished.code == 2
    *lines, last = finished.stderr.splitlines()
    assert last == f"{len(INVALID)} errors"
    for line, (number, (_, message)) in zip(lines, enumerate(INVALID.values()), strict=True):
        assert line.startswith(f"{home.folder / f'{number}.yaml'}:{message}")


@pytest.mark.parametrize("command", ["run", "validate", "up"])
def test_a_missing_file_is_named(home: Home, command: str) -> None:
    finished = home.run(command, "nosuch.yaml")
    assert finished.code == 2
    assert finished.stderr.splitlines()[0] == (
        "nosuch.yaml:1:1: error: the file cannot be read: No such file or directory"
    )
    home.assert_nothing_left()


def test_a_scenario_is_no_fleet(home: Home) -> None:
    finished = home.run("up", scenario(home))
    assert finished.code == 2
    assert only_line(finished).endswith("5:1: error: a fleet file has no steps")
    home.assert_nothing_left()


def test_in_an_empty_folder_there_is_nothing_to_run(home: Home) -> None:
    empty = home.folder / "empty"
    empty.mkdir()
    finished = home.run("run", empty)
    assert finished.code == 5
    assert only_line(finished) == f"latchbench: no scenario files in {empty}"
    assert home.run("validate", empty).code == 2


# The command line.

OPTIONS: Final[dict[str, tuple[list[str], int, str]]] = {
    "keyword": (["-k", "nothing-matches"], 5, "no case was selected"),
    "case": (["--case", "policy=none"], 5, "no case was selected"),
    "hosts in words": (["--hosts", "zero"], 2, "--hosts takes a whole number or per-lock"),
    "trace": (
        ["--trace", "/nosuch/trace"],
        2,
        "cannot write /nosuch/trace: No such file or directory",
    ),
    "trace is a folder": (["--trace", "/"], 2, "cannot write /: Is a directory"),
}


def test_locks_that_share_a_hub_cannot_be_given_a_host_each(home: Home) -> None:
    shared = "  front: {profile: deadbolt-30, hub: attic}\n  back: {profile: nuki, hub: attic}\n"
    text = SCENARIO.replace("  front: {profile: deadbolt-30}\n", f"{shared}hubs: {{attic: }}\n")
    path = scenario(home, text)
    finished = home.run("run", path, "--hosts", "per-lock")
    assert finished.code == 2
    why = f"{path} has locks that share a hub, and a hub lives in one host"
    assert only_line(finished) == f"latchbench: --hosts per-lock: {why}"
    home.assert_nothing_left()


@pytest.mark.parametrize("what", OPTIONS)
def test_an_option_that_cannot_be_is_said_before_anything_runs(home: Home, what: str) -> None:
    options, code, message = OPTIONS[what]
    finished = home.run("run", scenario(home), *options)
    assert finished.code == code
    assert only_line(finished) == f"latchbench: {message}"
    home.assert_nothing_left()


@pytest.mark.parametrize("arguments", [("frobnicate",), ("run",), ("run", "x", "--seed", "many")])
def test_a_wrong_command_line_is_a_usage_error(home: Home, arguments: tuple[str, ...]) -> None:
    finished = home.run(*arguments)
    assert (finished.code, finished.stdout) == (2, "")
    assert finished.stderr.count("Error") == 1
    assert "Usage: latchbench" in finished.stderr


ADDRESSES: Final = ("0.0.0.0:8080", "127.0.0.1", "127.0.0.1:65536")


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_cannot_be_is_a_usage_error(home: Home, address: str) -> None:
    finished = home.run("up", scenario(home, FLEET), f"--http={address}")
    assert finished.code == 2
    assert only_line(finished).startswith("latchbench: --http takes 127.0.0.1:PORT")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nvm", "show", "."), 2, "cannot read .: Is a directory"),
        (("nvm", "show", "nosuch"), 2, "cannot read nosuch: No such file or directory"),
        (("nvm", "show", "scenario.yaml"), 4, "scenario.yaml: no bank of its "),
        (("lock", "slots", "front"), 4, "no bench is up: start one with `latchbench up FLEET"),
        (("lock", "slots", "front", "--bench", "scenario.yaml"), 2, "scenario.yaml is no ready"),
        (("codes", "plan", "--device", "front", "--bench", "nosuch"), 2, "cannot read nosuch: No"),
        (("up", "fleet.yaml", "--state", "scenario.yaml"), 4, "cannot use scenario.yaml: it is no"),
        (("up", "fleet.yaml", "--ready-file", "/nosuch/x"), 2, "cannot write /nosuch/x: No such"),
    ],
)
def test_a_file_of_the_wrong_kind_is_named(
    home: Home, arguments: tuple[str, ...], code: int, message: str
) -> None:
    scenario(home)
    scenario(home, FLEET, "fleet.yaml")
    finished = home.run(*arguments)
    assert finished.code == code
    assert only_line(finished).startswith(f"latchbench: {message}")
    home.assert_nothing_left()


def test_a_ready_file_of_a_bench_that_has_gone_is_an_environment_error(home: Home) -> None:
    with up(home, fleet=FLEET) as bench:
        text = bench.ready_file.read_text()
        bench.running.send(signal.SIGTERM)
        bench.running.wait(ENDS_WITHIN_S)
    stale = home.folder / "stale.json"
    stale.write_text(text)
    slots = home.run("lock", "slots", "front", "--bench", stale)
    plan = home.run("codes", "plan", "--device", "front", "--bench", stale)
    assert (slots.code, plan.code) == (4, 4)
    gone = "up any more: start one with `latchbench up FLEET.yaml`"
    for finished in (slots, plan):
        assert only_line(finished) == f"latchbench: the bench of this ready file is not {gone}"


# The environment.


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize(("option", "plane"), [("--http", "HTTP"), ("--grpc", "gRPC")])
def test_a_port_that_is_taken_is_named(home: Home, taken: str, option: str, plane: str) -> None:
    finished = home.run("up", scenario(home, FLEET), option, taken)
    assert finished.code == 4
    assert only_line(finished).startswith(
        f"latchbench: gateway: cannot listen on {taken} for {plane}"
    )
    home.assert_nothing_left()


def test_two_benches_share_neither_a_port_nor_a_state(home: Home) -> None:
    state = home.folder / "state"
    with up(home, "--state", state, fleet=FLEET) as first:
        shared = {
            "--http": first.told["http_url"].removeprefix("http://"),
            "--grpc": first.told["grpc_address"],
            "--state": str(state),
        }
        for option, value in shared.items():
            finished = home.run("up", scenario(home, FLEET, "second.yaml"), option, value)
            assert finished.code == 4
            assert value in only_line(finished)
            assert first.running.is_running


def contents(folder: Path) -> dict[str, bytes]:
    """The memory files of a folder."""
    return {path.name: path.read_bytes() for path in folder.glob("*.nvm")}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a bench with a code in both locks has left in its state folder."""
    with Home(tmp_path_factory.mktemp("kept")) as home:
        state = home.folder / "state"
        with up(home, "--state", state, fleet=FLEET) as bench:
            status, _ = bench.create("front", "back", code="90417733", sync=True)
            assert status == 200
            bench.running.send(signal.SIGTERM)
            assert bench.running.wait(ENDS_WITHIN_S).code == 0
        return {path.name: path.read_bytes() for path in state.iterdir()}


def emptied(data: bytes) -> bytes:
    return b""


def cut(data: bytes) -> bytes:
    return data[:200]


def without_second_bank(data: bytes) -> bytes:
    return data[:4096]


def overwritten(data: bytes) -> bytes:
    return bytes(byte ^ 0x55 for byte in data)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("front.nvm", emptied),
        ("front.nvm", cut),
        ("front.nvm", without_second_bank),
        ("front.nvm", overwritten),
        ("gateway.db", emptied),
        ("gateway.db", overwritten),
    ],
)
def test_what_is_damaged_is_named_and_nothing_is_changed(
    home: Home, kept: dict[str, bytes], name: str, damage: Callable[[bytes], bytes]
) -> None:
    home.scanner.watch("90417733")
    state = home.folder / "state"
    state.mkdir()
    for file, data in kept.items():
        (state / file).write_bytes(damage(data) if file == name else data)
    before = contents(state)
    finished = home.run("up", scenario(home, FLEET), "--state", state)
    assert finished.code == 4
    assert str(state / name) in only_line(finished)
    assert contents(state) == before
    assert (state / name).read_bytes() == damage(kept[name])
    home.assert_nothing_left()
    for file, data in kept.items():
        (state / file).write_bytes(data)
    shown = home.run("nvm", "show", state / "front.nvm", "-o", "json", "--show-codes").json
    assert [slot["code"] for slot in shown["slots"]] == ["90417733"]


def test_a_lock_that_is_to_be_of_another_profile_than_its_memory_is_refused(home: Home) -> None:
    state = home.folder / "state"
    with up(home, "--state", state, fleet=ONE_LOCK) as bench:
        bench.running.send(signal.SIGTERM)
        assert bench.running.wait(ENDS_WITHIN_S).code == 0
    before = contents(state)
    other = ONE_LOCK.replace("deadbolt-30", "nuki")
    finished = home.run("up", scenario(home, other), "--state", state)
    assert finished.code == 4
    line = only_line(finished)
    assert str(state / "front.nvm") in line
    assert "of the profile deadbolt-30, and lock front is to be a nuki" in line
    assert contents(state) == before
    home.assert_nothing_left()


def test_a_folder_for_temporary_files_may_be_too_deep_for_sockets(home: Home) -> None:
    deep = home.folder / ("deep" * 25)
    deep.mkdir()
    finished = home.run("run", scenario(home), more={"TMPDIR": str(deep)})
    assert finished.code == 0
    assert list(deep.iterdir()) == []
    home.assert_nothing_left()


def test_what_nobody_foresaw_is_one_line_and_our_fault(home: Home) -> None:
    (home.folder / "sitecustomize.py").write_text(
        "import simulator.scenario.reader as reader\n"
        "def validate(paths):\n"
        "    raise KeyError(paths[0])\n"
        "reader.validate = validate\n"
    )
    more = {"PYTHONPATH": str(home.folder)}
    finished = home.run("validate", "some.yaml", more=more)
    assert finished.code == 3
    assert only_line(finished) == (
        "latchbench: this is our fault: KeyError: 'some.yaml' (at sitecustomize.py:3 in validate)"
    )
    asked_for = subprocess.run(
        [LATCHBENCH, "validate", "some.yaml"],
        env={**home.environment(), **more, "LATCHBENCH_TRACEBACK": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked_for.returncode == 3
    assert TRACEBACK in asked_for.stderr
