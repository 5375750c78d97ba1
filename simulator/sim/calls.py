"""Calls into a process of ours that is none: its servicers, without gRPC between.

Requests and answers are encoded and decoded on the way, as gRPC does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import grpc

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from google.protobuf.descriptor import ServiceDescriptor
    from google.protobuf.message import Message

    from simulator.sim.processes import Life

Metadata = tuple[tuple[str, str], ...]


class CallContext:
    """What a servicer is given beside the request of a single call."""

    def __init__(self, metadata: Metadata) -> None:
        self._metadata = metadata

    def invocation_metadata(self) -> Metadata:
        """What the caller says about the call."""
        return self._metadata

    async def abort(self, code: grpc.StatusCode, details: str = "") -> NoReturn:
        """End the call with an error, as its caller sees it."""
        nothing = grpc.aio.Metadata()
        raise grpc.aio.AioRpcError(code, nothing, nothing, details)

    async def abort_with_status(self, status: grpc.Status) -> NoReturn:
        """The same with the parts of a rich status that a bench looks at."""
        await self.abort(status.code, status.details)
        raise AssertionError("abort has raised")


class DirectStub:
    """Has a method for each single call of a service, named and called as gRPC's stub has it."""

    def __init__(self, service: ServiceDescriptor, servicer: Any, process: Life) -> None:
        for method in service.methods:
            if not (method.client_streaming or method.server_streaming):
                setattr(self, method.name, _direct(getattr(servicer, method.name), process))

    if TYPE_CHECKING:  # what the names are is the descriptor's business

        def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]: ...


def _direct(
    method: Callable[[Any, Any], Coroutine[Any, Any, Message]], process: Life
) -> Callable[..., Awaitable[Message]]:
    async def call(request: Message, metadata: Metadata = ()) -> Message:
        told = type(request).FromString(request.SerializeToString())
        answer = await process.finished(method(told, CallContext(metadata)))
        return type(answer).FromString(answer.SerializeToString())

    return call
