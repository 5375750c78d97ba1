"""Hosts as processes: forked, stepped, killed, started again, and ended for many reasons."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from latchbench.process import ForkServer, ProcessFailed, Started
from protos.bench.v1 import bench_pb2 as bench
from protos.device.v1 import lock_host_pb2 as pb
from simulator.host.nvm import nvm_path, read_nvm
from tests.wire.host_client import FAR_US, START_US, a_lock, host_plain, wires
from tests.wire.test_host_stream import act, ping, set_code

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.wire.host_client import Wires

pytestmark = pytest.mark.wire

ROOT = Path(__file__).parents[2]
KILLS = 8


@pytest.fixture
def folder() -> Any:
    # Not pytest's own, whose names are too long for the path of a unix socket.
    with tempfile.TemporaryDirectory(prefix="lb-") as name:
        yield Path(name)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch, folder: Path) -> AsyncIterator[ForkServer]:
    async with fork_server(monkeypatch, folder, "simulator.host.forkserver") as forks:
        yield forks


@asynccontextmanager
async def fork_server(
    monkeypatch: pytest.MonkeyPatch, folder: Path, module: str
) -> AsyncIterator[ForkServer]:
    """What it and its hosts say on standard error is in a file; see `said`."""
    # With -P the working directory is no place that Python imports from.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with standard_error_to(folder / "stderr"):
        forks = await ForkServer.start(module)
    try:
        yield forks
    finally:
        await forks.stop()


@contextmanager
def standard_error_to(path: Path) -> Iterator[None]:
    """Processes that are started meanwhile write to the file."""
    kept = os.dup(2)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(file)


def said(folder: Path) -> str:
    """All that the hosts have said on standard error."""
    return (folder / "stderr").read_text()


def ends_of(host: Started) -> Any:
    return wires(host.info["device_address"], host.info["control_socket"])


async def truth_of(ends: Wires, call: str, lock: str = "front") -> bench.LockTruth:
    made = ends.control.DumpTruth(
        bench.DumpTruthRequest(locks=[lock]), metadata=(("latchbench-call", call),)
    )
    await ends.stepper.step(calls=[call])
    (truth,) = (await made).locks
    assert isinstance(truth, bench.LockTruth)
    return truth


def codes_on_disk(folder: Path, lock: str = "front") -> dict[int, str]:
    slots = read_nvm(nvm_path(folder / "nvm", lock)).record.memory.slots
    return {slot: held.pin.reveal() for slot, held in slots.items()}


async def test_a_host_says_where_it_is(server: ForkServer, folder: Path) -> None:
    host = await server.spawn(host_plain(folder))
    assert host.info["name"] == "host-1"
    assert host.info["pid"] == host.pid
    assert host.info["control_socket"] == f"{folder}/c.sock"
    address, _, port = host.info["device_address"].rpartition(":")
    assert (address, int(port) > 0) == ("127.0.0.1", True)


async def test_a_forked_host_is_stepped_and_programs_a_code(
    server: ForkServer, folder: Path
) -> None:
    host = await server.spawn(host_plain(folder))
    async with ends_of(host) as ends:
        gateway = await ends.gateway()
        await gateway.greet()
        await gateway.say(set_code(3, "0482", 1))
        assert (await ends.stepper.handle(gateway)).messages_handled == 2
        assert not codes_on_disk(folder)
        await ends.stepper.run_until_sent(gateway, 1)
        assert (await gateway.report()).supervision == pb.SUPERVISION_OUTCOME_SUCCESS
        assert START_US < ends.stepper.done.now_us < START_US + 1_000_000
        assert codes_on_disk(folder) == {3: "0482"}
        assert [slot.code for slot in (await truth_of(ends, "c1")).slots] == ["0482"]
        seen = await act(ends, "c2", lock="front", press_keys={"keys": "0482#"})
        assert seen.opened
        done = await ends.stepper.run(FAR_US)
        assert (await truth_of(ends, "c3")).bolt == "locked"
        assert done.open_work == 0


async def test_the_same_seed_gives_the_same_trace_in_every_process(
    server: ForkServer, folder: Path
) -> None:
    traces = []
    for number in (1, 2):
        place = folder / str(number)
        place.mkdir()
        locks = [a_lock("front", fill_slots=3, codes={"9": "0482"}), a_lock("back")]
        host = await server.spawn(host_plain(place, name=f"h{number}", locks=locks))
        async with ends_of(host) as ends:
            gateway = await ends.gateway(f"link-{number}")
            await gateway.greet()
            await gateway.say(*(set_code(s, f"991{s}", s, "back") for s in range(1, 4)), ping(1))
            trace = list((await ends.stepper.handle(gateway)).trace)
            while ends.stepper.done.next_timer_us is not None:
                trace.extend((await ends.stepper.step(ends.stepper.done.next_timer_us)).trace)
        traces.append(trace)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 10
    assert "0482" not in repr(traces[0])


async def test_what_was_reported_outlives_a_kill_at_any_moment(
    server: ForkServer, folder: Path
) -> None:
    """Each life of the host goes on where the last one ended, with the same ids asked again."""
    sequence, reported = 0, 0
    for life in range(1, KILLS + 1):
        plain = host_plain(folder, name=f"life-{life}", mode="paced", timing="instant")
        host = await server.spawn(plain)
        async with ends_of(host) as ends:
            gateway = await ends.gateway(f"link-{life}")
            await gateway.greet(session=life)
            if reported:
                # The last command of the life before is known, however that life ended.
                assert codes_on_disk(folder)[1] >= f"{reported:04}"
                await gateway.say(set_code(1, f"{reported:04}", reported))
                known = await gateway.report()
                assert known.rejection in (0, pb.REJECTION_STALE_SEQUENCE)
            for _ in range(40):
                sequence += 1
                await gateway.say(set_code(1, f"{sequence:04}", sequence))
            # Killed somewhere among its answers, at another place in every life.
            for _ in range(life * 4):
                report = await gateway.report()
                assert report.transmit == pb.TRANSMIT_OUTCOME_OK or report.attempts == 0
                if report.transmit == pb.TRANSMIT_OUTCOME_OK:
                    reported = report.sequence
            os.kill(host.pid, signal.SIGKILL)
        assert await server.ended(host.pid) == -signal.SIGKILL
        assert codes_on_disk(folder)[1] >= f"{reported:04}"
        sequence = max(sequence, int(codes_on_disk(folder)[1]))
    assert reported > KILLS


async def test_a_killed_host_starts_again_where_it_was(server: ForkServer, folder: Path) -> None:
    locks = [a_lock("front", codes={"1": "1357"}, radio="asleep")]
    host = await server.spawn(host_plain(folder, locks=locks))
    async with ends_of(host) as ends:
        gateway = await ends.gateway()
        await gateway.greet(epoch=5)
        await gateway.say(set_code(3, "0482", 1, epoch=5))
        await ends.stepper.handle(gateway)
        await ends.stepper.run_until_sent(gateway, 1)
        await gateway.report()
    os.kill(host.pid, signal.SIGKILL)
    assert await server.ended(host.pid) == -signal.SIGKILL
    later_us = START_US + 90_000_000
    again = await server.spawn(
        host_plain(folder, name="host-2", start_us=later_us, locks=[a_lock("front")])
    )
    async with ends_of(again) as ends:
        truth = await truth_of(ends, "c1")
        assert {slot.slot: slot.code for slot in truth.slots} == {1: "1357", 3: "0482"}
        assert truth.radio == "asleep"
        assert ends.stepper.done.now_us == later_us
        gateway = await ends.gateway("link-2")
        await gateway.greet(epoch=5, session=2)
        await gateway.say(set_code(3, "0482", 1, epoch=5), ping(9, epoch=4))
        await ends.stepper.handle(gateway)
        answers = [await gateway.report(), await gateway.report()]
        assert [answer.rejection for answer in answers] == [0, pb.REJECTION_STALE_EPOCH]
        assert answers[0].supervision == pb.SUPERVISION_OUTCOME_SUCCESS
        assert ends.stepper.done.next_timer_us is None


async def test_a_host_ends_when_it_is_told_to(server: ForkServer, folder: Path) -> None:
    host = await server.spawn(host_plain(folder))
    async with ends_of(host) as ends:
        # Even with a stream and a step that wait for ever.
        gateway = await ends.gateway()
        waiting = asyncio.create_task(ends.stepper.step(calls=["never"]))
        await gateway.greet()
        os.kill(host.pid, signal.SIGTERM)
        assert await server.ended(host.pid) == 0
        with pytest.raises((EOFError, grpc.aio.AioRpcError, asyncio.CancelledError)):
            await waiting


async def test_a_host_ends_with_the_server_that_forked_it(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    async with fork_server(monkeypatch, folder, "simulator.host.forkserver") as forks:
        host = await forks.spawn(host_plain(folder, mode="paced"))
        pidfd = os.pidfd_open(host.pid)
        os.kill(forks._process.pid, signal.SIGKILL)
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(pidfd, gone.set)
        await gone.wait()
        asyncio.get_running_loop().remove_reader(pidfd)
        os.close(pidfd)


async def fails(server: ForkServer, plain: dict[str, Any]) -> int | None:
    with pytest.raises(ProcessFailed) as caught:
        await server.spawn(plain)
    return caught.value.code


async def test_a_damaged_memory_file_stops_the_host_and_is_named(
    server: ForkServer, folder: Path
) -> None:
    (folder / "nvm").mkdir()
    (folder / "nvm" / "front.nvm").write_text("0482")
    assert await fails(server, host_plain(folder)) == 4
    assert said(folder) == (
        f"latchbench: host host-1: {folder}/nvm/front.nvm: no bank of its 4 bytes is whole\n"
    )
    assert (folder / "nvm" / "front.nvm").read_text() == "0482"


async def test_an_address_that_is_taken_stops_the_host_and_is_named(
    server: ForkServer, folder: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert await fails(server, host_plain(folder, device_address=address)) == 4
    assert said(folder) == (
        f"latchbench: host host-1: cannot serve {address}: it is in use, or cannot be\n"
    )
    missing = f"{folder}/missing/c.sock"
    assert await fails(server, host_plain(folder, control_socket=missing)) == 4
    assert missing in said(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": "0482"}, "seed: must be given, as int"),
        ({"locks": [a_lock(codes={"1": "0482", "2": "0482"})]}, "code of slot 2: pin_in_use"),
        ({"locks": [a_lock(radio="daef")]}, "radio: must be one of awake, asleep, degraded"),
    ],
)
async def test_settings_that_no_host_can_have_stop_it(
    server: ForkServer,
    folder: Path,
    changes: dict[str, Any],
    words: str,
) -> None:
    assert await fails(server, host_plain(folder, **changes)) == 2
    told = said(folder)
    assert words in told
    assert told.count("\n") == 1
    assert "0482" not in told


async def test_a_disk_that_fails_ends_the_host_before_anything_is_reported(
    server: ForkServer, folder: Path
) -> None:
    host = await server.spawn(host_plain(folder, mode="paced", rate=1000.0))
    async with ends_of(host) as ends:
        gateway = await ends.gateway()
        nvm_path(folder / "nvm", "front").unlink()
        await gateway.greet()
        await gateway.say(set_code(3, "0482", 1))
        with pytest.raises((EOFError, grpc.aio.AioRpcError)):
            await gateway.report()
    assert await server.ended(host.pid) == 4
    assert said(folder) == (
        f"latchbench: host host-1: {folder}/nvm/front.nvm: No such file or directory\n"
    )


@pytest.mark.parametrize("mode", ["paced", "stepped"])
async def test_a_mistake_of_ours_ends_the_host_with_one_line(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    mode: str,
) -> None:
    async with fork_server(monkeypatch, folder, "tests.wire.failing_host") as forks:
        host = await forks.spawn(host_plain(folder, mode=mode))
        async with ends_of(host) as ends:
            gateway = await ends.gateway()
            await gateway.greet()
            await gateway.say(set_code(3, "0482", 1))
            if mode == "stepped":
                with pytest.raises((EOFError, grpc.aio.AioRpcError, asyncio.CancelledError)):
                    await ends.stepper.handle(gateway)
            assert await forks.ended(host.pid) == 3
        told = said(folder)
        assert told.startswith("latchbench: host host-1: RuntimeError: planted (at failing_host.py")
        assert told.count("\n") == 1
        assert "0482" not in told


def libraries_of(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


async def test_a_host_does_not_load_what_only_the_bench_needs(
    server: ForkServer, folder: Path
) -> None:
    host = await server.spawn(host_plain(folder))
    mapped = libraries_of(host.pid)
    assert "pydantic_core" not in mapped
    assert "grpc" in mapped
