"""The HTTP surface in front of a fake core: what it does not take, and how it says so."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from gateway.api.bodies import BODY_BYTES_MAX
from gateway.api.envelope import EXCEPTION_HANDLERS, Envelope
from gateway.api.http import build_app
from gateway.api.keys import Keyring
from gateway.policy import errors
from tests.wire.fake_core import (
    KEY,
    FakeGate,
    FakePlane,
    numbered_ids,
)
from tests.wire.http_client import LOG, open_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx


@pytest.fixture
def plane() -> FakePlane:
    return FakePlane()


@pytest.fixture
def gate() -> FakeGate:
    return FakeGate()


@pytest.fixture
async def client(plane: FakePlane, gate: FakeGate) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(plane, gate) as client:
        yield client


VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SERVED = {
    "/access_codes/create_multiple": {"PUT", "POST"},
    "/access_codes/get": {"GET", "POST"},
    "/access_codes/list": {"GET", "POST"},
    "/access_codes/delete": {"DELETE", "POST"},
    "/access_codes/create": {"POST"},
    "/access_codes/update": {"PATCH", "POST", "PUT"},
    "/access_codes/update_multiple": {"PATCH", "POST"},
    "/access_codes/generate_code": {"GET", "POST"},
    "/access_codes/unmanaged/get": {"GET", "POST"},
    "/access_codes/unmanaged/list": {"GET", "POST"},
    "/action_attempts/get": {"GET", "POST"},
    "/action_attempts/list": {"GET", "POST"},
    "/access_codes/pull_backup_access_code": {"POST"},
    "/devices/get": {"GET", "POST"},
    "/devices/list": {"GET", "POST"},
    "/events/list": {"GET", "POST"},
    "/latchbench/plan": {"POST"},
    "/health": {"GET"},
}
UNSERVED = [
    "/",
    "/access_codes",
    "/access_codes/unmanaged/update",
    "/access_codes/list/",
    "/%00",
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("path", [*SERVED, *UNSERVED])
async def test_every_answer_has_a_request_id_and_the_envelope(
    client: httpx.AsyncClient, path: str, verb: str
) -> None:
    answer = await client.request(verb, path)
    assert answer.headers["seam-request-id"] == "request_1"
    assert answer.headers["content-type"] == "application/json"
    served = SERVED.get(path)
    told = answer.json()
    assert told["ok"] is (answer.status_code == 200)
    if served is None:
        assert answer.status_code == 404
        assert told["error"]["type"] == "not_found"
    elif verb not in served:
        allowed = ", ".join(sorted(served))
        assert answer.status_code == 405
        assert told["error"]["type"] == "method_not_allowed"
        assert told["error"]["message"] == f"only {allowed} accepted"
        assert answer.headers["allow"] == allowed
    else:
        assert answer.status_code not in (404, 405)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "No Authorization header"),
        ("Bearer seam_unknown", "API Key not found"),
        (f"Bearer {KEY}x", "API Key not found"),
        ("Bearer", "API Key not found"),
        (f"Basic {KEY}", "The Authorization header is not a Bearer token"),
        (KEY, "The Authorization header is not a Bearer token"),
    ],
)
@pytest.mark.parametrize("path", [path for path in SERVED if path != "/health"])
async def test_without_a_known_key_nothing_is_asked_of_the_core(
    client: httpx.AsyncClient, plane: FakePlane, path: str, header: str | None, message: str
) -> None:
    del client.headers["authorization"]
    headers = {} if header is None else {"authorization": header}
    verb = max(SERVED[path])
    answer = await client.request(verb, path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"] == {"type": "unauthorized", "message": message, "data": {}}
    assert answer.headers["seam-request-id"].startswith("request")
    assert plane.bodies == []


async def test_a_key_may_be_written_with_any_case_of_bearer(client: httpx.AsyncClient) -> None:
    answer = await client.post("/devices/list", headers={"authorization": f"bearer  {KEY} "})
    assert answer.status_code == 200


def test_a_keyring_takes_no_key_that_an_sdk_would_not_send() -> None:
    for key in ("latchbench", "seam_cst1_x", "seam_at1_x", "seam_pk1_x", ""):
        with pytest.raises(ValueError, match="an API key starts with seam_"):
            Keyring([key])
    assert KEY not in repr(Keyring([KEY]))


async def test_a_delete_by_query_and_body_at_once_is_refused(
    client: httpx.AsyncClient, plane: FakePlane
) -> None:
    answer = await client.request(
        "DELETE",
        "/access_codes/delete",
        params={"access_code_id": "code-0"},
        json={"access_code_id": "code-1"},
    )
    assert answer.status_code == 400
    assert plane.bodies == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "device_ids is required"),
        (b"{}", "device_ids is required"),
        (b"[]", "Expected object, received array"),
        (b"null", "Expected object, received null"),
        (b'"4821"', "Expected object, received string"),
        (b"{", "The body is not JSON: Input data was truncated"),
        (b"{'a': 1}", "The body is not JSON: JSON is malformed"),
        (b"\xff\xfe", "The body is not JSON: JSON is malformed"),
        (b'{"name": "\\ud800 and more text"}', "The body is not JSON: JSON is malformed"),
        (b'{"a":' * 100_000, "The body is not JSON: maximum recursion depth exceeded"),
        (b"[" * 500_000, "The body is not JSON: maximum recursion depth exceeded"),
        (b'{"a": ' + b"9" * 100_000 + b"}", "The body is not JSON: Integer value out of range"),
    ],
)
async def test_what_is_no_json_object_is_told_and_not_asked_of_the_core(
    client: httpx.AsyncClient, content: bytes, message: str
) -> None:
    answer = await client.put("/access_codes/create_multiple", content=content)
    told = answer.json()["error"]
    assert answer.status_code == 400
    assert told["type"] == "invalid_input"
    assert told["message"].startswith(message)
    assert "_errors" in told["validation_errors"]


async def test_a_body_may_be_one_mebibyte_and_not_a_byte_more(client: httpx.AsyncClient) -> None:
    frame = b'{"device_ids": ["%s"]}'
    fits = frame % (b"x" * (BODY_BYTES_MAX - len(frame) + 2))
    assert len(fits) == BODY_BYTES_MAX
    answer = await client.put("/access_codes/create_multiple", content=fits)
    assert answer.status_code == 200
    answer = await client.put("/access_codes/create_multiple", content=fits + b" ")
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "too_large")


async def test_a_promise_that_is_not_kept_yet_is_not_taken(client: httpx.AsyncClient) -> None:
    answer = await client.post("/access_codes/list", json={"device_id": "a", "search": "Jane"})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "not_supported"
    assert answer.json()["error"]["data"] == {"parameters": ["search"]}


async def test_the_key_of_a_call_travels_in_a_header(
    client: httpx.AsyncClient, plane: FakePlane
) -> None:
    for path, body in (
        ("/access_codes/create_multiple", {"device_ids": ["a"]}),
        ("/access_codes/create", {"device_id": "a"}),
    ):
        await client.post(path, json=body, headers={"idempotency-key": "again"})
        assert plane.bodies[-1]["request_id"] == "again"


async def test_a_refusal_names_every_device(client: httpx.AsyncClient, plane: FakePlane) -> None:
    plane.failure = errors.CodeCannotBeShared(
        [
            errors.Refusal("a", "pin_in_use", "Taken", managed_access_code_id="m-1"),
            errors.Refusal("b", "no_space", "Full"),
        ]
    )
    answer = await client.put("/access_codes/create_multiple", json={"device_ids": ["a", "b"]})
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "type": "code_cannot_be_shared",
        "message": "No access code was created: 2 devices cannot share it "
        "(pin_in_use: 1, no_space: 1)",
        "data": {
            "devices": [
                {
                    "device_id": "a",
                    "reason": "pin_in_use",
                    "message": "Taken",
                    "managed_access_code_id": "m-1",
                },
                {"device_id": "b", "reason": "no_space", "message": "Full"},
            ]
        },
    }


async def test_what_nobody_foresaw_is_a_500_whose_log_holds_no_value(
    client: httpx.AsyncClient, plane: FakePlane, caplog: pytest.LogCaptureFixture
) -> None:
    inner = KeyError("90210317")
    plane.failure = ValueError("statement failed with ('90210317',)")
    plane.failure.__cause__ = inner
    inner.__context__ = plane.failure
    body = {"device_ids": ["a"], "code": "90210317"}
    answer = await client.put("/access_codes/create_multiple", json=body)
    assert answer.status_code == 500
    assert answer.json() == {
        "error": {
            "type": "internal_error",
            "message": "Internal error",
            "data": {"request_id": "request_1"},
        },
        "ok": False,
    }
    assert answer.headers["seam-request-id"] == "request_1"
    assert "90210317" not in caplog.text
    assert "Traceback" not in answer.text
    [record] = caplog.records
    for word in ("request_1", "PUT /access_codes/create_multiple", "ValueError", "KeyError"):
        assert word in record.getMessage()
    assert "http.py" in record.getMessage()


async def test_what_breaks_after_the_answer_began_is_logged_and_not_answered_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("90210317")

    async def no_more() -> Any:
        raise AssertionError

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    app = Envelope(breaks, new_id=numbered_ids(), log=LOG)
    await app({"type": "http", "method": "GET", "path": "/", "headers": []}, no_more, send)
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert len(caplog.records) == 1
    assert "90210317" not in caplog.text


async def test_the_benchs_mark_reaches_the_gate(client: httpx.AsyncClient, gate: FakeGate) -> None:
    await client.post("/devices/list", headers={"latchbench-call": "call-7"})
    await client.post("/devices/list")
    assert gate.call_ids == ["call-7", None]


async def test_a_foreign_call_while_time_is_stepped_is_refused(
    client: httpx.AsyncClient, gate: FakeGate
) -> None:
    gate.stepped = True
    answer = await client.post("/devices/list")
    assert (answer.status_code, answer.json()["error"]["type"]) == (409, "time_is_stepped")
    marked = await client.post("/devices/list", headers={"latchbench-call": "call-7"})
    assert marked.status_code == 200


async def test_a_caller_that_hangs_up_is_no_longer_waited_for(
    plane: FakePlane, gate: FakeGate, caplog: pytest.LogCaptureFixture
) -> None:
    plane.silent = True
    app = build_app(plane, gate, Keyring([KEY]), numbered_ids(), LOG)
    sent: list[Any] = []
    body_left = [{"type": "http.request", "body": b'{"device_ids": ["a"]}', "more_body": False}]

    async def receive() -> Any:
        if body_left:
            return body_left.pop()
        await gate.waiting.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "PUT",
        "path": "/access_codes/create_multiple",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {KEY}".encode())],
    }
    await app(scope, receive, send)
    await gate.abandoned.wait()
    assert len(plane.bodies) == 1
    assert sent == []
    assert caplog.records == []


def test_no_refusal_takes_a_thread_of_the_framework() -> None:
    """Starlette runs a handler that is no coroutine in a pool of threads, past everything else."""
    assert EXCEPTION_HANDLERS
    for handler in EXCEPTION_HANDLERS.values():
        assert inspect.iscoroutinefunction(handler), handler
