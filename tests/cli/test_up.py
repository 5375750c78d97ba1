"""`latchbench up` from outside: other people's clients, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from seam.exceptions import SeamHttpApiError
from seam.seam import Seam

from tests.cli.benches import ONE_LOCK, up
from tests.cli.processes import Home, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    from tests.cli.benches import Up

pytestmark = pytest.mark.wire

PROTOS: Final = Path(__file__).parents[2] / "protos"
SLOT: Final = 7
BY_HAND: Final = "90417733"
DEVICE_SERVICE: Final = "latchbench.device.v1.LockHostService"
ENDS_WITHIN_S: Final = 10.0


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One bench for every test that leaves it up."""
    with Home(tmp_path_factory.mktemp("up"), [BY_HAND]) as home, up(home) as started:
        yield started
        started.running.send(signal.SIGTERM)
        assert started.running.wait(ENDS_WITHIN_S).code == 0
        home.assert_nothing_left()


@pytest.fixture(scope="module")
def foreign(bench: Up, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What somebody else's program was answered; see `foreign_client`."""
    folder = tmp_path_factory.mktemp("foreign")
    _compile_protos(folder)
    shutil.copy(Path(__file__).with_name("foreign_client.py"), folder)
    front = bench.told["devices"]["front"]
    wanted = {
        "host_address": front["host_address"],
        "grpc_address": bench.told["grpc_address"],
        "api_key": bench.told["api_key"],
        "device_ids": bench.id_of("back", "front"),
        "lock_id": "front",
        "slot": SLOT,
        "code": BY_HAND,
    }
    packages = sysconfig.get_paths()["platlib"]
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "foreign_client.py", folder, packages],
        cwd=folder,
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    for _, _, code in told["rows"]:
        bench.home.scanner.watch(code)
    return told


