"""Real processes that die, stand still and come back, over real sockets and a real store."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway.server import EXIT_ENVIRONMENT
from latchbench.channel import channel_options, open_channel
from latchbench.process import ProcessFailed
from latchbench.time_service import RemoteStepper
from protos.bench.v1 import bench_pb2 as pb
from simulator.http_door import NO_ANSWER
from simulator.processes import GATEWAY, NotPossible, Process
from tests.bench.site import MINUTE_US, SECOND_US, Site, a_site, reasons

if TYPE_CHECKING:
    from simulator.rig import Rig

pytestmark = [
    pytest.mark.wire,
    pytest.mark.asyncio(loop_scope="session"),
]


@pytest.fixture(scope="session")
def rig(process_rig: Rig) -> Rig:
    """All of this is about processes."""
    return process_rig


TWO = """
    gateway: {programming: async}
    locks:
      front: {profile: deadbolt-30}
      back: {profile: deadbolt-30}
    """


def host_of(here: Site, lock: str) -> str:
    return here.bench.locks[lock].host


def forget(here: Site, lock: str) -> None:
    """Another lock is screwed into the same door."""
    Path(here.bench.locks[lock].nvm_path).unlink()


async def status(here: Site, lock: str) -> list[str]:
    return [row["status"] for row in await here.listed(lock)]


async def test_what_is_in_a_lock_outlives_its_host(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        await here.created("front", "back", code="4827")
        await here.settle()
        before = await here.bench.truth("front")
        await here.bench.crew.kill(host_of(here, "front"))
        dead = await here.bench.truth("front")
        await here.bench.crew.start(host_of(here, "front"))
        after = await here.bench.truth("front")
        assert [slot.code for slot in before.slots] == ["4827"]
        assert dead == before, "the memory file has all of it"
        assert list(after.slots) == list(before.slots)
        assert after.incarnation == before.incarnation
        await here.bench.advance(MINUTE_US)
        assert await status(here, "front") == ["set"]
        assert len(here.events("lock.code.stored", source="front")) == 1


async def test_a_lock_whose_host_is_away_is_programmed_when_it_is_back(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        await here.bench.crew.kill(host_of(here, "back"))
        await here.created("front", "back", code="4827")
        await here.bench.advance(MINUTE_US)
        assert await status(here, "front") == ["set"]
        (row,) = await here.listed("back")
        assert row["status"] == "setting"
        assert [error["error_code"] for error in row["errors"]] == ["device_offline"]
        refused = await here.create("front", "back", attempt_for_offline_device=False)
        assert reasons(here, refused) == {"back": "device_offline"}
        since = len(here.bench.trace())
        await here.bench.crew.start(host_of(here, "back"))
        await here.bench.advance(2 * MINUTE_US)
        assert await here.inside() == {"front": {1: "4827"}, "back": {1: "4827"}}
        assert await status(here, "back") == ["set"]
        commands = [
            event.fields["command"]
            for event in here.events("gateway.command.sent", since, lock="back")
        ]
        assert commands[0] in ("Walk", "ReadCode"), "read first, then write"
        assert commands.count("SetCode") == 1


async def test_a_shared_call_does_not_wait_for_ever_for_a_host_that_is_gone(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        await here.bench.crew.kill(host_of(here, "back"))
        reply = await here.create("front", "back", sync=True)
        assert reasons(here, reply) == {"back": "device_unresponsive"}
        await here.settle()
        assert await here.inside() == {"front": {}, "back": {}}


async def test_a_memory_that_is_older_than_what_was_read_is_noticed(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        path = Path(here.bench.locks["front"].nvm_path)
        kept = path.with_suffix(".kept")
        shutil.copy(path, kept)
        await here.created("front", code="4827")
        await here.settle()
        await here.bench.crew.kill(host_of(here, "front"))
        shutil.copy(kept, path)
        assert await here.inside("front") == {"front": {}}
        await here.bench.crew.start(host_of(here, "front"))
        await here.bench.advance(2 * MINUTE_US)
        assert await here.inside("front") == {"front": {1: "4827"}}
        assert await status(here, "front") == ["set"]
        (changed,) = here.events("gateway.code.changed_at_lock", lock="front")
        assert changed.fields["change"] == "removed"
        assert "deleted_external_to_seam" in here.told(lock="front")


async def test_a_lock_that_was_reset_while_the_gateway_was_away_is_noticed(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        await here.created("front", code="4827")
        await here.settle()
        before = await here.bench.truth("front")
        await here.bench.crew.kill(GATEWAY)
        await here.bench.act("front", factory_reset=pb.FactoryReset())
        await here.bench.advance(MINUTE_US)
        after = await here.bench.truth("front")
        assert after.incarnation != before.incarnation
        await here.bench.crew.start(GATEWAY)
        await here.bench.advance(MINUTE_US)
        assert len(here.events("gateway.lock.new_incarnation", lock="front")) == 1
        assert await here.inside("front") == {"front": {1: "4827"}}
        assert await status(here, "front") == ["set"]


async def test_a_lock_that_was_swapped_while_the_gateway_was_away_is_noticed(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        await here.created("front", code="4827")
        await here.settle()
        crew, host = here.bench.crew, host_of(here, "front")
        await crew.kill(GATEWAY)
        await crew.kill(host)
        forget(here, "front")
        await here.bench.advance(SECOND_US)
        await crew.start(host)
        await here.bench.advance(SECOND_US)
        await crew.start(GATEWAY)
        await here.bench.advance(MINUTE_US)
        assert len(here.events("gateway.lock.new_incarnation", lock="front")) == 1
        assert await here.inside("front") == {"front": {1: "4827"}}


async def test_a_stopped_host_is_silent_and_a_killed_one_ends_its_stream(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        crew = here.bench.crew
        await crew.stop(host_of(here, "back"))
        await here.created("back", code="4827")
        asked_at_us = here.bench.now_us()
        await here.bench.advance(30 * SECOND_US)
        (silent,) = here.events("gateway.lock.host_silent", lock="back")
        assert silent.at_us - asked_at_us == 20 * SECOND_US
        assert here.events("gateway.lock.host_lost") == []
        killed_at_us = here.bench.now_us()
        await crew.kill(host_of(here, "back"))
        (lost,) = here.events("gateway.lock.host_lost", lock="back")
        assert lost.at_us == killed_at_us


async def test_a_gateway_that_starts_beside_a_stopped_host_waits_for_it(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        crew = here.bench.crew
        await here.created("front", "back", code="4827")
        await here.settle()
        await crew.stop(host_of(here, "back"))
        await crew.kill(GATEWAY)
        await crew.start(GATEWAY)
        await here.bench.advance(MINUTE_US)
        assert here.events("gateway.lock.no_host", lock="back"), "tired of waiting"
        assert await status(here, "front") == ["set"]
        await crew.go_on(host_of(here, "back"))
        await here.bench.advance(2 * MINUTE_US)
        await here.settle()
        since = len(here.bench.trace())
        (row,) = await here.listed("back")
        await here.delete(row)
        await here.settle()
        assert here.events("lock.code.cleared", since, source="back")


async def test_a_call_to_a_gateway_that_is_away_says_so(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        await here.bench.crew.kill(GATEWAY)
        reply = await here.create("front")
        assert reply.status == NO_ANSWER
        assert reply.body["error"]["type"] == "connection_refused"
        await here.bench.crew.start(GATEWAY)
        assert (await here.create("front")).status == 200
        await here.bench.crew.stop(GATEWAY)
        with pytest.raises(NotPossible, match="gateway is stopped"):
            await here.create("front")
        await here.bench.crew.go_on(GATEWAY)
        assert (await here.create("front")).status == 200


async def test_ids_do_not_come_again_after_a_restart(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        first = await here.created("front", code="4827")
        await here.bench.crew.kill(GATEWAY)
        await here.bench.crew.start(GATEWAY)
        second = await here.created("front", code="9135")
        assert first["front"]["access_code_id"] != second["front"]["access_code_id"]
        assert len(await here.listed("front")) == 2


@pytest.mark.parametrize(
    ("acts", "words"),
    [
        (("start",), "is running"),
        (("go_on",), "is running"),
        (("kill", "kill"), "is killed"),
        (("kill", "stop"), "is killed"),
        (("stop", "stop"), "is stopped"),
        (("stop", "start"), "is stopped"),
    ],
)
async def test_what_a_process_cannot_have_done_to_it_changes_nothing(
    rig: Rig, acts: tuple[str, ...], words: str
) -> None:
    async with a_site(rig, TWO) as here:
        *before, last = acts
        for act in before:
            await getattr(here.bench.crew, act)(GATEWAY)
        state = here.bench.crew.gateway.state
        with pytest.raises(NotPossible, match=f"gateway {words}"):
            await getattr(here.bench.crew, last)(GATEWAY)
        assert here.bench.crew.gateway.state is state


async def test_nothing_can_be_done_to_a_lock_whose_host_does_not_run(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        await here.bench.crew.stop(host_of(here, "front"))
        with pytest.raises(NotPossible, match="is stopped"):
            await here.opens("front", "4827")


async def test_a_second_gateway_is_kept_from_the_store_of_the_first(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        first = here.bench.crew.gateway
        await here.bench.crew.stop(GATEWAY)
        with pytest.raises(ProcessFailed) as failed:
            await rig.gateways.spawn(beside(first, str(first.settings["database_url"])))
        assert failed.value.code == EXIT_ENVIRONMENT
        await here.bench.crew.go_on(GATEWAY)
        assert (await here.create("front")).status == 200


def beside(first: Process, database_url: str) -> dict[str, Any]:
    """The settings of another gateway, in the same place."""
    socket = Path(first.settings["admin_socket"]).with_name("second.sock")
    other = {"name": "gateway-2", "life": 2, "admin_socket": str(socket)}
    return {**first.settings, **other, "database_url": database_url}


def copied(database_url: str) -> str:
    """A store that was brought back from a copy, somewhere else."""
    path = Path(database_url.removeprefix("sqlite:///"))
    other = path.with_name("copy.db")
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(other)) as target,
    ):
        source.backup(target)
    return f"sqlite:///{other}"


async def test_a_gateway_with_a_newer_epoch_supersedes_the_older(rig: Rig) -> None:
    async with a_site(rig, TWO) as here:
        bench = here.bench
        await here.created("front", "back", code="4827")
        await here.settle()
        other = beside(bench.crew.gateway, copied(bench.crew.gateway.settings["database_url"]))
        other["start_us"] = bench.now_us()
        second = Process(rig.gateways, other, await rig.gateways.spawn(other))
        bench.crew.add(second)
        channel = open_channel(f"unix:{second.started.info['admin_socket']}", channel_options())
        stepper = RemoteStepper(channel)
        second.stack.push_async_callback(channel.close)
        second.stack.callback(stepper.close)
        await bench.stepped().add(second.name, stepper, rank=2)
        await here.settle()
        await here.create("front", "back", code="9135")  # by the first, which is older now
        await here.settle()
        told = {event.fields["lock"] for event in here.events("gateway.superseded")}
        assert told == {"front", "back"}
        assert await here.inside() == {"front": {1: "4827"}, "back": {1: "4827"}}


LOBBY = """
    gateway: {programming: async}
    hubs: {lobby: {locks: ["door-*"]}}
    locks:
      door-{1..6}: {profile: deadbolt-30}
    """


async def test_what_a_hub_held_is_done_once_after_its_host_was_killed_and_started(
    rig: Rig,
) -> None:
    doors = [f"door-{number}" for number in range(1, 7)]
    async with a_site(rig, LOBBY) as here:
        await here.created(*doors, code="4827")
        assert await here.bench.run_to_event(
            lambda event: event.kind == "lock.code.stored", here.bench.now_us() + MINUTE_US
        )
        await here.bench.crew.kill(host_of(here, "door-1"))
        assert len(here.events("lock.code.stored")) == 1, "others were in the queue, or unsent"
        await here.bench.crew.start(host_of(here, "door-1"))
        await here.bench.advance(MINUTE_US)
        assert await here.inside() == {door: {1: "4827"} for door in doors}
        assert len(here.events("lock.code.stored")) == len(doors)
        assert here.events("gateway.hub.failed") == []


async def test_a_hub_that_was_down_is_up_when_its_host_is_started_again(rig: Rig) -> None:
    async with a_site(rig, LOBBY) as here:
        await here.bench.set_hub("lobby", "down")
        await here.created("door-1", code="4827")
        await here.bench.advance(5 * MINUTE_US)
        assert await here.inside("door-1") == {"door-1": {}}
        await here.bench.crew.kill(host_of(here, "door-1"))
        with pytest.raises(NotPossible, match="host-1 is killed"):
            await here.bench.set_hub("lobby", "up")
        await here.bench.crew.start(host_of(here, "door-1"))
        await here.bench.advance(MINUTE_US)
        assert await here.inside("door-1") == {"door-1": {1: "4827"}}
        assert await status(here, "door-1") == ["set"]


@pytest.mark.parametrize("state", ["freeze", "cut", "degraded"])
async def test_a_lock_whose_host_does_not_run_is_shown_as_it_would_come_back(
    rig: Rig, state: str
) -> None:
    async with a_site(rig, TWO) as here:
        if state == "freeze":
            await here.fault("front", "freeze")
            await here.created("front", code="4827")
            await here.bench.advance(MINUTE_US)
        elif state == "cut":
            await here.bench.act("front", set_power=pb.SetPower(action="cut"))
        else:
            await here.radio("front", "degraded")
        before = await here.bench.truth("front")
        await here.bench.crew.kill(host_of(here, "front"))
        assert await here.bench.truth("front") == before
        held = {lock.lock: lock for lock in await here.bench.held()}
        assert len(held["front"].slots) == len(before.slots)
        await here.bench.crew.start(host_of(here, "front"))
        assert (await here.bench.truth("front")).frozen == before.frozen == (state == "freeze")
