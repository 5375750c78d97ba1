"""What commands share that talk to a bench that is up."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from latchbench import exits, ready
from latchbench.pin import MASK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

T = TypeVar("T")

_CALLERS_FAULT: Final = frozenset({"NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION"})
# A word of the caller's that is repeated to him may be a code in the wrong place.
_QUOTED_DIGITS: Final = re.compile(r"'[0-9#]{4,}'")
# Long enough to wait for somebody's `clock advance`.
ANSWER_WITHIN_S: Final = 60.0


def ask_bench(told: Mapping[str, Any], ask: Callable[[Any], Awaitable[T]]) -> T:
    """One question to the bench's own socket.

    Raises `CommandError` with the bench's words when it refuses, or when it has gone.
    """
    return asyncio.run(_ask(str(told["control_socket"]), ask))


async def _ask(socket: str, ask: Callable[[Any], Awaitable[T]]) -> T:
    import grpc

    from latchbench.channel import ACCESS_OUT_MAX, channel_options, open_channel
    from protos.bench.v1.bench_pb2_grpc import BenchServiceStub

    channel = open_channel(f"unix:{socket}", channel_options(ACCESS_OUT_MAX, ACCESS_OUT_MAX))
    async with channel:
        try:
            return await ask(BenchServiceStub(channel))
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                raise exits.CommandError(ready.GONE, exits.ENVIRONMENT) from error
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                message = "the bench of this ready file does not answer"
                raise exits.CommandError(message, exits.ENVIRONMENT) from error
            code = exits.USAGE if error.code().name in _CALLERS_FAULT else exits.OURS
            words = _QUOTED_DIGITS.sub(f"'{MASK}'", error.details() or error.code().name)
            raise exits.CommandError(words, code) from error


def act_and_look(told: Mapping[str, Any], name: str, **action: Any) -> tuple[Any, Any]:
    """Do something to a lock, if anything: what its keypad showed, and the lock afterwards."""
    from protos.bench.v1 import bench_pb2 as pb

    async def ask(stub: Any) -> tuple[Any, Any]:
        outcome = None
        if action:
            act = pb.ActRequest(lock=name, **action)
            outcome = await stub.Act(act, timeout=ANSWER_WITHIN_S)
        look = pb.DumpTruthRequest(locks=[name])
        reply = await stub.DumpTruth(look, timeout=ANSWER_WITHIN_S)
        return outcome, reply.locks[0]

    return ask_bench(told, ask)
