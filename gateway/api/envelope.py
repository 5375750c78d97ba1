"""What every HTTP answer has in common: JSON, `ok`, a request id, and no traceback.

`Envelope` is the outermost layer. It gives each request its id and puts it into the answer's
`seam-request-id`, whoever made the answer; and it turns what nobody foresaw into a 500.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.api.faults import log_unforeseen
from gateway.api.status import http_error
from gateway.policy.errors import (
    GatewayError,
    InternalError,
    MethodNotAllowed,
    NotFound,
    Stepped,
)
from latchbench.lockstep import SteppedRefusal

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

REQUEST_ID_HEADER: Final = "seam-request-id"
_STATE_KEY: Final = "request_id"

_encode = msgspec.json.Encoder().encode


def json_response(body: Mapping[str, Any], status: int = 200) -> Response:
    """An answer with this JSON body."""
    return Response(_encode(body), status, media_type="application/json")


def ok_response(body: Mapping[str, Any] | None = None) -> Response:
    """A success: the body, and `ok`."""
    return json_response({**(body or {}), "ok": True})


def error_response(error: GatewayError, request_id: str) -> Response:
    """A failure in the API's envelope."""
    status, body = http_error(error, request_id)
    response = json_response(body, status)
    if isinstance(error, MethodNotAllowed):
        response.headers["allow"] = ", ".join(error.allowed)
    return response


class Envelope:
    """ASGI middleware around the whole application.

    `new_id` is the source of chance for request ids; they read `request_<id>`, as SDKs expect.
    """

    def __init__(self, app: ASGIApp, *, new_id: Callable[[], str], log: logging.Logger) -> None:
        self._app = app
        self._new_id = new_id
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"request_{self._new_id()}"
        scope.setdefault("state", {})[_STATE_KEY] = request_id
        started = False

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:
            # There is nobody left to answer.
            return
        # The edge of the process: whatever nobody foresaw ends here, and is told without its text.
        except Exception as error:  # noqa: BLE001
            log_unforeseen(self._log, request_id, f"{scope['method']} {scope['path']}", error)
            if not started:
                response = error_response(InternalError(), request_id)
                await response(scope, receive, send_marked)


def request_id_of(request: Request) -> str:
    """The id that `Envelope` gave to the request."""
    return str(request.state.request_id)


async def _gateway_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GatewayError)
    return error_response(error, request_id_of(request))


async def _unknown_path(request: Request, error: Exception) -> Response:
    return error_response(NotFound(request.url.path), request_id_of(request))


async def _wrong_verb(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    verbs = (error.headers or {})["Allow"].split(", ")
    # HEAD comes with GET by itself and would only be noise in the message.
    served = sorted(verb for verb in verbs if verb != "HEAD")
    return error_response(MethodNotAllowed(served), request_id_of(request))


async def _stepped(request: Request, error: Exception) -> Response:
    return error_response(Stepped(), request_id_of(request))


# The numbers are what Starlette refuses by itself.
EXCEPTION_HANDLERS: Final[Mapping[Any, ExceptionHandler]] = {
    GatewayError: _gateway_error,
    SteppedRefusal: _stepped,
    404: _unknown_path,
    405: _wrong_verb,
}
