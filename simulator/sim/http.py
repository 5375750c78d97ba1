"""The access plane of a gateway in this process: its ASGI application, called as a server calls it.

Bodies are JSON both ways, as over a socket.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from simulator.http_door import HttpReply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.sim.processes import Life


class DirectDoor:
    """Does for such a gateway what `HttpDoor` does over HTTP."""

    def __init__(self, gateway: Callable[[], Life | None], api_key: str) -> None:
        """`gateway` tells who serves now, if anybody."""
        self._gateway = gateway
        self._api_key = api_key

    async def request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> HttpReply:
        """One call, and its answer or the lack of one."""
        gateway = self._gateway()
        if gateway is None:
            return HttpReply.refused()
        content = b"" if body is None else json.dumps(body).encode()
        told = {
            "authorization": f"Bearer {self._api_key}",
            "content-type": "application/json",
            **headers,
        }
        exchange = _Exchange(content)
        serving = gateway.answer(gateway.http(_scope(method, path, told), *exchange.ends()))
        try:
            await asyncio.wait([serving])
        except asyncio.CancelledError:
            exchange.hang_up()
            raise
        if serving.cancelled():
            return HttpReply.lost()
        serving.result()
        return exchange.reply()

    async def close(self) -> None:
        """Nothing is open."""


class _Exchange:
    """One request's body on its way in, and the answer on its way out."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content
        self._hung_up = asyncio.Event()
        self._status = 0
        self._answer = b""

    def ends(self) -> tuple[Any, Any]:
        """ASGI's `receive` and `send`."""
        return self._receive, self._send

    async def _receive(self) -> dict[str, Any]:
        if self._content is not None:
            content, self._content = self._content, None
            return {"type": "http.request", "body": content, "more_body": False}
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        else:
            self._answer += message.get("body", b"")

    def hang_up(self) -> None:
        """The caller goes away."""
        self._hung_up.set()

    def reply(self) -> HttpReply:
        """What was answered."""
        return HttpReply(self._status, json.loads(self._answer))


def _scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    parts = urlsplit(path)
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
        "server": ("latchbench", 80),
        "client": ("bench", 0),
    }