def _compile_protos(folder: Path) -> None:
    """The .proto files and nothing else, by the compiler that anybody can install."""
    files = []
    for path in sorted(PROTOS.glob("*/v1/*.proto")):
        copied = folder / path.relative_to(PROTOS)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copied)
        files.append(copied)
    made = [f"-I{folder}", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    protoc = [sys.executable, "-I", "-m", "grpc_tools.protoc", *made]
    subprocess.run([*protoc, *files], check=True, timeout=60)


def test_the_proto_files_are_all_that_a_client_needs(bench: Up, foreign: dict[str, Any]) -> None:
    assert foreign["ours"] == []
    assert foreign["locks"] == [["front", "long"]]
    assert foreign["written"] == ["TRANSMIT_OUTCOME_OK", "SUPERVISION_OUTCOME_SUCCESS"]
    assert foreign["read"] == BY_HAND
    assert foreign["without_key"] == "UNAUTHENTICATED"
    assert [row[:2] for row in foreign["rows"]] == [
        [device_id, "CODE_STATUS_SET"] for device_id in bench.id_of("back", "front")
    ]
    assert len({code for _, _, code in foreign["rows"]}) == 1


@pytest.mark.usefixtures("foreign")
def test_a_code_that_the_gateway_did_not_make_is_in_use(bench: Up) -> None:
    wanted = {"device_ids": bench.id_of("front", "back"), "code": BY_HAND}
    until(
        lambda: not bench.http("/latchbench/plan", wanted)[1]["plan"]["can_share"],
        "the gateway has read the slot",
    )
    status, body = bench.create("front", "back", code=BY_HAND)
    error = body["error"]
    assert (status, error["type"]) == (409, "duplicate_access_code")
    (refusal,) = error["data"]["devices"]
    assert refusal["device_id"] == bench.id_of("front")[0]
    assert refusal["reason"] == "pin_in_use"
    assert refusal["unmanaged_access_code_id"]
    assert bench.home.scanner.leaks(json.dumps(body)) == []
    assert BY_HAND not in bench.slots("back").values()


def test_slots_are_shown_masked_unless_they_are_asked_for(
    bench: Up, foreign: dict[str, Any]
) -> None:
    by_grpc = foreign["rows"][0][2]
    assert {SLOT: BY_HAND}.items() <= bench.slots("front").items()
    assert by_grpc in bench.slots("front").values()
    nvm = bench.told["devices"]["front"]["nvm_path"]
    for command in (("lock", "slots", "front", "--bench", bench.ready_file), ("nvm", "show", nvm)):
        lines = bench.home.run(*command, "-o", "jsonl").stdout.splitlines()
        slots = [json.loads(line) for line in lines]
        (ours,) = (slot for slot in slots if slot["slot"] == SLOT)
        assert ours["status"] == "enabled"
        assert re.fullmatch("••••[A-Z]+", ours["code"])
        shown = bench.home.run(*command, "--show-codes").json
        assert {"slot": SLOT, "status": "enabled", "code": BY_HAND} in shown["slots"]
        table = bench.home.run(*command, "-o", "table").stdout
        assert f"{SLOT:<4}  enabled  {ours['code']}" in table


def test_a_lock_that_is_misspelt_is_a_usage_error_with_a_hint(bench: Up) -> None:
    finished = bench.home.run("lock", "slots", "frnt", "--bench", bench.ready_file)
    assert finished.code == 2
    assert finished.stderr == "latchbench: no lock is named 'frnt'; did you mean front?\n"


@pytest.fixture
def seam(bench: Up) -> Iterator[Any]:
    client = Seam(api_key=bench.told["api_key"], endpoint=bench.told["http_url"])
    yield client
    client.client.close()


def test_seams_own_sdk_creates_one_code_on_two_locks(bench: Up, seam: Any) -> None:
    ids = bench.id_of("front", "back")
    rows = seam.access_codes.create_multiple(device_ids=ids, name="Guest 118")
    for row in rows:
        bench.home.scanner.watch(row.code)
    assert [row.device_id for row in rows] == ids
    assert {row.status for row in rows} == {"setting"}
    assert len({row.code for row in rows}) == 1
    assert len({row.common_code_key for row in rows}) == 1
    assert rows[0].common_code_key.startswith("auto_set_by_create_multiple_")
    created = [row.access_code_id for row in rows]
    bench.until_set(*created)
    listed = seam.access_codes.list(access_code_ids=created)
    assert {row.status for row in listed} == {"set"}
    assert seam.access_codes.get(access_code_id=created[0]).status == "set"
    for name, row in zip(("front", "back"), rows, strict=True):
        assert row.code in bench.slots(name).values()


def test_the_answer_has_every_field_of_the_published_one(bench: Up) -> None:
    status, body = bench.create("front", "back", name="Jane's reservation")
    assert status == 200
    assert body["ok"] is True
    for row in body["access_codes"]:
        bench.home.scanner.watch(row["code"])
        # The resource as the API's pages print it, field by field.
        assert row.keys() >= {
            *("access_code_id", "device_id", "workspace_id", "name", "code", "type", "status"),
            *("common_code_key", "created_at", "starts_at", "ends_at", "errors", "warnings"),
            *("pending_mutations", "is_managed", "is_backup", "is_backup_access_code_available"),
            *("pulled_backup_access_code_id", "is_external_modification_allowed"),
            *("is_one_time_use", "is_offline_access_code", "is_waiting_for_code_assignment"),
        }
        assert (row["name"], row["type"]) == ("Jane's reservation", "ongoing")
        assert [one["mutation_code"] for one in row["pending_mutations"]] == ["creating"]
    bench.until_set(*(row["access_code_id"] for row in body["access_codes"]))


def test_seams_own_sdk_is_told_who_cannot_share(bench: Up, seam: Any) -> None:
    ids = bench.id_of("front", "flat")
    before = [bench.slots(name) for name in ("front", "flat")]
    with pytest.raises(SeamHttpApiError) as caught:
        seam.access_codes.create_multiple(device_ids=ids)
    error = caught.value
    assert (error.status_code, error.code) == (400, "code_cannot_be_shared")
    assert error.data is not None
    assert [device["device_id"] for device in error.data["devices"]] == ids
    assert {device["reason"] for device in error.data["devices"]} == {"length_not_supported"}
    assert [bench.slots(name) for name in ("front", "flat")] == before


def test_a_plan_says_who_can_share_and_creates_nothing(bench: Up) -> None:
    both = ("codes", "plan", "--bench", bench.ready_file, "--device", "front", "--device", "flat")
    before = bench.slots("front")
    plan = bench.home.run(*both).json["plan"]
    assert plan["can_share"] is False
    assert [entry["reason"] for entry in plan["refused"]] == ["length_not_supported"] * 2
    table = bench.home.run(*both, "-o", "table")
    assert table.stdout.startswith("No code fits both locks: front takes 8 to 10 digits")
    assert "\nflat: refuses: " in table.stdout
    random = ("--behavior", "create_random_code", "--length", "6")
    assert ": own code: " in bench.home.run(*both, *random, "-o", "table").stdout
    alone = bench.home.run(*both[:-2], "-o", "table").stdout.splitlines()
    assert alone[0] == "all can share one code of 8 digits"
    assert alone[1].endswith(" such codes are left")
    assert bench.slots("front") == before


@pytest.mark.usefixtures("foreign")
def test_a_plan_takes_a_custom_code_from_standard_input(bench: Up) -> None:
    command = ("codes", "plan", "--bench", bench.ready_file, "--device", "front")
    finished = bench.home.run(*command, "--code-from-stdin", stdin=f"{BY_HAND}\n")
    (refusal,) = finished.json["plan"]["refused"]
    assert refusal["reason"] == "pin_in_use"


def test_a_call_that_the_gateway_refuses_is_a_usage_error_in_its_words(bench: Up) -> None:
    command = ("codes", "plan", "--bench", bench.ready_file, "--device", "nobody")
    finished = bench.home.run(*command)
    assert finished.code == 2
    assert finished.stderr == "latchbench: Device not found: nobody\n"


def test_the_ready_file_says_where_everything_is_and_is_its_owners_alone(bench: Up) -> None:
    told = bench.told
    assert stat.S_IMODE(bench.ready_file.stat().st_mode) == 0o600
    assert told.keys() == {
        *("http_url", "grpc_address", "control_socket", "api_key", "gateway_pid", "devices")
    }
    assert told["api_key"].startswith("seam_")
    assert stat.S_ISSOCK(Path(told["control_socket"]).stat().st_mode)
    assert told["devices"].keys() == {"front", "back", "flat"}
    for device in told["devices"].values():
        assert device.keys() == {"device_id", "host_pid", "host_address", "nvm_path"}
        assert stat.S_IMODE(Path(device["nvm_path"]).stat().st_mode) == 0o600
    running = {process.pid for process in bench.home.processes()}
    assert running >= {bench.running.pid, *bench.pids().values()}
    for word in (told["http_url"], told["grpc_address"], told["api_key"], str(bench.ready_file)):
        assert word in bench.running.stdout


def test_nobody_else_can_read_what_holds_pins(bench: Up) -> None:
    folder = Path(bench.told["control_socket"]).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [path for path in folder.rglob("*") if not path.is_dir()]
    assert {path.suffix for path in files} >= {".nvm", ".db", ".sock"}
    assert [path for path in files if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("name", ["front", "flat"])
def test_a_host_describes_itself_and_is_healthy(bench: Up, name: str) -> None:
    with grpc.insecure_channel(bench.told["devices"][name]["host_address"]) as channel:
        described = ProtoReflectionDescriptorDatabase(channel)
        assert DEVICE_SERVICE in described.get_services()
        file: FileDescriptorProto = described.FindFileContainingSymbol(DEVICE_SERVICE)
        methods = {method.name for method in file.service[0].method}
        health = health_pb2_grpc.HealthStub(channel)
        states = {
            health.Check(health_pb2.HealthCheckRequest(service=service), timeout=10).status
            for service in ("", DEVICE_SERVICE)
        }
    assert methods >= {"ListLocks", "Exec", "SetUserCode", "GetUserCode"}
    assert states == {health_pb2.HealthCheckResponse.SERVING}


def test_the_gateway_says_that_it_is_healthy_on_both_planes(bench: Up) -> None:
    with grpc.insecure_channel(bench.told["grpc_address"]) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        answer = health.Check(health_pb2.HealthCheckRequest(), timeout=10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


# More than one bench.


def test_with_a_state_folder_codes_outlive_the_bench(home: Home) -> None:
    state = home.folder / "kept" / "here"
    with up(home, "--state", state) as first:
        status, body = first.create("front", "back", sync=True)
        assert status == 200, body
        rows = body["access_codes"]
        home.scanner.watch(rows[0]["code"])
        first.running.send(signal.SIGTERM)
        assert first.running.wait(ENDS_WITHIN_S).code == 0
    home.assert_nothing_left()
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    slots = home.run("nvm", "show", state / "back.nvm", "-o", "json", "--show-codes").json["slots"]
    assert [slot["code"] for slot in slots] == [rows[1]["code"]]
    with up(home, "--state", state) as second:
        assert second.id_of("front", "back") == [row["device_id"] for row in rows]
        ids = [row["access_code_id"] for row in rows]
        second.until_set(*ids)
        assert {row["code"] for row in second.codes(*ids)} == {rows[0]["code"]}
        for name in ("front", "back"):
            assert list(second.slots(name).values()) == [rows[0]["code"]]


def test_a_bench_that_is_up_is_found_without_naming_it(home: Home) -> None:
    fleet = home.folder / "fleet.yaml"
    fleet.write_text(ONE_LOCK)
    # What a bench leaves that was killed, and something that somebody else put there.
    folder = home.ready_files / f"latchbench-{os.getuid()}"
    folder.mkdir(mode=0o700)
    (folder / "up-999999999.json").write_text("{}")
    (folder / "up-mine.json").write_text("{}")
    running = home.start("up", fleet)
    ready_file = folder / f"up-{running.pid}.json"
    running.until_ready(ready_file)
    assert home.run("lock", "slots", "front").json["lock"] == "front"
    by_variable = home.run(
        "lock", "slots", "front", more={"LATCHBENCH_READY_FILE": str(ready_file)}
    )
    assert by_variable.code == 0
    running.send(signal.SIGINT)
    assert running.wait(ENDS_WITHIN_S).code == 0
    assert not ready_file.exists()
    finished = home.run("lock", "slots", "front")
    assert (finished.code, finished.stderr.count("\n")) == (4, 1)
    assert "no bench is up" in finished.stderr
