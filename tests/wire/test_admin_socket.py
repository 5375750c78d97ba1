"""The admin socket over a real connection: what it refuses, and that no refusal is news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import pytest
from grpc_status import rpc_status

from gateway.api.admin import AdminService
from gateway.policy.errors import Stopping
from latchbench.channel import channel_options, open_channel, server_options
from protos.access.v1 import admin_pb2 as pb
from protos.access.v1 import admin_pb2_grpc
from tests.wire.fake_core import FakeGate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from gateway.policy.records import DeviceRecord
    from latchbench.lockstep import Answer

pytestmark = pytest.mark.wire

GUARD_S = 30  # real seconds; only a hang comes near


class FakeInventory:
    """Takes devices, or is about to end."""

    stopping = False

    def put_devices(self, devices: Iterable[DeviceRecord], answer: Answer[None]) -> None:
        del devices
        if self.stopping:
            answer.fail(Stopping())
        else:
            answer.ok(None)

    def counters(self) -> Mapping[str, int]:
        return {}

    def pending(self) -> tuple[int, int]:
        return 0, 0


@pytest.fixture
def inventory() -> FakeInventory:
    return FakeInventory()


@pytest.fixture
def gate() -> FakeGate:
    return FakeGate()


@pytest.fixture
async def stub(inventory: FakeInventory, gate: FakeGate) -> AsyncIterator[Any]:
    server = grpc.aio.server(options=server_options())
    admin_pb2_grpc.add_AdminServiceServicer_to_server(AdminService(inventory, gate), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    channel = open_channel(f"127.0.0.1:{port}", channel_options())
    yield admin_pb2_grpc.AdminServiceStub(channel)
    await channel.close()
    await server.stop(None)


async def refusal(stub: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.PutDevices(pb.PutDevicesRequest(), timeout=GUARD_S)
    assert rpc_status.from_call(caught.value) is not None
    return caught.value


async def test_devices_sent_to_a_gateway_that_ends_are_refused_and_nothing_is_logged(
    stub: Any, inventory: FakeInventory, caplog: pytest.LogCaptureFixture
) -> None:
    inventory.stopping = True
    error = await refusal(stub)
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert caplog.messages == []


async def test_devices_that_no_step_lets_in_are_refused_under_lockstep(
    stub: Any, gate: FakeGate, caplog: pytest.LogCaptureFixture
) -> None:
    gate.stepped = True
    assert (await refusal(stub)).code() is grpc.StatusCode.FAILED_PRECONDITION
    assert caplog.messages == []
