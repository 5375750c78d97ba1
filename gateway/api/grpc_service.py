"""The access plane over gRPC: the same core, the same rules, rich errors instead of an envelope."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from grpc_status import rpc_status

from gateway.api import wire
from gateway.api.faults import log_unforeseen
from gateway.api.json_views import DEVICE_TYPE
from gateway.api.port import CALL_HEADER
from gateway.api.status import grpc_status
from gateway.policy.errors import GatewayError, InternalError, Stepped
from latchbench.lockstep import SteppedRefusal
from protos.access.v1 import access_codes_pb2 as pb
from protos.access.v1 import access_codes_pb2_grpc

if TYPE_CHECKING:
    import logging
    from collections.abc import Awaitable, Callable, Mapping

    import grpc

    from gateway.api.keys import Keyring
    from gateway.api.port import AccessPlane, Gate
    from gateway.policy.records import AccessCodeView, DeviceView
    from latchbench.lockstep import Answer

T = TypeVar("T")

REQUEST_ID_KEY: Final = "seam-request-id"


class AccessCodeService(access_codes_pb2_grpc.AccessCodeServiceServicer):
    """The servicer. Each answer carries its request id: in trailing metadata, or as `RequestInfo`.

    A call whose client goes away is cancelled where it waits; what the core has admitted goes on.
    """

    def __init__(
        self,
        plane: AccessPlane,
        gate: Gate,
        keyring: Keyring,
        new_request_id: Callable[[], str],
        log: logging.Logger,
    ) -> None:
        """`new_request_id` gives the changing part of each request's id."""
        self._plane = plane
        self._gate = gate
        self._keyring = keyring
        self._new_request_id = new_request_id
        self._log = log

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve from `server`, which must not have started."""
        access_codes_pb2_grpc.add_AccessCodeServiceServicer_to_server(self, server)

    async def CreateMultiple(self, request: Any, context: Any) -> Any:
        """One PIN over many devices."""
        view = await self._ask(request, context, self._plane.create_multiple)
        return wire.create_multiple_message(view)

    async def Plan(self, request: Any, context: Any) -> Any:
        """What `CreateMultiple` would decide now."""
        return wire.plan_message(await self._ask(request, context, self._plane.plan))

    async def Get(self, request: Any, context: Any) -> Any:
        """One access code."""
        return wire.get_message(await self._ask(request, context, self._plane.get))

    async def List(self, request: Any, context: Any) -> Any:
        """A page of access codes."""
        page = await self._ask(request, context, self._plane.list)
        rows = cast("tuple[AccessCodeView, ...]", page.items)
        return wire.list_message(rows, page.next_cursor)

    async def Delete(self, request: Any, context: Any) -> Any:
        """Want an access code absent."""
        return wire.delete_message(await self._ask(request, context, self._plane.delete))

    async def Create(self, request: Any, context: Any) -> Any:
        """One access code on one device."""
        return wire.create_message(await self._ask(request, context, self._plane.create))

    async def Update(self, request: Any, context: Any) -> Any:
        """Another name, code, time or rule for one access code."""
        return wire.update_message(await self._ask(request, context, self._plane.update))

    async def UpdateMultiple(self, request: Any, context: Any) -> Any:
        """Another name or time for all access codes of a key."""
        await self._ask(request, context, self._plane.update_multiple)
        return pb.UpdateMultipleResponse()

    async def GenerateCode(self, request: Any, context: Any) -> Any:
        """A code that the device takes now."""
        return wire.generated_message(await self._ask(request, context, self._plane.generate))

    async def GetUnmanaged(self, request: Any, context: Any) -> Any:
        """One code that the gateway did not make."""
        view = await self._ask(request, context, self._plane.get_unmanaged)
        return pb.GetUnmanagedResponse(access_code=wire.unmanaged_message(view))

    async def ListUnmanaged(self, request: Any, context: Any) -> Any:
        """A page of the codes on a device that the gateway did not make."""
        page = await self._ask(request, context, self._plane.list_unmanaged)
        rows = map(wire.unmanaged_message, page.items)
        return pb.ListUnmanagedResponse(access_codes=rows, next_page_cursor=page.next_cursor)

    async def GetActionAttempt(self, request: Any, context: Any) -> Any:
        """One action attempt."""
        view = await self._ask(request, context, self._plane.get_attempt)
        return pb.GetActionAttemptResponse(action_attempt=wire.attempt_message(view))

    async def PullBackupAccessCode(self, request: Any, context: Any) -> Any:
        """A spare code for the guest of a code that cannot be set."""
        return wire.pulled_message(await self._ask(request, context, self._plane.pull_backup))

    async def GetDevice(self, request: Any, context: Any) -> Any:
        """One device."""
        view = await self._ask(request, context, self._plane.get_device)
        return wire.device_message(view, DEVICE_TYPE)

    async def ListDevices(self, request: Any, context: Any) -> Any:
        """A page of devices."""
        page = await self._ask(request, context, self._plane.list_devices)
        rows = cast("tuple[DeviceView, ...]", page.items)
        return wire.devices_message(rows, DEVICE_TYPE, page.next_cursor)

    async def WatchEvents(self, request: Any, context: Any) -> None:
        """Events until the caller ends the call.

        The initial metadata is sent once the watch stands: what happens later is not missed.
        """
        await self._guard(context, type(request).__name__, partial(self._watch, request, context))

    async def _watch(self, request: Any, context: Any) -> None:
        after = request.after_event_id if request.HasField("after_event_id") else None
        if request.stored:
            for event in self._plane.stored_events(after):
                await context.write(wire.event_message(event))
            return
        feed = self._plane.subscribe(after)
        try:
            await context.send_initial_metadata(())
            while True:
                await context.write(wire.event_message(await feed.next()))
        finally:
            feed.close()

    async def _ask(
        self,
        request: Any,
        context: Any,
        call: Callable[[Mapping[str, object], Answer[T]], None],
    ) -> T:
        def enter() -> Awaitable[T]:
            call_id = dict(context.invocation_metadata()).get(CALL_HEADER)
            return self._gate.call(call_id, partial(call, wire.body_of(request)))

        return await self._guard(context, type(request).__name__, enter)

    async def _guard(self, context: Any, what: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work` for a caller whose key is known; every failure leaves as a rich status."""
        request_id = f"request_{self._new_request_id()}"
        context.set_trailing_metadata(((REQUEST_ID_KEY, request_id),))
        try:
            self._keyring.check(dict(context.invocation_metadata()).get("authorization"))
            return await work()
        except GatewayError as error:
            status = grpc_status(error, request_id)
        except SteppedRefusal:
            status = grpc_status(Stepped(), request_id)
        # The edge of the process: whatever nobody foresaw ends here, and is told without its text.
        except Exception as error:  # noqa: BLE001
            log_unforeseen(self._log, request_id, what, error)
            status = grpc_status(InternalError(), request_id)
        await context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError("abort always raises")
