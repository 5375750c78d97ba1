"""Streams that break and come again, and hosts that say what nobody understands."""

from __future__ import annotations

import pytest

from protos.device.v1 import lock_host_pb2 as pb
from tests.engine.bench_of_one import MINUTE_US, SECOND_US
from tests.engine.host_stub import Stepped, a_stubbed_host

pytestmark = pytest.mark.wire


async def test_a_stream_that_is_replaced_within_one_instant_leaves_no_command_open() -> None:
    async with a_stubbed_host() as (stepped, stub, first):
        await first.command(0)  # and it is never answered
        first.over.set()
        await stepped.hears(first, end=True)
        second = await stub.stream(1)
        await stepped.step()
        await second.command(0)
        await second.say(info=pb.InfoReport(slots=5))
        await stepped.hears(second)
        await second.command(1)
        await second.say(walk=pb.WalkReport())
        await stepped.hears(second)
        assert stepped.open_work == 0


async def test_a_host_that_came_back_is_given_its_whole_time_to_answer() -> None:
    async with a_stubbed_host() as (stepped, stub, first):
        await first.command(0)
        silence_us = 20 * SECOND_US
        await stepped.step(by_us=silence_us - SECOND_US)
        first.over.set()
        await stepped.hears(first, end=True)
        second = await stub.stream(1)
        await stepped.step()
        await second.command(0)
        trace = await stepped.step(by_us=silence_us - SECOND_US)
        assert "gateway.lock.host_silent" not in [event.kind for event in trace]
        trace = await stepped.step(by_us=SECOND_US)
        assert "gateway.lock.host_silent" in [event.kind for event in trace]


@pytest.mark.parametrize(
    "report",
    [
        {"transmit": pb.TRANSMIT_OUTCOME_UNSPECIFIED},
        {"transmit": 77},
        {"transmit": pb.TRANSMIT_OUTCOME_UNSPECIFIED, "rejection": 77},
        {"supervision": 77},
        {"walk": pb.WalkReport(codes=[pb.CodeReport(slot=1, status=77)])},  # type: ignore[arg-type]
        {"info": pb.InfoReport(slots=0, code_length=4_000)},
    ],
    ids=str,
)
async def test_a_report_that_nobody_understands_ends_neither_gateway_nor_lock(
    report: dict[str, object],
) -> None:
    async with a_stubbed_host() as (stepped, _, stream):
        await stream.command(0)
        await stream.say(**report)
        await stepped.hears(stream)
        await stepped.step(by_us=10 * SECOND_US)
        asked_again = await stream.command(1)
        assert asked_again.sequence > stream.commands[0].sequence


async def test_a_host_that_ends_every_stream_is_not_connected_to_without_pause() -> None:
    async with a_stubbed_host() as (stepped, stub, _):
        for place in range(10):
            if place == len(stub.streams):
                break  # it waits
            stub.streams[place].over.set()
            await stepped.hears(stub.streams[place], end=True)
            await stepped.step()
        assert len(stub.streams) <= 3
        await stepped.step(by_us=2 * MINUTE_US)
        await stub.stream(len(stub.streams) - 1)


async def test_a_host_that_is_not_there_is_tried_again_with_pauses() -> None:
    stepped = Stepped()
    try:
        await stepped.register("front", "unix:/nowhere/at-all")
        trace = await stepped.step(by_us=5 * MINUTE_US)
        kinds = [event.kind for event in trace]
        assert "gateway.command.sent" not in kinds, "to whom?"
        assert 5 <= kinds.count("gateway.lock.no_host") <= 15
    finally:
        await stepped.gateway.close()


async def test_a_host_that_is_not_there_is_tried_with_a_chance_of_its_own() -> None:
    stepped = Stepped()
    try:
        await stepped.register("front", "unix:/nowhere/at-all")
        before = stepped.work.getstate()
        await stepped.step(by_us=5 * MINUTE_US)
        untouched = stepped.work.getstate() == before
        assert untouched
    finally:
        await stepped.gateway.close()
