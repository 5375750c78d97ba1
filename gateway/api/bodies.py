"""Parameters out of an HTTP request, whichever of the three ways they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import msgspec

from gateway.policy.errors import InvalidInput, Problem, TooLarge
from gateway.policy.fields import as_object, from_query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from gateway.policy.fields import Parameter

BODY_BYTES_MAX: Final = 1024 * 1024

_decode = msgspec.json.Decoder(Any).decode


async def parameters_of(
    request: Request, table: Sequence[Parameter], bytes_max: int = BODY_BYTES_MAX
) -> Mapping[str, object]:
    """GET: the query string. DELETE: the query string or a JSON body. Otherwise the JSON body.

    An empty body is an empty object, so that the answer names the parameter that is missing.
    Raises `TooLarge`, or `InvalidInput` for what is not a JSON object or comes by both ways.
    """
    if request.method in ("GET", "HEAD"):
        return from_query(table, _pairs(request))
    body = _json_object(await _read(request, bytes_max))
    if request.method != "DELETE":
        return body
    query = from_query(table, _pairs(request))
    if query and body:
        raise InvalidInput(
            [Problem(None, "Parameters may be in the query string or in the body, not in both")]
        )
    return query or body


def _pairs(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.url.query, keep_blank_values=True)


async def _read(request: Request, bytes_max: int) -> bytes:
    """The body. What comes after `bytes_max` bytes is never kept; the server throws it away."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > bytes_max:
            raise TooLarge(bytes_max)
        chunks.append(chunk)
    return b"".join(chunks)


def _json_object(body: bytes) -> Mapping[str, object]:
    if not body:
        return {}
    try:
        value = _decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        # msgspec says where and how, never what: "trailing characters (byte 9)".
        raise InvalidInput([Problem(None, f"The body is not JSON: {error}")]) from None
    return as_object(value)
