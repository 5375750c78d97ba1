"""The access plane as any client would call it: one HTTP connection pool, answers as plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_ANSWER: Final = 0
CONNECTION_REFUSED: Final = "connection_refused"
_REAL_TIMEOUT_S: Final = 120
# The gateway's server closes a connection that is idle for 5 s: no call may be on its way then.
_KEPT_IDLE_S: Final = 1


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What the gateway answered. `body` shows PINs: it is the caller's.

    `status` is NO_ANSWER when there was none: the error's type in `body` is `connection_closed`
    when the gateway went away meanwhile, and `connection_refused` when nobody was there.
    """

    status: int
    body: Mapping[str, Any] = field(repr=False)

    @classmethod
    def refused(cls) -> HttpReply:
        """No answer, because nobody serves."""
        return cls._none(CONNECTION_REFUSED, "nobody listens there")

    @classmethod
    def lost(cls) -> HttpReply:
        """No answer, because whoever served has gone."""
        return cls._none("connection_closed", "the gateway went away unanswered")

    @classmethod
    def _none(cls, word: str, message: str) -> HttpReply:
        return cls(NO_ANSWER, {"error": {"type": word, "message": message}})


class HttpDoor:
    """A client of one gateway. `patient`: it waits for an answer for any length of real time."""

    def __init__(self, base_url: str, api_key: str, *, patient: bool = False) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(_REAL_TIMEOUT_S, read=None if patient else _REAL_TIMEOUT_S),
            limits=httpx.Limits(keepalive_expiry=_KEPT_IDLE_S),
            trust_env=False,
            headers={
                "authorization": f"Bearer {api_key}",
                "content-type": "application/json",
            },
        )

    async def request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> HttpReply:
        """One call, and its answer or the lack of one."""
        content = None if body is None else json.dumps(body).encode()
        try:
            response = await self._client.request(
                method, path, content=content, headers=dict(headers)
            )
        except httpx.ConnectError:
            return HttpReply.refused()
        except httpx.TransportError:
            return HttpReply.lost()
        return HttpReply(response.status_code, response.json())

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()
