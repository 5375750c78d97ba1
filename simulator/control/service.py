"""The control plane of one host: the bench's hands on its locks, served on a unix socket."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

import grpc

from latchbench.lockstep import SteppedRefusal
from protos.bench.v1 import bench_pb2 as pb
from protos.bench.v1 import bench_pb2_grpc as pb_grpc
from simulator.control.acts import perform, set_hub
from simulator.control.errors import BadAct, ControlError, NotPossible, UnknownHub, UnknownLock
from simulator.control.truth import truth
from simulator.control.wire import act_from_wire, outcome_to_wire, truth_to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from latchbench.lockstep import Answer, Participant
    from simulator.host.core import HostCore
    from simulator.host.lock_runner import LockRunner

T = TypeVar("T")

CALL_KEY: Final = "latchbench-call"

_STATUS: Final[Mapping[type[ControlError], Any]] = MappingProxyType(
    {
        UnknownLock: grpc.StatusCode.NOT_FOUND,
        UnknownHub: grpc.StatusCode.NOT_FOUND,
        BadAct: grpc.StatusCode.INVALID_ARGUMENT,
        NotPossible: grpc.StatusCode.FAILED_PRECONDITION,
    }
)


class HostControlServicer(pb_grpc.HostControlServiceServicer):
    """Acts on the locks of one host, and tells the truth about them.

    While a bench steps the host a call enters in the step that names it; even a wrong one does,
    because the bench waits for its answer there.
    """

    def __init__(self, participant: Participant, core: HostCore) -> None:
        self._participant = participant
        self._core = core

    async def Act(
        self, request: pb.ActRequest, context: grpc.aio.ServicerContext
    ) -> pb.ActResponse:
        """Do one thing to one lock."""

        def act() -> pb.ActResponse:
            lock = self._lock(request.lock)
            return outcome_to_wire(perform(lock, act_from_wire(request)))

        return await self._enter(act, context)

    async def DumpTruth(
        self, request: pb.DumpTruthRequest, context: grpc.aio.ServicerContext
    ) -> pb.DumpTruthResponse:
        """The locks that are named, in that order, or all by name."""

        def dump() -> pb.DumpTruthResponse:
            named = [self._lock(name) for name in request.locks]
            locks = named or self._core.locks
            return pb.DumpTruthResponse(locks=[truth_to_wire(truth(lock)) for lock in locks])

        return await self._enter(dump, context)

    async def SetHub(
        self, request: pb.SetHubRequest, context: grpc.aio.ServicerContext
    ) -> pb.SetHubResponse:
        """Put a hub out of work, or back."""

        def change() -> pb.SetHubResponse:
            hub = self._core.hub(request.hub)
            if hub is None:
                raise UnknownHub(f"no hub is called {request.hub!r} in this host")
            set_hub(hub, request.state)
            return pb.SetHubResponse()

        return await self._enter(change, context)

    def _lock(self, name: str) -> LockRunner:
        lock = self._core.lock(name)
        if lock is None:
            raise UnknownLock(f"no lock is called {name!r} in this host")
        return lock

    async def _enter(self, work: Callable[[], T], context: grpc.aio.ServicerContext) -> T:
        call_id = dict(context.invocation_metadata() or ()).get(CALL_KEY)

        def enter(answer: Answer[T]) -> None:
            try:
                value = work()
            except ControlError as error:
                answer.fail(error)
            else:
                answer.ok(value)

        try:
            return await self._participant.call(call_id, enter)
        except ControlError as error:
            await context.abort(_STATUS[type(error)], str(error))
        except SteppedRefusal:
            await context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"a bench steps this host: its calls carry {CALL_KEY}",
            )
        raise AssertionError("abort has raised")
