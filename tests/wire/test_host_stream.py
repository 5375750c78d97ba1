"""A host's two planes over real sockets, the host being in the test's own process."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from latchbench.channel import DEVICE_MESSAGE_MAX
from protos.bench.v1 import bench_pb2 as bench
from protos.device.v1 import lock_host_pb2 as pb
from simulator.host import server
from simulator.host.assembly import assemble
from simulator.host.device_service import _frames
from simulator.host.settings import host_settings
from tests.wire.host_client import Wires, a_lock, host_plain, wires

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from latchbench.lockstep import Participant
    from simulator.host.core import HostCore

pytestmark = pytest.mark.wire


@asynccontextmanager
async def serving(**changes: Any) -> AsyncIterator[tuple[Wires, HostCore, Participant]]:
    """A host's servers, started and stopped as the process does it."""
    with tempfile.TemporaryDirectory(prefix="lb-") as folder:
        settings = host_settings(host_plain(folder, **changes))
        participant, core = assemble(settings)
        device, address = await server._device_server(settings, participant, core)
        control = server._control_server(settings, participant, core)
        await asyncio.gather(device.start(), control.start())
        if settings.rate is not None:
            loop = asyncio.get_running_loop()
            participant.run_paced(lambda: int(loop.time() * 1_000_000), settings.rate)
        try:
            async with wires(address, settings.control_socket) as ends:
                yield ends, core, participant
        finally:
            await asyncio.gather(device.stop(None), control.stop(None))


def set_code(
    slot: int, code: str, sequence: int, lock: str = "front", epoch: int = 1
) -> pb.Command:
    return pb.Command(
        lock_id=f"id-{lock}",
        epoch=epoch,
        sequence=sequence,
        supervised=True,
        set_user_code={"slot": slot, "code": code},
    )


def ping(sequence: int, lock: str = "front", epoch: int = 1) -> pb.Command:
    return pb.Command(lock_id=f"id-{lock}", epoch=epoch, sequence=sequence, ping={})


# Stepped


async def test_a_code_is_programmed_in_steps() -> None:
    async with serving() as (ends, _, _):
        gateway = await ends.gateway()
        await gateway.greet()
        await gateway.say(set_code(3, "0482", 1))
        done = await ends.stepper.handle(gateway)
        assert done.messages_handled == 2
        assert done.open_work == 1
        assert [(c.link, c.peer, c.handled) for c in done.links] == [("link-1", "gateway", 2)]
        await ends.stepper.run_until_sent(gateway, 1)
        report = await gateway.report()
        assert report.transmit == pb.TRANSMIT_OUTCOME_OK
        assert report.supervision == pb.SUPERVISION_OUTCOME_SUCCESS
        assert (report.lock_id, report.epoch, report.sequence) == ("id-front", 1, 1)


async def test_nothing_is_handled_without_a_step() -> None:
    async with serving() as (ends, core, participant):
        gateway = await ends.gateway()
        await gateway.greet()
        await gateway.say(set_code(3, "0482", 1))
        # The bytes are there; a wait for them is the only thing that may take real time.
        link = participant._stepping.links["link-1"]
        while link.received < 2:
            await participant._stepping.news.wait()
            participant._stepping.news.clear()
        assert link.handled == 0
        assert core.locks[1].state.memory.slots == {}
        assert participant.clock.next_timer_us() is None


async def test_the_initial_metadata_comes_before_any_message() -> None:
    async with serving() as (ends, _, _):
        assert await ends.gateway() is not None


async def test_a_newer_stream_ends_the_older_one() -> None:
    async with serving() as (ends, _, _):
        old, new = await ends.gateway("old"), await ends.gateway("new")
        await old.greet(session=1)
        await ends.stepper.handle(old)
        await new.greet(session=2)
        done = await ends.stepper.handle(new)
        assert {count.link: count.closed for count in done.links} == {"old": True, "new": False}
        assert await old.hear() is None
        assert await old.stream.code() is grpc.StatusCode.OK


