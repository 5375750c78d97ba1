"""Seam's own Python SDK against the HTTP surface, over a real socket."""

from __future__ import annotations

import inspect
import logging
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from seam.exceptions import (
    SeamActionAttemptFailedError,
    SeamHttpApiError,
    SeamHttpInvalidInputError,
    SeamHttpUnauthorizedError,
)
from seam.resources.seam_event import (
    AccessCodeFailedToSetOnDeviceEvent,
    AccessCodeNameChangedEvent,
    AccessCodeSetOnDeviceEvent,
)
from seam.routes.events import Events
from seam.seam import Seam

from gateway.api.http import build_app
from gateway.api.keys import Keyring
from gateway.policy import errors
from gateway.policy.history import EVENTS_PARAMETERS
from gateway.policy.mutations import Change, Mutation, Terms
from gateway.policy.records import EventRecord
from latchbench.pin import Pin
from tests.wire.fake_core import (
    DUPLICATE,
    KEY,
    NOW,
    NOW_US,
    FakeGate,
    FakePlane,
    a_code,
    a_device,
    numbered_ids,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.wire


@pytest.fixture
def plane() -> FakePlane:
    return FakePlane()


@pytest.fixture
def url(plane: FakePlane) -> Iterator[str]:
    app = build_app(
        plane, FakeGate(), Keyring([KEY]), numbered_ids(), logging.getLogger("test.sdk")
    )
    config = uvicorn.Config(app, lifespan="off", ws="none", access_log=False, log_level="error")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def seam(url: str) -> Iterator[Any]:
    client = Seam(api_key=KEY, endpoint=url)
    yield client
    client.client.close()


def test_create_multiple_gives_rows_in_request_order(seam: Any, plane: FakePlane) -> None:
    rows = seam.access_codes.create_multiple(
        device_ids=["front", "back"],
        name="Jane",
        preferred_code_length=4.0,
        behavior_when_code_cannot_be_shared="throw",
        starts_at="2026-01-01T01:00:00.000Z",
        ends_at="2026-01-02T01:00:00.000Z",
    )
    assert [row.device_id for row in rows] == ["front", "back"]
    assert {row.code for row in rows} == {"0913"}
    assert {row.status for row in rows} == {"setting"}
    assert rows[0].type == "time_bound"
    assert rows[0].ends_at == "2026-01-02T01:00:00.000Z"
    assert rows[0].pending_mutations[0].mutation_code == "creating"
    assert len(plane.bodies) == 1


def test_a_refusal_under_throw_is_sent_once_and_says_which_devices(
    seam: Any, plane: FakePlane
) -> None:
    plane.failure = errors.CodeCannotBeShared(
        [errors.Refusal("back", "length_not_supported", "Six digits only")],
        errors.Rollback(errors.RollbackState.COMPLETE),
    )
    with pytest.raises(SeamHttpApiError) as caught:
        seam.access_codes.create_multiple(device_ids=["front", "back"])
    error = caught.value
    assert (error.code, error.status_code) == ("code_cannot_be_shared", 400)
    assert error.request_id is not None
    assert error.request_id.startswith("request")
    assert error.data == {
        "devices": [
            {
                "device_id": "back",
                "reason": "length_not_supported",
                "message": "Six digits only",
            }
        ],
        "rollback": {"state": "complete", "cleanup": []},
    }
    assert len(plane.bodies) == 1


def test_a_code_in_use_is_the_conflict_that_clients_know(seam: Any, plane: FakePlane) -> None:
    plane.failure = errors.CodeCannotBeShared(
        [errors.Refusal("front", "pin_in_use", "Taken")], duplicate_only=True
    )
    with pytest.raises(SeamHttpApiError) as caught:
        seam.access_codes.create_multiple(device_ids=["front"], code="4821")
    assert (caught.value.code, caught.value.status_code) == ("duplicate_access_code", 409)
    assert len(plane.bodies) == 1


def test_input_problems_arrive_parameter_by_parameter(seam: Any) -> None:
    with pytest.raises(SeamHttpInvalidInputError) as caught:
        seam.access_codes.create_multiple(device_ids="front", code="12")
    error = caught.value
    assert error.get_validation_error_messages("device_ids") == ["Expected array, received string"]
    assert error.get_validation_error_messages("code") == ["Must be 4 to 12 digits from 0 to 9"]
    assert [one.parameter_name for one in error.validation_errors] == ["device_ids", "code"]


def test_an_unknown_key_is_unauthorized(url: str) -> None:
    client = Seam(api_key="seam_somebody_else", endpoint=url)
    with pytest.raises(SeamHttpUnauthorizedError) as caught:
        client.devices.list()
    assert caught.value.request_id is not None
    assert caught.value.request_id.startswith("request")
    client.client.close()


def test_get_list_and_delete_work_and_a_deleted_code_is_unknown(
    seam: Any, plane: FakePlane
) -> None:
    plane.codes = {"code-0": a_code(0), "code-1": a_code(1)}
    assert seam.access_codes.get(device_id="front", code="0913").access_code_id == "code-0"
    assert len(seam.access_codes.list(device_id="front", limit=1)) == 1
    assert seam.access_codes.list(access_code_ids=["code-1"])[0].access_code_id == "code-1"
    assert seam.access_codes.delete(access_code_id="code-0") is None
    with pytest.raises(SeamHttpApiError) as caught:
        seam.access_codes.get(access_code_id="code-0")
    assert (caught.value.code, caught.value.status_code) == ("access_code_not_found", 404)


def test_a_code_is_created_and_changed_and_both_are_told(seam: Any, plane: FakePlane) -> None:
    row = seam.access_codes.create(device_id="front", name="Jane", code="4821")
    assert (row.device_id, row.code, row.status) == ("front", "4821", "setting")
    assert seam.access_codes.update(access_code_id=row.access_code_id, code="2580") is None
    row = seam.access_codes.get(access_code_id=row.access_code_id)
    assert row.code == "2580"
    (mutation,) = row.pending_mutations
    assert mutation.mutation_code == "updating_code"
    assert [sent.get("code") for sent in plane.bodies] == ["4821", "2580", None]


def test_linked_codes_are_changed_by_their_key(seam: Any, plane: FakePlane) -> None:
    row = seam.access_codes.create(device_id="front", common_code_key="guest 7")
    assert row.common_code_key == "guest 7"
    assert seam.access_codes.update_multiple(common_code_key="guest 7", name="Jane") is None
    assert plane.codes[row.access_code_id].name == "Jane"
    with pytest.raises(SeamHttpApiError) as caught:
        seam.access_codes.update_multiple(common_code_key="guest 8", name="Jane")
    assert (caught.value.code, caught.value.status_code) == ("common_code_key_not_found", 404)


def test_an_action_attempt_can_be_asked_for(seam: Any) -> None:
    with pytest.raises(SeamActionAttemptFailedError) as failed:
        seam.action_attempts.get(action_attempt_id="attempt-1")
    assert failed.value.code == "failed_to_set_on_device"
    (attempt,) = seam.action_attempts.list(action_attempt_ids=["attempt-1"])
    assert (attempt.action_type, attempt.status) == ("UPDATE_ACCESS_CODE", "error")
    with pytest.raises(SeamHttpApiError) as caught:
        seam.action_attempts.get(action_attempt_id="attempt-2")
    assert (caught.value.code, caught.value.status_code) == ("action_attempt_not_found", 404)


def test_codes_that_others_made_can_be_read(seam: Any) -> None:
    (theirs,) = seam.access_codes.unmanaged.list(device_id="front")
    assert (theirs.code, theirs.is_managed, theirs.status) == ("7319", False, "set")
    assert seam.access_codes.unmanaged.get(access_code_id="theirs") == theirs
    assert seam.access_codes.generate_code(device_id="front").code == "0913"


def an_event(number: int, kind: str, **fields: Any) -> EventRecord:
    plain = EventRecord(f"e-{number}", f"access_code.{kind}", NOW_US, "front", "code-0")
    return replace(plain, **fields)


def test_events_are_objects_of_their_own_types(seam: Any, plane: FakePlane) -> None:
    renaming = Mutation(Change.NAME, NOW_US, Terms("Jane"), Terms("John"))
    plane.stored = [
        an_event(1, "set_on_device", code=Pin("0913")),
        an_event(2, "failed_to_set_on_device", errors=(DUPLICATE,)),
        an_event(3, "name_changed", mutations=(renaming,)),
    ]
    since = "2025-12-31T00:00:00Z"
    was_set, failed, renamed = events = seam.events.list(since=since, device_id="front")
    assert [type(event) for event in events] == [
        AccessCodeSetOnDeviceEvent,
        AccessCodeFailedToSetOnDeviceEvent,
        AccessCodeNameChangedEvent,
    ]
    assert (was_set.code, was_set.access_code_id) == ("0913", "code-0")
    assert [one.error_code for one in failed.access_code_errors] == ["duplicate_code_on_device"]
    assert (failed.device_errors, failed.connected_account_warnings) == ([], [])
    assert (renamed.from_.name, renamed.to.name) == ("Jane", "John")
    between = [since, "2026-12-31T00:00:00Z"]
    kinds = ["access_code.name_changed", "access_code.deleted"]
    assert seam.events.list(between=between, event_types=kinds) == [renamed]
    assert seam.events.list(between=between, limit=1, unstable_offset=1) == [failed]
    assert seam.events.list(since=NOW) == []
    with pytest.raises(SeamHttpInvalidInputError, match="either since or between"):
        seam.events.list(device_id="front")


def test_every_filter_of_the_sdk_is_known() -> None:
    theirs = set(inspect.signature(Events.list).parameters) - {"self"}
    assert theirs == {row.name for row in EVENTS_PARAMETERS}


def test_the_sdks_paginator_walks_through_all_pages(seam: Any, plane: FakePlane) -> None:
    plane.devices = [a_device(n) for n in range(5)]
    pages = seam.create_paginator(seam.devices.list, {"limit": 2})
    found = pages.flatten_to_list()
    assert [device.device_id for device in found] == [f"device-{n}" for n in range(5)]
    assert found[0].properties.supported_code_lengths == [6]
    assert found[0].can_program_online_access_codes is True
    assert seam.devices.list(device_ids=[]) == []


@pytest.mark.parametrize("key", [KEY, "seam_somebody_else"])
def test_a_body_that_is_too_large_gets_an_answer_and_the_connection_lives_on(
    url: str, key: str
) -> None:
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}) as client:
        answer = client.put("/access_codes/create_multiple", content=b" " * 3_000_000)
        assert answer.status_code == (413 if key == KEY else 401)
        assert answer.json()["ok"] is False
        assert answer.headers["seam-request-id"].startswith("request")
        assert client.get("/health").status_code == 200
