"""Streams within one process: bytes both ways, and the end behind what came before it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from gateway.driver.streams import StreamEnded
from latchbench.clock import Clock
from latchbench.jobs import Jobs
from latchbench.lockstep import Participant
from latchbench.trace import Masker, Tracer
from protos.device.v1 import lock_host_pb2 as pb
from simulator.processes import MEMORY
from simulator.sim.deaths import Fuse
from simulator.sim.loop import run
from simulator.sim.processes import Life
from simulator.sim.wires import Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from gateway.driver.streams import Stream

ADDRESS = f"{MEMORY}host"
FRAME = pb.CommandFrame(commands=[pb.Command(lock_id="front")])


class Host:
    """A host that takes every stream and tells what it reads from it."""

    def __init__(self, switchboard: Switchboard) -> None:
        clock = Clock(0)
        jobs = Jobs(asyncio.get_running_loop())
        participant = Participant(clock, Tracer(clock, Masker(b"key")), stepped=True, jobs=jobs)
        self.life = Life("host", participant, Fuse())
        self.life.exec = self._exec
        self.context: Any = None
        self.read: list[object] = []
        self._switchboard = switchboard
        switchboard.serve(ADDRESS, self.life)

    async def _exec(self, context: Any) -> None:
        self.context = context
        await context.send_initial_metadata(())
        while (frame := await context.read()) is not grpc.aio.EOF:
            self.read.append(frame)
        self.read.append("end")

    def die(self) -> None:
        self.life.end()
        self._switchboard.gone(ADDRESS, self.life)


def in_a_loop(test: Callable[[Switchboard, Host], Coroutine[Any, Any, None]]) -> None:
    async def go() -> None:
        switchboard = Switchboard()
        await test(switchboard, Host(switchboard))

    run(go())


async def opened(switchboard: Switchboard) -> Stream:
    stream = await switchboard.open(ADDRESS, ())
    assert stream is not None
    return stream


async def a_while() -> None:
    """Until nobody has anything left to do."""
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(1, done.set)
    await done.wait()


def test_a_frame_arrives_as_its_bytes_and_shares_nothing() -> None:
    async def test(switchboard: Switchboard, host: Host) -> None:
        stream = await opened(switchboard)
        frame = pb.CommandFrame()
        frame.CopyFrom(FRAME)
        await stream.write(frame)
        frame.commands[0].lock_id = "changed behind its back"
        await a_while()
        assert host.read == [FRAME]

    in_a_loop(test)


def test_nobody_serves_at_an_address_that_nobody_has() -> None:
    async def test(switchboard: Switchboard, host: Host) -> None:
        del host
        assert await switchboard.open(f"{MEMORY}elsewhere", ()) is None

    in_a_loop(test)


def test_what_a_host_sent_before_it_was_killed_is_read_before_the_end() -> None:
    async def test(switchboard: Switchboard, host: Host) -> None:
        stream = await opened(switchboard)
        report = pb.ReportFrame.Message(report=pb.Report(lock_id="front"))
        await host.context.write(pb.ReportFrame(messages=[report]))
        host.die()
        await host.context.write(pb.ReportFrame(messages=[report]))  # too late
        told = await stream.read()
        assert told is not None
        assert list(told) == [report]
        assert await stream.read() is None
        with pytest.raises(StreamEnded):
            await stream.write(FRAME)
        assert await switchboard.open(ADDRESS, ()) is None

    in_a_loop(test)


def test_what_the_gateway_sent_before_it_was_gone_is_read_before_the_end() -> None:
    async def test(switchboard: Switchboard, host: Host) -> None:
        stream = await opened(switchboard)
        await stream.write(FRAME)
        switchboard.hang_up()
        await a_while()
        assert host.read == [FRAME, "end"]

    in_a_loop(test)


def test_a_host_that_is_stopped_takes_a_stream_when_it_goes_on() -> None:
    async def test(switchboard: Switchboard, host: Host) -> None:
        host.life.running.clear()
        opening = asyncio.ensure_future(switchboard.open(ADDRESS, ()))
        await a_while()
        assert not opening.done()
        host.life.running.set()
        await a_while()
        assert opening.done()
        stream = opening.result()
        assert stream is not None
        await stream.write(FRAME)
        await a_while()
        assert host.read == [FRAME]

    in_a_loop(test)


def test_a_host_that_is_killed_while_it_is_stopped_takes_no_stream() -> None:
    async def test(switchboard: Switchboard, host: Host) -> None:
        host.life.running.clear()
        opening = asyncio.ensure_future(switchboard.open(ADDRESS, ()))
        await a_while()
        host.die()
        assert await opening is None
        assert host.context is None

    in_a_loop(test)


def test_a_stream_that_its_gateway_no_longer_waits_for_is_never_taken() -> None:
    async def test(switchboard: Switchboard, host: Host) -> None:
        host.life.running.clear()
        opening = asyncio.ensure_future(switchboard.open(ADDRESS, ()))
        await a_while()
        switchboard.hang_up()
        opening.cancel()
        host.life.running.set()
        await a_while()
        assert host.context is None

    in_a_loop(test)


def test_a_call_into_a_life_that_ends_is_over() -> None:
    async def test(switchboard: Switchboard, host: Host) -> None:
        del switchboard
        serving = host.life.answer(asyncio.Event().wait())
        await a_while()
        host.die()
        await asyncio.wait([serving])
        assert serving.cancelled()

    in_a_loop(test)
