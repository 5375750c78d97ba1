"""No PIN shows where it was not asked for, whatever happens.

The PINs here are canaries: eight digits or more, met nowhere by accident. People test with the
codes of their real doors, and traces and logs are what they paste into tickets.
"""

from __future__ import annotations

import base64
import json
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import grpc
import httpx
import pytest

from protos.access.v1 import access_codes_pb2, access_codes_pb2_grpc
from tests.cli.benches import up
from tests.cli.leaks import Scanner
from tests.cli.misplaced import write_broken, write_misplaced
from tests.cli.processes import Home, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.benches import Up
    from tests.cli.processes import Running

SCENARIOS: Final = Path(__file__).with_name("canary")
CANARY: Final = "75318642"
pytestmark = pytest.mark.wire

# Where digits must be in the clear: a lock's memory and the gateway's store.
HOLDS_PINS: Final = frozenset({".nvm", ".db", ".db-wal"})


def canaries_in(folder: Path) -> set[str]:
    """Every code in quotes of the scenarios in a folder."""
    texts = (path.read_text() for path in folder.glob("*.yaml"))
    return {pin for text in texts for pin in re.findall(r'"([0-9]{8,})#?"', text)}


# The scanner itself.


@pytest.mark.parametrize(
    "text",
    [
        "75318642",
        "code 75318642.",
        "code=75318642, slot=3",
        '{"code": "75318642"}',
        '{"code": 75318642}',
        r'{"code": "\u0037\u0035\u0033\u0031\u0038\u0036\u0034\u0032"}',
        r'{"code": "7531\u0038642"}',
        "/access_codes?code=%3753186%342",
        "code_raw: b'75318642'",
        "x75318642x",
        "7 5 3 1 8 6 4 2",
        "['7', '5', '3', '1', '8', '6', '4', '2']",
        "7\n5\n3\n1\n8\n6\n4\n2",
        *(base64.b64encode(b"?" * n + b"75318642" + b"!" * n).decode() for n in range(4)),
    ],
)
def test_the_scanner_finds_a_planted_leak(text: str) -> None:
    scanner = Scanner([CANARY])
    leaks = scanner.leaks(f"before\n{text}\nafter")
    assert leaks
    assert CANARY not in "".join(leaks)
    assert scanner.leaks_in_bytes(f"\0\xff{text}\0".encode("latin-1"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "175318642",
        "753186420",
        "1906552875318642",
        "0.75318642",
        "75318642.5",
        "7531864",
        "75318643",
        "7, 5, 3, 1, 8, 6, 4, 3",
        "75a318642",
    ],
)
def test_the_scanner_is_not_misled_by_a_larger_number(text: str) -> None:
    assert Scanner([CANARY]).leaks(f"at_us: {text} ") == []


@pytest.mark.parametrize("pin", ["4827", "1234567", "75318642x", "", "７５３１８６４２"])
def test_the_scanner_refuses_what_could_be_met_by_accident(pin: str) -> None:
    with pytest.raises(ValueError, match="8 digits or more"):
        Scanner([pin])


# Runs.


def test_no_pin_shows_in_a_run_its_trace_its_reports_or_its_processes(home: Home) -> None:
    for pin in canaries_in(SCENARIOS):
        home.scanner.watch(pin)
    assert len(home.scanner.pins) >= 14
    trace = home.folder / "trace.jsonl"
    reports = [home.folder / f"report.{kind}" for kind in ("junit", "json", "html")]
    options = [part for path in reports for part in (f"--{path.suffix[1:]}", path)]
    running = home.start("run", SCENARIOS, "--trace", trace, "-j", "2", *options)
    seen = seen_while(home, running)
    finished = running.wait()
    # All that is in `fails.yaml`, and nothing else, fails; so nothing was skipped.
    assert finished.code == 1, finished.stdout[-3000:]
    assert finished.stdout.splitlines()[-1] == "2 of 20 cases passed, 18 failed"
    places = re.findall(r"^      (\S+\.yaml):[0-9]+:[0-9]+: step", finished.stdout, re.MULTILINE)
    assert len(places) >= 18
    assert {Path(place).name for place in places} == {"fails.yaml"}
    assert finished.stderr == ""
    told = trace.read_text()
    for text in (told, *(path.read_text() for path in reports)):
        assert len(text) > 10_000
        assert home.scanner.leaks(text) == []
    kinds = {json.loads(line).get("kind") for line in told.splitlines()}
    assert {"lock.code.stored", "lock.keypad", "lock.power", "lock.fault.fired"} <= kinds
    assert {"gateway.refused", "gateway.group.aborted", "gateway.code.verified"} <= kinds
    assert len(seen) > 10
    assert [text for text in seen if home.scanner.leaks(text)] == []
    home.assert_nothing_left()


