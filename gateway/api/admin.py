"""The gateway's admin socket: the inventory, and what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import grpc
from grpc_status import rpc_status

from gateway.api.port import CALL_HEADER
from gateway.api.status import grpc_status
from gateway.policy.errors import GatewayError, Stepped
from gateway.policy.keypad import keypad_of
from gateway.policy.pacing import Security
from gateway.policy.records import DeviceRecord, Facts
from latchbench.lockstep import SteppedRefusal
from latchbench.pin import Pin
from protos.access.v1 import admin_pb2 as pb
from protos.access.v1 import admin_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.api.port import Gate
    from latchbench.lockstep import Answer


class Inventory(Protocol):
    """What the admin socket asks of the gateway."""

    def put_devices(self, devices: Iterable[DeviceRecord], answer: Answer[None]) -> None:
        """Register devices, or bring them up to date."""

    def counters(self) -> Mapping[str, int]:
        """What was counted since the start."""

    def pending(self) -> tuple[int, int]:
        """Open work, and work that waits for a lock out of reach."""


class AdminService(pb_grpc.AdminServiceServicer):
    """The servicer. Its socket is the gateway's owner's: there is no key."""

    def __init__(self, inventory: Inventory, gate: Gate) -> None:
        self._inventory = inventory
        self._gate = gate

    async def PutDevices(self, request: Any, context: Any) -> Any:
        """Registers devices durably."""
        try:
            devices = [device_from_wire(message) for message in request.devices]
        except ValueError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

        def enter(answer: Answer[None]) -> None:
            self._inventory.put_devices(devices, answer)

        try:
            await self._gate.call(_call_id(context), enter)
        except (GatewayError, SteppedRefusal) as error:
            refusal = error if isinstance(error, GatewayError) else Stepped()
            # Nobody numbers the calls of this socket.
            await context.abort_with_status(rpc_status.to_status(grpc_status(refusal, "")))
        return pb.PutDevicesResponse()

    async def GetCounters(self, request: Any, context: Any) -> Any:
        """What was counted since the start."""
        del request, context
        return pb.GetCountersResponse(counters=dict(self._inventory.counters()))

    async def GetPending(self, request: Any, context: Any) -> Any:
        """Open and waiting work."""
        del request, context
        open_work, waiting = self._inventory.pending()
        return pb.GetPendingResponse(open=open_work, waiting=waiting)


def _call_id(context: Any) -> str | None:
    metadata = dict(context.invocation_metadata() or ())
    value = metadata.get(CALL_HEADER)
    return str(value) if value is not None else None


def _security(message: pb.DeviceRecord) -> Security:
    word = message.facts.security or Security.NONE.value
    for security in Security:
        if security.value == word:
            return security
    raise ValueError(f"{message.name}: security is one of {', '.join(Security)}")


def device_from_wire(message: pb.DeviceRecord) -> DeviceRecord:
    """A device as it is told to the gateway.

    Raises `ValueError` for facts that no lock can have: they would be met again at every call.
    """
    facts = message.facts
    keypad_of(facts.code_lengths, facts.constraints)
    if facts.slots < 1:
        raise ValueError(f"{message.name}: a lock has at least one slot")
    return DeviceRecord(
        device_id=message.device_id,
        name=message.name,
        lock_id=message.lock_id,
        hub=message.hub,
        host=message.host,
        host_address=message.host_address,
        profile=message.profile,
        time_zone=message.time_zone or None,
        offline_secret=Pin(message.offline_secret) if message.offline_secret else None,
        facts=Facts(
            slots=facts.slots,
            code_lengths=tuple(facts.code_lengths),
            uniform_length=facts.uniform_length,
            constraints=frozenset(facts.constraints),
            five_buttons=facts.five_buttons,
            matches_prefix=facts.matches_prefix,
            readback_style=facts.readback_style,
            duplicate_policy=facts.duplicate_policy,
            reserved_slots=frozenset(facts.reserved_slots),
            schedules=facts.schedules,
            provider_chooses_pin=facts.provider_chooses_pin,
            has_keypad=facts.has_keypad,
            name_length_max=facts.name_length_max if facts.HasField("name_length_max") else None,
            name_must_be_unique=facts.name_must_be_unique,
            supports_offline_codes=facts.supports_offline_codes,
            offline_codes_only=facts.offline_codes_only,
            supervision=facts.supervision,
            checksum=facts.checksum,
            security=_security(message),
        ),
    )