async def test_the_end_of_a_gateway_is_handled_in_the_step_that_names_it() -> None:
    async with serving() as (ends, core, _):
        gateway = await ends.gateway()
        await gateway.greet()
        await ends.stepper.handle(gateway)
        gateway.stream.cancel()
        done = await ends.stepper.step(expect=[gateway.awaited(closed=True)])
        assert [count.closed for count in done.links] == [True]
        assert core._sessions == []


async def test_a_gateway_that_has_said_everything_still_hears_its_reports() -> None:
    async with serving() as (ends, _, _):
        gateway = await ends.gateway()
        await gateway.greet()
        await gateway.say(ping(1))
        await gateway.stream.done_writing()
        await ends.stepper.handle(gateway)
        await ends.stepper.run_until_sent(gateway, 1)
        assert (await gateway.report()).transmit == pb.TRANSMIT_OUTCOME_OK
        await ends.stepper.step(expect=[gateway.awaited(closed=True)])
        assert await gateway.hear() is None


async def test_commands_by_hand_are_refused_while_a_bench_steps() -> None:
    async with serving() as (ends, core, _):
        for call in (
            ends.device.Ping(pb.PingRequest(lock_id="id-front")),
            ends.device.Execute(ping(1)),
            ends.device.SetUserCode(pb.SetUserCodeRequest(lock_id="id-front", slot=1, code="0482")),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert core.locks[1].state.memory.slots == {}


async def test_locks_are_listed_in_any_mode() -> None:
    async with serving() as (ends, _, _):
        listed = (await ends.device.ListLocks(pb.ListLocksRequest())).locks
        assert [lock.lock_id for lock in listed] == ["id-back", "id-front"]
        assert [lock.hub for lock in listed] == ["hub of back", "hub of front"]
        assert {lock.profile for lock in listed} == {"deadbolt-30"}


async def act(ends: Wires, call: str, **request: Any) -> bench.ActResponse:
    """An act of the bench that enters in the step that names it."""
    made = ends.control.Act(bench.ActRequest(**request), metadata=(("latchbench-call", call),))
    done = await ends.stepper.step(calls=[call])
    assert list(done.answered) == [call]
    answer: bench.ActResponse = await made
    return answer


async def test_an_act_of_the_bench_enters_in_its_step() -> None:
    async with serving(locks=[a_lock(codes={"2": "0482"})]) as (ends, core, _):
        seen = await act(ends, "c1", lock="front", press_keys={"keys": "0482#"})
        assert (seen.feedback, seen.opened, seen.slot) == ("opened", True, 2)
        await act(ends, "c2", lock="front", set_radio={"state": "dead"})
        assert core.locks[0].link.state.value == "dead"


@pytest.mark.parametrize(
    ("request_fields", "status"),
    [
        ({"lock": "nobody", "turn_thumb": {}}, grpc.StatusCode.NOT_FOUND),
        ({"lock": "front"}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"lock": "front", "set_radio": {"state": "loud"}}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"lock": "front", "press_keys": {"keys": "0482x"}}, grpc.StatusCode.INVALID_ARGUMENT),
        ({"lock": "front", "fill_slots": {"used": 99}}, grpc.StatusCode.FAILED_PRECONDITION),
    ],
)
async def test_a_wrong_act_is_answered_in_its_step_too(
    request_fields: dict[str, Any], status: grpc.StatusCode
) -> None:
    async with serving() as (ends, _, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await act(ends, "c1", **request_fields)
        assert caught.value.code() is status
        assert "0482" not in (caught.value.details() or "")
        assert (await ends.stepper.step()).answered == []


async def set_hub(ends: Wires, call: str, hub: str, state: str) -> None:
    request = bench.SetHubRequest(hub=hub, state=state)
    made = ends.control.SetHub(request, metadata=(("latchbench-call", call),))
    await ends.stepper.step(calls=[call])
    await made


async def test_a_hub_is_put_out_of_work_and_back() -> None:
    locks = [a_lock("front", hub="attic"), a_lock("back", hub="attic")]
    async with serving(locks=locks) as (ends, core, _):
        for state, is_up in (("down", False), ("down", False), ("up", True), ("up", True)):
            await set_hub(ends, "c", "attic", state)
            assert {lock.hub.is_up for lock in core.locks} == {is_up}


@pytest.mark.parametrize(
    ("hub", "state", "status"),
    [
        ("cellar", "down", grpc.StatusCode.NOT_FOUND),
        ("hub of front", "off", grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_a_wrong_hub_is_answered_with_words(hub: str, state: str, status: object) -> None:
    async with serving() as (ends, core, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await set_hub(ends, "c", hub, state)
        assert caught.value.code() is status
        assert all(lock.hub.is_up for lock in core.locks)


async def test_a_call_without_the_benchs_mark_is_refused_while_it_steps() -> None:
    async with serving() as (ends, _, _):
        for call in (
            ends.control.Act(bench.ActRequest(lock="front", turn_thumb={})),
            ends.control.DumpTruth(bench.DumpTruthRequest()),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_the_truth_of_hundreds_of_full_locks_fits_into_an_answer() -> None:
    locks = [a_lock(f"lock-{n:04}", profile="nuki", fill_slots=20) for n in range(300)]
    async with serving(locks=locks) as (ends, _, _):
        made = ends.control.DumpTruth(
            bench.DumpTruthRequest(), metadata=(("latchbench-call", "c"),)
        )
        await ends.stepper.step(calls=["c"])
        answer = await made
        assert [lock.lock for lock in answer.locks] == [lock["name"] for lock in locks]
        assert {len(lock.slots) for lock in answer.locks} == {20}


async def test_the_truth_of_the_locks_that_are_named() -> None:
    async with serving() as (ends, _, _):
        made = ends.control.DumpTruth(
            bench.DumpTruthRequest(locks=["front"]), metadata=(("latchbench-call", "c"),)
        )
        await ends.stepper.step(calls=["c"])
        (lock,) = (await made).locks
        assert (lock.lock, lock.radio, lock.power) == ("front", "awake", "good")
        assert Path(lock.nvm_path).name == "front.nvm"


async def test_many_messages_share_a_frame() -> None:
    locks = [a_lock(f"lock-{n:03}") for n in range(600)]
    async with serving(locks=locks, timing="instant") as (ends, _, _):
        gateway = await ends.gateway()
        await gateway.greet()
        await gateway.say(*(ping(1, lock["name"]) for lock in locks))
        await ends.stepper.handle(gateway)
        await ends.stepper.run()
        assert {(await gateway.report()).lock_id for _ in locks} == {e["lock_id"] for e in locks}
        # Real scheduling decides how many more than the fewest there are.
        assert 3 <= gateway.frames < 100


def test_no_frame_is_larger_than_a_message_may_be() -> None:
    codes = [pb.CodeReport(slot=slot, code_raw=b"1234567890") for slot in range(1, 1001)]
    walk = pb.Report(lock_id="id", walk=pb.WalkReport(codes=codes))
    messages = [
        pb.ReportFrame.Message(report=walk)
        if number % 3
        else pb.ReportFrame.Message(notification=pb.Notification(number=number))
        for number in range(256)
    ]
    frames = list(_frames(messages))
    assert [message for frame in frames for message in frame.messages] == messages
    assert max(frame.ByteSize() for frame in frames) < DEVICE_MESSAGE_MAX
    assert len(frames) < 10


# Running freely


async def test_a_host_that_runs_freely_answers_by_itself() -> None:
    async with serving(mode="paced", rate=1000.0) as (ends, core, _):
        gateway = await ends.gateway()
        await gateway.greet()
        await gateway.say(set_code(3, "0482", 1), ping(1, "back"))
        assert {(await gateway.report()).lock_id for _ in range(2)} == {"id-front", "id-back"}
        assert list(core.locks[1].state.memory.slots) == [3]


async def test_commands_by_hand_are_a_foreign_controllers() -> None:
    async with serving(mode="paced", rate=1000.0) as (ends, _, _):
        gateway = await ends.gateway()
        await gateway.greet()
        device = ends.device
        stored = await device.SetUserCode(
            pb.SetUserCodeRequest(lock_id="id-front", slot=1, code="0482", supervised=True)
        )
        assert stored.supervision == pb.SUPERVISION_OUTCOME_SUCCESS
        assert not stored.HasField("epoch")
        read = await device.GetUserCode(pb.GetUserCodeRequest(lock_id="id-front", slot=1))
        assert read.code.code_raw == b"0482"
        walked = await device.WalkUserCodes(pb.WalkUserCodesRequest(lock_id="id-front"))
        assert [code.slot for code in walked.walk.codes] == [1]
        info = await device.GetLockInfo(pb.GetLockInfoRequest(lock_id="id-front"))
        assert info.info.slots == 30
        cleared = await device.ClearUserCode(
            pb.ClearUserCodeRequest(lock_id="id-front", slot=0, supervised=True)
        )
        assert cleared.supervision == pb.SUPERVISION_OUTCOME_SUCCESS
        assert (await device.Ping(pb.PingRequest(lock_id="id-front"))).attempts == 1
        unknown = await device.Execute(pb.Command(lock_id="nobody", ping={}))
        assert unknown.rejection == pb.REJECTION_UNKNOWN_LOCK
        malformed = await device.Execute(pb.Command(lock_id="id-front"))
        assert malformed.rejection == pb.REJECTION_MALFORMED
        # The gateway has asked for nothing and hears only that codes came and went.
        first, second = await gateway.hear(), await gateway.hear()
        assert first is not None
        assert second is not None
        assert (first.notification.number, second.notification.number) == (1, 2)


async def test_acts_need_no_mark_in_a_host_that_runs_freely() -> None:
    async with serving(mode="paced") as (ends, _, _):
        seen = await ends.control.Act(bench.ActRequest(lock="front", press_keys={"keys": "1#"}))
        assert seen.feedback == "rejected"


async def test_a_gateway_that_is_gone_stops_nobody() -> None:
    async with serving(mode="paced", rate=1000.0) as (ends, core, _):
        gone = await ends.gateway("gone")
        await gone.greet()
        await gone.say(set_code(3, "0482", 1))
        gone.stream.cancel()
        again = await ends.gateway("again")
        await again.greet(session=2)
        await again.say(ping(2))
        assert (await again.report()).transmit == pb.TRANSMIT_OUTCOME_OK
        assert len(core._sessions) == 1


async def test_health_is_told_and_the_services_only_if_asked() -> None:
    for asked in (False, True):
        async with serving(reflection=asked) as (ends, _, _):
            health = health_pb2_grpc.HealthStub(ends.channel)
            for service in ("", "latchbench.device.v1.LockHostService"):
                answer = await health.Check(health_pb2.HealthCheckRequest(service=service))
                assert answer.status == health_pb2.HealthCheckResponse.SERVING
            stub = reflection_pb2_grpc.ServerReflectionStub(ends.channel)
            request = reflection_pb2.ServerReflectionRequest(list_services="")
            stream = stub.ServerReflectionInfo(iter([request]))
            if asked:
                services = (await stream.read()).list_services_response.service
                assert "latchbench.device.v1.LockHostService" in {s.name for s in services}
            else:
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await stream.read()
                assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_streams_without_names_are_told_apart() -> None:
    async with serving() as (ends, core, _):
        bare = [ends.device.Exec() for _ in range(2)]
        for stream in bare:
            await stream.initial_metadata()
        assert len({session.link.link_id for session in core._sessions}) == 2


async def test_the_control_plane_is_its_owners_alone() -> None:
    async with serving() as (_, core, _):
        folder = core.locks[0].nvm.path.parents[1]
        assert (folder / "c.sock").stat().st_mode & 0o777 == 0o600
