"""Processes that start badly: whoever waits for them is told, and nothing is left behind."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway import server as gateway_server
from gateway.assembly import Assembled, Config
from gateway.policy.records import Changes, DeviceRecord, Facts
from gateway.store.store import Store
from latchbench.process import ForkServer, ProcessFailed, say_ready
from simulator.bench import Bench
from simulator.layout import BenchOptions
from simulator.rig import ProcessRig
from simulator.scenario.reader import read_fleet_text
from tests.engine.bench_of_one import START_US

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.wire

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def chatty(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ForkServer]:
    # With -P the working directory is no place that Python imports from.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    forks = await ForkServer.start("tests.engine.chatty")
    yield forks
    # Its reader has ended with an error, which is what the test is about: end the server by hand.
    assert forks._process.stdin is not None
    forks._process.stdin.close()
    await forks._process.wait()


def test_a_ready_line_that_would_not_stay_whole_is_not_written() -> None:
    locks = [f"front-door-{number:04}" for number in range(1_000)]
    with pytest.raises(ValueError, match="too much"):
        say_ready({"name": "host-1", "locks": locks})


async def test_whoever_waits_for_a_process_is_told_when_its_words_make_no_sense(
    chatty: ForkServer,
) -> None:
    good = await chatty.spawn({"name": "good"})
    with pytest.raises(ProcessFailed):
        await chatty.spawn({"name": "bad", "says": "{half a line"})
    assert isinstance(await chatty.ended(good.pid), int)
    with pytest.raises(ProcessFailed, match="gone"):
        await chatty.spawn({"name": "late"})
    with pytest.raises(ValueError, match="line"):
        await chatty._reader


async def test_a_bench_that_does_not_start_leaves_no_process_behind() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        fleet = read_fleet_text("version: 1\nlocks: {front: {profile: deadbolt-30}}\n", "fleet")
        rig = await ProcessRig.start()
        try:
            bench = Bench(fleet, BenchOptions(stepped=False, http_address=address), rig)
            with pytest.raises(ProcessFailed):
                await bench.start()
            ends = [
                server.died(pid) for server in (rig.hosts, rig.gateways) for pid in server._ends
            ]
            assert len(ends) == 2
            assert None not in ends
        finally:
            await rig.stop()


async def test_a_gateway_knows_what_is_stored_before_anybody_can_ask(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/gateway.db"
    device = DeviceRecord(
        "front", "front", "front", "hub", "host", "127.0.0.1:1", "plain", Facts(5, (4,))
    )
    store = Store.open(url)
    store.write([Changes(devices={"front": device})])
    store.close()
    known: list[str] = []

    class Enough(Exception):
        """The ports would be opened now."""

    async def ports(config: Any, made: Assembled, *rest: Any) -> None:
        known.extend(made.gateway.core._world.devices)
        raise Enough

    monkeypatch.setattr(gateway_server, "_serve_ports", ports)
    config = Config(
        name="gateway",
        admin_socket="",
        http_address="",
        grpc_address="",
        database_url=url,
        api_key="seam_test",
        workspace_id="workspace",
        mask_key="00",
        stepped=False,
        start_us=START_US,
    )
    with pytest.raises(Enough):
        await gateway_server._serve(config)
    assert known == ["front"]