def seen_while(home: Home, running: Running) -> set[str]:
    """Every command line, environment and file name there is until a command ends."""
    seen: set[str] = set()

    def look() -> bool:
        for process in home.processes():
            seen.add(" ".join(process.arguments))
            seen.add(process.environment)
        # Not by `rglob`, which fails where a folder goes while it looks.
        for folder, _, files in os.walk(home.temporary):
            seen.update((folder, *(f"{folder}/{name}" for name in files)))
        return not running.is_running

    until(look, "the run has ended", 110)
    return seen


def test_pins_show_where_they_are_asked_for(home: Home) -> None:
    scanner = Scanner(["591738264", "7302946185", "48271903"])
    trace = home.folder / "trace.jsonl"
    options = ("--case", "wrong=equal", "--show-codes", "--trace", trace)
    finished = home.run("run", SCENARIOS / "fails.yaml", *options)
    assert finished.code == 1
    assert "wanted 7302946185 (10 digits), got 591738264 (9 digits)" in finished.stdout
    assert scanner.leaks(trace.read_text())


# Files that cannot be run.


def test_no_pin_shows_when_it_stands_in_the_wrong_place(home: Home) -> None:
    home.scanner.watch(CANARY)
    folder = home.folder / "wrong"
    folder.mkdir()
    written = write_misplaced(folder, sorted(SCENARIOS.glob("*.yaml")), CANARY)
    assert written > 400
    finished = home.run("validate", folder)
    assert finished.code == 2
    complaints = finished.stderr.splitlines()
    about = {line.split(":", 1)[0] for line in complaints if ": error: " in line}
    # A PIN is right where a code belongs, and where any text does: in an event's field, say.
    assert len(about) > 0.8 * written
    assert f"{CANARY[:4]} {CANARY[4:]}" not in finished.stderr


def test_no_pin_shows_when_a_file_cannot_be_read(home: Home) -> None:
    home.scanner.watch(CANARY)
    folder = home.folder / "broken"
    folder.mkdir()
    written = write_broken(folder, CANARY)
    finished = home.run("validate", folder)
    assert finished.code == 2
    complaints = finished.stderr.splitlines()
    about = {line.split(":", 1)[0] for line in complaints if ": error: " in line}
    assert len(about) == written


# A bench that is up.


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Home(tmp_path_factory.mktemp("canary"), [CANARY]) as home, up(home) as started:
        yield started
        started.running.send(signal.SIGTERM)
        assert started.running.wait().code == 0


def test_no_pin_that_was_made_or_drawn_shows_around_a_bench(bench: Up) -> None:
    home = bench.home
    ids = []
    for parameters in ({}, {"preferred_code_length": 10}, {"code": CANARY}):
        status, body = bench.create("front", "back", sync=True, **parameters)
        assert status == 200, body
        rows = body["access_codes"]
        ids += [row["access_code_id"] for row in rows]
        home.scanner.watch(rows[0]["code"])
        # The answer is the one place where it is asked for.
        assert len(home.scanner.leaks(json.dumps(body))) == len(rows)
    assert len(home.scanner.pins) == 3
    status, body = bench.create("front", "back", code=CANARY)
    assert (status, home.scanner.leaks(json.dumps(body))) == (409, [])
    status, body = bench.http("/access_codes/delete", {"access_code_id": ids[0]})
    assert status == 200, body

    home.run("lock", "slots", "front", "--bench", bench.ready_file)
    home.run("nvm", "show", bench.told["devices"]["back"]["nvm_path"])
    plan = ("codes", "plan", "--bench", bench.ready_file, "--device", "front")
    home.run(*plan, "--code-from-stdin", stdin=CANARY)
    home.run(*plan, "--code-from-stdin", stdin=f"{CANARY}x")

    files = [path for path in home.temporary.rglob("*") if path.is_file()]
    holding = [path for path in files if path.suffix in HOLDS_PINS]
    assert any(home.scanner.leaks_in_bytes(path.read_bytes()) for path in holding)
    others = [path for path in files if path.suffix not in HOLDS_PINS]
    leaking = [path for path in others if home.scanner.leaks_in_bytes(path.read_bytes())]
    assert leaking == []
    assert home.scanner.leaks("\n".join(map(str, files))) == []
    assert home.scanner.leaks(bench.ready_file.read_text()) == []
    processes = home.processes()
    assert len(processes) >= 7
    for process in processes:
        assert home.scanner.leaks(" ".join(process.arguments)) == []
        assert home.scanner.leaks(process.environment) == []
    assert home.scanner.leaks(bench.running.stdout + bench.running.stderr) == []


