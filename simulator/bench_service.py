"""The bench's own door, by the names of the locks: what the command line and a console talk to."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import grpc

from latchbench.process import ProcessFailed
from protos.bench.v1 import bench_pb2 as pb
from protos.bench.v1 import bench_pb2_grpc as pb_grpc
from simulator.paced_clock import CannotMove
from simulator.rounds import Stuck

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from simulator.bench import Bench
    from simulator.paced_clock import ClockState

T = TypeVar("T")


class BenchServicer(pb_grpc.BenchServiceServicer):
    """Passes what it is asked to the host that has the lock."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def GetBench(self, request: Any, context: Any) -> Any:
        """The locks and where everything is."""
        del request, context
        return pb.GetBenchResponse(
            now_us=self._bench.paced.state().now_us,
            seed=self._bench.options.seed,
            http_url=self._bench.http_url,
            grpc_address=self._bench.grpc_address,
            gateway_pid=self._bench.gateway_pid,
            locks=[
                pb.BenchLock(
                    lock=name,
                    device_id=lock.device_id,
                    profile=lock.plan.profile.name,
                    hub=lock.plan.hub or "",
                    host=lock.host,
                    host_pid=lock.host_pid,
                    host_address=lock.host_address,
                    nvm_path=lock.nvm_path,
                )
                for name, lock in self._bench.locks.items()
            ],
        )

    async def Act(self, request: Any, context: Any) -> Any:
        """Do something to a lock."""
        await self._known(request.lock, context)
        action = request.WhichOneof("action")
        if action is None:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no action was given")
        try:
            return await self._bench.act(request.lock, **{action: getattr(request, action)})
        except grpc.aio.AioRpcError as error:
            return await context.abort(error.code(), error.details())

    async def DumpTruth(self, request: Any, context: Any) -> Any:
        """Locks as they really are."""
        names = list(request.locks) or list(self._bench.locks)
        for name in names:
            await self._known(name, context)
        try:
            return pb.DumpTruthResponse(locks=[await self._bench.truth(name) for name in names])
        except grpc.aio.AioRpcError as error:
            return await context.abort(error.code(), error.details())

    # The clock.

    async def GetClock(self, request: Any, context: Any) -> Any:
        """What time it is, and how fast it passes."""
        del request, context
        return _clock(self._bench.paced.state())

    async def PauseClock(self, request: Any, context: Any) -> Any:
        """Hold every process."""
        del request
        return _clock(await self._moved(self._bench.paced.pause(), context))

    async def ResumeClock(self, request: Any, context: Any) -> Any:
        """Let time pass."""
        rate = request.rate if request.HasField("rate") else None
        return _clock(await self._moved(self._bench.paced.resume(rate), context))

    async def AdvanceClock(self, request: Any, context: Any) -> Any:
        """Move on in lockstep."""
        if request.WhichOneof("target") is None:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no target was given")

        def target_us(now_us: int) -> int:
            return now_us + request.by_us if request.HasField("by_us") else int(request.to_us)

        advanced = await self._moved(self._bench.paced.advance(target_us), context)
        return pb.AdvanceClockResponse(
            from_us=advanced.from_us,
            clock=_clock(advanced.clock),
            messages=advanced.messages,
            timers=advanced.timers,
        )

    async def _moved(self, moving: Awaitable[T], context: Any) -> T:
        try:
            return await moving
        except CannotMove as error:
            return await self._refused(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except (ProcessFailed, Stuck) as error:
            return await self._refused(context, grpc.StatusCode.INTERNAL, str(error))
        except grpc.aio.AioRpcError as error:
            words = f"a process did not answer: {error.details()}"
            return await self._refused(context, grpc.StatusCode.INTERNAL, words)

    @staticmethod
    async def _refused(context: Any, status: grpc.StatusCode, words: str) -> NoReturn:
        await context.abort(status, words)
        raise AssertionError("abort has raised")

    async def SetHub(self, request: Any, context: Any) -> Any:
        """Put a declared hub out of work, or back."""
        hubs = [hub for hub, locks in self._bench.fleet.hubs.items() if locks]
        if request.hub not in hubs:
            await _abort_unknown("hub", request.hub, hubs, context)
        try:
            await self._bench.set_hub(request.hub, request.state)
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details())
        return pb.SetHubResponse()

    async def _known(self, name: str, context: Any) -> None:
        if name not in self._bench.locks:
            await _abort_unknown("lock", name, self._bench.locks, context)


def _clock(state: ClockState) -> pb.BenchClock:
    return pb.BenchClock(now_us=state.now_us, paused=state.paused, rate=state.rate)


async def _abort_unknown(what: str, name: str, names: Iterable[str], context: Any) -> None:
    near = difflib.get_close_matches(name, list(names), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    await context.abort(grpc.StatusCode.NOT_FOUND, f"no {what} is named {name!r}{hint}")
