"""The access plane over HTTP and JSON, shaped so that Seam's own SDKs drive it unchanged.

Each path is served under every verb that any published SDK uses for it. The parameters travel in
the query string with GET and DELETE, and as JSON otherwise; the rules about them are the core's.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route

from gateway.api.bodies import parameters_of
from gateway.api.envelope import EXCEPTION_HANDLERS, Envelope, ok_response
from gateway.api.event_json import event_json
from gateway.api.json_views import (
    access_code_json,
    attempt_json,
    create_json,
    create_multiple_json,
    device_json,
    generated_json,
    plan_json,
    unmanaged_json,
)
from gateway.api.port import CALL_HEADER
from gateway.policy.answers import REQUEST_ID
from gateway.policy.create import CREATE_PARAMETERS
from gateway.policy.history import EVENTS_PARAMETERS
from gateway.policy.lookups import (
    ATTEMPT_PARAMETERS,
    ATTEMPTS_PARAMETERS,
    GENERATE_PARAMETERS,
    UNMANAGED_PARAMETERS,
)
from gateway.policy.queries import (
    DELETE_PARAMETERS,
    DEVICE_PARAMETERS,
    DEVICES_PARAMETERS,
    GET_PARAMETERS,
    LIST_PARAMETERS,
    PULL_PARAMETERS,
)
from gateway.policy.request import PARAMETERS
from gateway.policy.times import time_text
from gateway.policy.update import UPDATE_MULTIPLE_PARAMETERS, UPDATE_PARAMETERS

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from starlette.responses import Response

    from gateway.api.keys import Keyring
    from gateway.api.port import AccessPlane, Gate
    from gateway.policy.fields import Parameter
    from gateway.policy.records import Page
    from latchbench.lockstep import Answer

T = TypeVar("T")

_GET: Final = ("GET", "POST")
_PATCH: Final = ("PATCH", "POST")
IDEMPOTENCY_HEADER: Final = "idempotency-key"
# Beyond this a URL is not safe to send; a caller still has the cursor.
_URL_MAX: Final = 8000


def build_app(
    plane: AccessPlane,
    gate: Gate,
    keyring: Keyring,
    new_request_id: Callable[[], str],
    log: logging.Logger,
) -> Starlette:
    """The ASGI application. `new_request_id` gives the changing part of each request's id.

    Serve it without an access log: `access_codes/get` may carry a PIN in its query string.
    """
    surface = _Surface(plane, gate, keyring)
    app = Starlette(
        routes=surface.routes(),
        middleware=[Middleware(Envelope, new_id=new_request_id, log=log)],
        exception_handlers=dict(EXCEPTION_HANDLERS),
    )
    # A path with a slash too many is unknown; a redirect would be an answer without an envelope.
    app.router.redirect_slashes = False
    return app


class _Surface:
    """The endpoints: read, ask the core, draw the answer."""

    def __init__(self, plane: AccessPlane, gate: Gate, keyring: Keyring) -> None:
        self._plane = plane
        self._gate = gate
        self._keyring = keyring

    def routes(self) -> list[Route]:
        """Every path with its verbs."""
        return [
            Route("/access_codes/create_multiple", self._create_multiple, methods=["PUT", "POST"]),
            Route("/access_codes/create", self._create, methods=["POST"]),
            Route("/access_codes/update", self._update, methods=["PATCH", "POST", "PUT"]),
            Route("/access_codes/update_multiple", self._update_multiple, methods=_PATCH),
            Route("/access_codes/generate_code", self._generate, methods=_GET),
            Route("/access_codes/unmanaged/get", self._get_unmanaged, methods=_GET),
            Route("/access_codes/unmanaged/list", self._list_unmanaged, methods=_GET),
            Route("/action_attempts/get", self._get_attempt, methods=_GET),
            Route("/action_attempts/list", self._list_attempts, methods=_GET),
            Route("/access_codes/get", self._get, methods=_GET),
            Route("/access_codes/list", self._list, methods=_GET),
            Route("/access_codes/delete", self._delete, methods=["DELETE", "POST"]),
            Route("/access_codes/pull_backup_access_code", self._pull_backup, methods=["POST"]),
            Route("/devices/get", self._get_device, methods=_GET),
            Route("/devices/list", self._list_devices, methods=_GET),
            Route("/events/list", self._list_events, methods=_GET),
            Route("/latchbench/plan", self._plan, methods=["POST"]),
            Route("/health", self._health, methods=["GET"]),
        ]

    async def _create_multiple(self, http: Request) -> Response:
        body = _with_key(http, await self._body(http, PARAMETERS))
        return ok_response(
            create_multiple_json(await self._ask(http, body, self._plane.create_multiple))
        )

    async def _create(self, http: Request) -> Response:
        body = _with_key(http, await self._body(http, CREATE_PARAMETERS))
        return ok_response(create_json(await self._ask(http, body, self._plane.create)))

    async def _update(self, http: Request) -> Response:
        body = await self._body(http, UPDATE_PARAMETERS)
        view = await self._ask(http, body, self._plane.update)
        return ok_response({"action_attempt": attempt_json(view)})

    async def _update_multiple(self, http: Request) -> Response:
        body = await self._body(http, UPDATE_MULTIPLE_PARAMETERS)
        await self._ask(http, body, self._plane.update_multiple)
        return ok_response()

    async def _generate(self, http: Request) -> Response:
        query = await self._body(http, GENERATE_PARAMETERS)
        return ok_response(generated_json(await self._ask(http, query, self._plane.generate)))

    async def _get_unmanaged(self, http: Request) -> Response:
        query = await self._body(http, GET_PARAMETERS)
        view = await self._ask(http, query, self._plane.get_unmanaged)
        return ok_response({"access_code": unmanaged_json(view)})

    async def _list_unmanaged(self, http: Request) -> Response:
        return await self._page(
            http,
            UNMANAGED_PARAMETERS,
            self._plane.list_unmanaged,
            lambda rows: {"access_codes": [*map(unmanaged_json, rows)]},
        )

    async def _get_attempt(self, http: Request) -> Response:
        query = await self._body(http, ATTEMPT_PARAMETERS)
        view = await self._ask(http, query, self._plane.get_attempt)
        return ok_response({"action_attempt": attempt_json(view)})

    async def _list_attempts(self, http: Request) -> Response:
        return await self._page(
            http,
            ATTEMPTS_PARAMETERS,
            self._plane.list_attempts,
            lambda rows: {"action_attempts": [*map(attempt_json, rows)]},
        )

    async def _plan(self, http: Request) -> Response:
        body = await self._body(http, PARAMETERS)
        return ok_response(plan_json(await self._ask(http, body, self._plane.plan)))

    async def _get(self, http: Request) -> Response:
        query = await self._body(http, GET_PARAMETERS)
        view = await self._ask(http, query, self._plane.get)
        return ok_response({"access_code": access_code_json(view)})

    async def _list(self, http: Request) -> Response:
        return await self._page(
            http,
            LIST_PARAMETERS,
            self._plane.list,
            lambda rows: {"access_codes": [*map(access_code_json, rows)]},
        )

    async def _delete(self, http: Request) -> Response:
        query = await self._body(http, DELETE_PARAMETERS)
        view = await self._ask(http, query, self._plane.delete)
        return ok_response({"action_attempt": attempt_json(view)})

    async def _pull_backup(self, http: Request) -> Response:
        query = await self._body(http, PULL_PARAMETERS)
        view = await self._ask(http, query, self._plane.pull_backup)
        backup = access_code_json(view.backup)
        # Today's SDKs read the first name, clients of older days the second.
        return ok_response({"access_code": backup, "backup_access_code": backup})

    async def _get_device(self, http: Request) -> Response:
        query = await self._body(http, DEVICE_PARAMETERS)
        view = await self._ask(http, query, self._plane.get_device)
        return ok_response({"device": device_json(view)})

    async def _list_devices(self, http: Request) -> Response:
        return await self._page(
            http,
            DEVICES_PARAMETERS,
            self._plane.list_devices,
            lambda rows: {"devices": [*map(device_json, rows)]},
        )

    async def _list_events(self, http: Request) -> Response:
        query = await self._body(http, EVENTS_PARAMETERS)
        view = await self._ask(http, query, self._plane.list_events)
        return ok_response({"events": [event_json(one, view.workspace_id) for one in view.events]})

    async def _page(
        self,
        http: Request,
        table: Sequence[Parameter],
        call: Callable[[Mapping[str, object], Answer[Page]], None],
        draw: Callable[[Sequence[Any]], dict[str, Any]],
    ) -> Response:
        query = await self._body(http, table)
        page = await self._ask(http, query, call)
        return ok_response({**draw(page.items), "pagination": _pagination(http, query, page)})

    async def _health(self, http: Request) -> Response:
        return ok_response({"now": time_text(self._plane.now_us())})

    async def _body(self, http: Request, table: Sequence[Parameter]) -> Mapping[str, object]:
        self._keyring.check(http.headers.get("authorization"))
        return await parameters_of(http, table)

    async def _ask(
        self,
        http: Request,
        body: Mapping[str, object],
        call: Callable[[Mapping[str, object], Answer[T]], None],
    ) -> T:
        call_id = http.headers.get(CALL_HEADER)
        return await _while_connected(http, self._gate.call(call_id, partial(call, body)))


def _with_key(http: Request, body: Mapping[str, object]) -> Mapping[str, object]:
    """The body with the caller's own id of the call, which HTTP carries as a header."""
    key = http.headers.get(IDEMPOTENCY_HEADER)
    return body if key is None else {**body, REQUEST_ID: key}


async def _while_connected(http: Request, call: Coroutine[Any, Any, T]) -> T:
    """The call's answer. When the connection closes first, stop waiting for it, as gRPC does.

    Raises `ClientDisconnect` then. The request's body must have been read.
    """
    answer = asyncio.ensure_future(call)
    gone = asyncio.ensure_future(_hung_up(http))
    try:
        await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise ClientDisconnect
        return answer.result()
    finally:
        answer.cancel()
        gone.cancel()


async def _hung_up(http: Request) -> None:
    """Wait until the server says that the connection is gone."""
    while (await http.receive())["type"] != "http.disconnect":
        pass


def _pagination(http: Request, query: Mapping[str, object], page: Page) -> dict[str, Any]:
    url = None
    if page.next_cursor is not None:
        following = urlencode({**query, "page_cursor": page.next_cursor}, doseq=True)
        url = str(http.url.replace(query=following))
    return {
        "next_page_cursor": page.next_cursor,
        "has_next_page": page.next_cursor is not None,
        "next_page_url": url if url is None or len(url) <= _URL_MAX else None,
    }