WRONG_CALLS: Final[list[tuple[str, dict[str, Any]]]] = [
    ("create_multiple", {"code": int(CANARY)}),
    ("create_multiple", {"code": f"{CANARY}#"}),
    ("create_multiple", {"code": f"{CANARY[:4]}-{CANARY[4:]}"}),
    ("create_multiple", {"code": [CANARY]}),
    ("create_multiple", {"code": CANARY, "name": 5}),
    ("create_multiple", {"code": CANARY, "preferred_code_length": CANARY}),
    ("create_multiple", {"preferred_code_length": int(CANARY)}),
    ("create_multiple", {"name": {"code": CANARY}}),
    ("create_multiple", {"starts_at": CANARY}),
    ("create_multiple", {"ends_at": int(CANARY)}),
    ("create_multiple", {"behavior_when_code_cannot_be_shared": CANARY}),
    ("create_multiple", {"sync": CANARY}),
    ("create_multiple", {"device_ids": CANARY}),
    ("create_multiple", {"device_ids": [int(CANARY)]}),
    ("create_multiple", {"max_time_rounding": CANARY}),
    ("create_multiple", {"is_offline_access_code": True, "code": CANARY}),
    ("create_multiple", {"use_backup_access_code_pool": True, "code": CANARY}),
    ("get", {"device_id": "front", "code": CANARY}),
    ("get", {"access_code_id": CANARY}),
    ("list", {"page_cursor": CANARY}),
    ("list", {"limit": CANARY}),
    ("delete", {"access_code_id": CANARY}),
]


def test_no_error_over_http_repeats_a_pin(bench: Up) -> None:
    scanner = Scanner([CANARY])
    for call, parameters in WRONG_CALLS:
        body = dict(parameters)
        if call == "create_multiple":
            body = {"device_ids": bench.id_of("front", "flat"), **parameters}
        status, answer = bench.http(f"/access_codes/{call}", body)
        assert 400 <= status < 500, (call, parameters)
        assert scanner.leaks(json.dumps(answer)) == [], (call, parameters)
    headers = {"authorization": f"Bearer {bench.told['api_key']}"}
    url = f"{bench.told['http_url']}/access_codes"
    with httpx.Client(headers=headers, timeout=30, trust_env=False) as client:
        answers = [
            client.put(f"{url}/create_multiple", content=f'{{"code": "{CANARY}"'),
            client.put(f"{url}/create_multiple", content=f'"{CANARY}"'),
            client.get(f"{url}/get", params={"device_id": "front", "code": CANARY}),
            client.get(f"{url}/list", params={"limit": CANARY, "page_cursor": CANARY}),
            client.delete(f"{url}/delete", params={"access_code_id": CANARY}),
            client.get(f"{url}/get", params={"code": CANARY}, headers={"authorization": CANARY}),
        ]
    for response in answers:
        assert 400 <= response.status_code < 500, response.request.url.path
        assert scanner.leaks(response.text) == []
        assert scanner.leaks(repr(response.headers.raw)) == []
    assert scanner.leaks(bench.running.stdout + bench.running.stderr) == []


def test_no_error_over_grpc_repeats_a_pin(bench: Up) -> None:
    scanner = Scanner([CANARY])
    key = [("authorization", f"Bearer {bench.told['api_key']}")]
    ids = bench.id_of("front", "flat")
    create = access_codes_pb2.CreateMultipleRequest
    codes = []
    with grpc.insecure_channel(bench.told["grpc_address"]) as channel:
        gateway = access_codes_pb2_grpc.AccessCodeServiceStub(channel)
        calls: list[tuple[Any, Any]] = [
            (gateway.CreateMultiple, create(device_ids=ids, code=CANARY)),
            (gateway.CreateMultiple, create(device_ids=ids, code=f"{CANARY}#")),
            (gateway.CreateMultiple, create(device_ids=ids[:1], preferred_code_length=75318642)),
            (gateway.Get, access_codes_pb2.GetRequest(device_id=ids[1], code=CANARY)),
            (gateway.Get, access_codes_pb2.GetRequest(access_code_id=CANARY)),
            (gateway.List, access_codes_pb2.ListRequest(page_cursor=CANARY)),
            (gateway.Delete, access_codes_pb2.DeleteRequest(access_code_id=CANARY)),
        ]
        for call, request in calls:
            with pytest.raises(grpc.RpcError) as caught:
                call(request, timeout=30, metadata=key)
            error: Any = caught.value
            codes.append(error.code().name)
            told = [error.details(), *(value for _, value in error.trailing_metadata())]
            for text in told:
                data = text if isinstance(text, bytes) else text.encode()
                assert scanner.leaks_in_bytes(data) == []
    assert set(codes) == {"FAILED_PRECONDITION", "INVALID_ARGUMENT", "NOT_FOUND"}
