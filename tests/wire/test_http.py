"""The HTTP surface in front of a fake core: what it answers, and how it may be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gateway.api.json_views import account_id
from gateway.policy.errors import NoBackupAccessCode
from gateway.policy.mutations import Change, Mutation, Terms
from gateway.policy.records import EventRecord, Status
from latchbench.pin import Pin
from tests.wire.fake_core import (
    DUPLICATE,
    FEW,
    NOW,
    NOW_US,
    OFFLINE,
    PENDING,
    FakeGate,
    FakePlane,
    a_code,
    a_device,
)
from tests.wire.http_client import open_client

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


async def test_health_needs_no_key(client: httpx.AsyncClient) -> None:
    del client.headers["authorization"]
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"now": NOW, "ok": True})


@pytest.mark.parametrize("verb", ["PUT", "POST"])
async def test_create_multiple_answers_with_rows_and_who_shares(
    client: httpx.AsyncClient, plane: FakePlane, verb: str
) -> None:
    body = {"device_ids": ["front"], "name": "Jane's reservation", "nmae": 1}
    answer = await client.request(verb, "/access_codes/create_multiple", json=body)
    assert answer.status_code == 200
    assert plane.bodies == [body]
    assert answer.json() == {
        "access_codes": [
            {
                "access_code_id": "code-0",
                "device_id": "front",
                "workspace_id": "workspace-1",
                "name": "Jane's reservation",
                "code": "0913",
                "common_code_key": "auto_set_by_create_multiple_1",
                "type": "ongoing",
                "status": "setting",
                "created_at": NOW,
                "starts_at": None,
                "ends_at": None,
                "errors": [],
                "warnings": [],
                "pending_mutations": [
                    {
                        "mutation_code": "creating",
                        "message": "Setting the code on the lock.",
                        "created_at": NOW,
                    }
                ],
                "is_managed": True,
                "is_backup": False,
                "is_backup_access_code_available": False,
                "pulled_backup_access_code_id": None,
                "is_external_modification_allowed": False,
                "is_one_time_use": False,
                "is_offline_access_code": False,
                "is_waiting_for_code_assignment": False,
                "dormakaba_oracode_metadata": None,
                "appearance": {"name": "Jane's res 2"},
                "latchbench": {"group_id": "group-1"},
            }
        ],
        "latchbench": {
            "group_id": "group-1",
            "shared": ["front"],
            "random": [],
            "warnings": [
                {
                    "warning_code": "few_codes_left",
                    "message": "Few codes are left.",
                    "created_at": NOW,
                }
            ],
            "ignored_parameters": ["nmae"],
        },
        "ok": True,
    }


async def test_a_row_tells_its_window_its_errors_and_its_schedule(
    client: httpx.AsyncClient, plane: FakePlane
) -> None:
    foreign = replace(DUPLICATE, managed_access_code_id=None, unmanaged_access_code_id="u-1")
    plane.codes["c"] = a_code(
        code=None,
        type="time_bound",
        status=Status.UNSET,
        starts_at_us=NOW_US,
        ends_at_us=NOW_US + 1_500,
        errors=(OFFLINE, DUPLICATE, foreign),
        warnings=(FEW,),
        pending_mutations=(replace(PENDING, scheduled_at_us=NOW_US),),
        is_scheduled_on_device=True,
        is_waiting_for_code_assignment=True,
    )
    answer = await client.get("/access_codes/get", params={"access_code_id": "code-0"})
    row = answer.json()["access_code"]
    assert (row["code"], row["type"], row["status"]) == (None, "time_bound", "unset")
    assert (row["starts_at"], row["ends_at"]) == (NOW, "2026-01-01T00:00:00.001Z")
    assert row["is_scheduled_on_device"] is True
    assert row["pending_mutations"][0]["scheduled_at"] == NOW
    assert row["errors"] == [
        {
            "error_code": "device_offline",
            "message": "The lock does not answer.",
            "is_device_error": True,
            "created_at": NOW,
        },
        {
            "error_code": "duplicate_code_on_device",
            "message": "In use.",
            "is_access_code_error": True,
            "created_at": NOW,
            "managed_access_code_id": "m-1",
        },
        {
            "error_code": "duplicate_code_on_device",
            "message": "In use.",
            "is_access_code_error": True,
            "created_at": NOW,
            "unmanaged_access_code_id": "u-1",
        },
    ]


async def test_a_plan_is_told_without_rows(client: httpx.AsyncClient) -> None:
    answer = await client.post("/latchbench/plan", json={"device_ids": ["front", "back"]})
    straggler = {
        "device_id": "back",
        "reason": "length_not_supported",
        "message": "Six digits only",
    }
    assert answer.json()["plan"] == {
        "can_share": False,
        "explanation": "back and front have no length in common",
        "shared": ["front", "back"],
        "random": [straggler],
        "refused": [straggler],
        "codes_left": 10**30,
        "code_length": None,
        "warnings": [
            {"warning_code": "few_codes_left", "message": "Few codes are left.", "created_at": NOW}
        ],
    }


async def test_a_device_is_a_lock_behind_a_hub(client: httpx.AsyncClient, plane: FakePlane) -> None:
    bare_one = {"has_keypad": False, "name_length_max": None, "programs_online": False}
    plane.devices = [a_device(), a_device(1, **bare_one, supports_backups=False)]
    answer = await client.get("/devices/list")
    lock, bare = answer.json()["devices"]
    required = (
        "device_id device_type display_name capabilities_supported properties connected_account_id "
        "workspace_id space_ids errors warnings created_at is_managed custom_metadata"
    )
    assert set(required.split()) <= set(lock)
    assert (lock["device_id"], lock["display_name"]) == ("device-0", "Door 0")
    assert lock["device_type"] == "smartthings_lock"
    assert lock["can_program_online_access_codes"] is True
    assert lock["location"]["time_zone"] == "Europe/Berlin"
    properties = lock["properties"]
    assert properties["online"] is True
    assert properties["supported_code_lengths"] == [6]
    assert properties["max_active_codes_supported"] == 100
    assert properties["code_constraints"] == [
        {"constraint_type": "no_zeros"},
        {"constraint_type": "cannot_start_with_12"},
        {"constraint_type": "name_length", "max_length": 20},
    ]
    assert properties["supports_backup_access_code_pool"] is True
    assert lock["can_program_offline_access_codes"] is False
    assert bare["can_program_online_access_codes"] is False
    assert bare["properties"]["supports_backup_access_code_pool"] is False
    assert bare["capabilities_supported"] == ["lock"]
    assert lock["connected_account_id"] == bare["connected_account_id"]


async def test_one_device_by_its_id_or_its_name(
    client: httpx.AsyncClient, plane: FakePlane
) -> None:
    plane.devices = [a_device(), a_device(1, programs_offline=True)]
    answer = await client.get("/devices/get", params={"device_id": "device-1", "_strict": "true"})
    assert answer.json()["device"]["device_id"] == "device-1"
    assert answer.json()["device"]["can_program_offline_access_codes"] is True
    answer = await client.post("/devices/get", json={"name": "Door 0"})
    assert answer.json()["device"]["device_id"] == "device-0"
    answer = await client.get("/devices/get", params={"name": "Door 7"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "device_not_found")
    answer = await client.get("/devices/get")
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_input")


async def test_a_pulled_backup_stands_under_both_names(
    client: httpx.AsyncClient, plane: FakePlane
) -> None:
    path = "/access_codes/pull_backup_access_code"
    plane.codes = {"code-0": a_code(0)}
    answer = (await client.post(path, json={"access_code_id": "code-0"})).json()
    assert answer["access_code"] == answer["backup_access_code"]
    assert answer["access_code"]["is_backup"] is True
    assert answer["ok"] is True
    plane.failure = NoBackupAccessCode()
    refused = await client.post(path, json={"access_code_id": "code-0"})
    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "empty_backup_access_code_pool"


async def test_pages_follow_one_another_by_cursor_and_by_url(
    client: httpx.AsyncClient, plane: FakePlane
) -> None:
    plane.codes = {f"c{n}": a_code(n) for n in range(5)}
    query = {"device_id": "front", "limit": "2", "_strict": "true"}
    first = (await client.get("/access_codes/list", params=query)).json()
    assert [row["access_code_id"] for row in first["access_codes"]] == ["code-0", "code-1"]
    assert first["pagination"]["has_next_page"] is True
    second = (await client.get(first["pagination"]["next_page_url"])).json()
    assert [row["access_code_id"] for row in second["access_codes"]] == ["code-2", "code-3"]
    again = {
        "device_id": "front",
        "limit": 2,
        "page_cursor": second["pagination"]["next_page_cursor"],
    }
    third = (await client.post("/access_codes/list", json=again)).json()
    assert [row["access_code_id"] for row in third["access_codes"]] == ["code-4"]
    assert third["pagination"] == {
        "next_page_cursor": None,
        "has_next_page": False,
        "next_page_url": None,
    }
    other = await client.post("/access_codes/list", json={**again, "device_id": "back"})
    assert (other.status_code, other.json()["error"]["type"]) == (400, "mismatched_page_parameters")


async def test_a_url_that_would_be_too_long_is_left_to_the_cursor(
    client: httpx.AsyncClient, plane: FakePlane
) -> None:
    plane.codes = {f"c{n}": a_code(n) for n in range(2)}
    ids = [f"code-{n}" for n in range(2000)]
    body = {"access_code_ids": ids, "limit": 1}
    told = (await client.post("/access_codes/list", json=body)).json()["pagination"]
    assert told["has_next_page"] is True
    assert told["next_page_cursor"]
    assert told["next_page_url"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["device-0", "device-1", "device-2"]),
        ("_strict=true", ["device-0", "device-1", "device-2"]),
        ("device_ids=&_strict=true", []),
        ("device_ids=device-1", ["device-1"]),
        ("device_ids=device-2&device_ids=device-0", ["device-0", "device-2"]),
        ("device_ids[]=device-2&device_ids%5B%5D=device-0", ["device-0", "device-2"]),
        ("limit=1", ["device-0"]),
    ],
)
async def test_query_strings_are_read_as_the_sdks_write_them(
    client: httpx.AsyncClient, plane: FakePlane, query: str, found: list[str]
) -> None:
    plane.devices = [a_device(n) for n in range(3)]
    answer = await client.get(f"/devices/list?{query}")
    assert [row["device_id"] for row in answer.json()["devices"]] == found


@pytest.mark.parametrize(
    ("verb", "sent"),
    [
        ("DELETE", {"params": {"access_code_id": "code-0", "_strict": "true"}}),
        ("DELETE", {"json": {"access_code_id": "code-0"}}),
        ("DELETE", {"params": {"_strict": "true"}, "json": {"access_code_id": "code-0"}}),
        ("POST", {"json": {"access_code_id": "code-0", "sync": False}}),
    ],
)
async def test_an_access_code_is_deleted_by_query_or_body_and_then_unknown(
    client: httpx.AsyncClient, plane: FakePlane, verb: str, sent: dict[str, Any]
) -> None:
    plane.codes = {"code-0": a_code()}
    answer = await client.request(verb, "/access_codes/delete", **sent)
    assert answer.status_code == 200
    assert answer.json()["action_attempt"]["action_type"] == "DELETE_ACCESS_CODE"
    gone = await client.get("/access_codes/get", params={"access_code_id": "code-0"})
    assert (gone.status_code, gone.json()["error"]["type"]) == (404, "access_code_not_found")


async def test_headers_of_the_sdks_are_taken_and_ignored(client: httpx.AsyncClient) -> None:
    headers = {
        "seam-workspace": "w",
        "seam-sdk-name": "seamapi/python",
        "seam-sdk-version": "3.18.0",
        "seam-lts-version": "1.0.0",
    }
    answer = await client.put(
        "/access_codes/create_multiple", json={"device_ids": ["a"]}, headers=headers
    )
    assert answer.status_code == 200
    assert answer.json()["latchbench"]["ignored_parameters"] == []


async def test_a_pin_is_text_on_the_way_in_and_out(
    client: httpx.AsyncClient, plane: FakePlane
) -> None:
    body = {"device_ids": ["a"], "code": "000123"}
    answer = await client.put("/access_codes/create_multiple", json=body)
    assert answer.json()["access_codes"][0]["code"] == "000123"
    assert next(iter(plane.codes.values())).code == Pin("000123")
    refused = await client.put("/access_codes/create_multiple", json={**body, "code": 123456})
    told = refused.json()["error"]
    assert "quotes" in told["validation_errors"]["code"]["_errors"][0]
    assert "123456" not in refused.text


CHANGES = (
    Mutation(Change.CODE, NOW_US),
    Mutation(Change.NAME, NOW_US, Terms(name="Jane"), Terms(name="John")),
    Mutation(Change.TIME_FRAME, NOW_US, Terms(), Terms(starts_at_us=NOW_US, ends_at_us=NOW_US)),
)
FROM_TO: tuple[dict[str, Any], ...] = (
    {"from": {"code": "4821"}, "to": {"code": "0913"}},
    {"from": {"name": "Jane"}, "to": {"name": "John"}},
    {"from": {"starts_at": None, "ends_at": None}, "to": {"starts_at": NOW, "ends_at": NOW}},
)
NOTHING_WRONG: dict[str, list[object]] = {
    "access_code_errors": [],
    "access_code_warnings": [],
    "device_errors": [],
    "device_warnings": [],
    "connected_account_errors": [],
    "connected_account_warnings": [],
}


@pytest.mark.parametrize(
    ("fields", "own"),
    [
        ({"event_type": "access_code.created"}, {}),
        ({"event_type": "access_code.set_on_device", "code": Pin("0913")}, {"code": "0913"}),
        ({"event_type": "access_code.deleted"}, {"code": None}),
        (
            {
                "event_type": "access_code.backup_access_code_pulled",
                "backup_access_code_id": "backup-1",
            },
            {"backup_access_code_id": "backup-1"},
        ),
        (
            {
                "event_type": "access_code.mutations_requested",
                "mutations": CHANGES,
                "code": Pin("0913"),
                "old_code": Pin("4821"),
            },
            {
                "requested_mutations": [
                    {"mutation_code": change.mutation_code.value, **sides}
                    for change, sides in zip(CHANGES, FROM_TO, strict=True)
                ]
            },
        ),
        (
            {
                "event_type": "access_code.code_changed",
                "mutations": CHANGES[:1],
                "code": Pin("0913"),
                "old_code": Pin("4821"),
            },
            {**FROM_TO[0], "description": "The lock has another code."},
        ),
        (
            {"event_type": "access_code.name_changed", "mutations": CHANGES[1:2]},
            {**FROM_TO[1], "description": "The name was changed."},
        ),
        (
            {"event_type": "access_code.time_frame_changed", "mutations": CHANGES[2:]},
            {**FROM_TO[2], "description": "The times were changed."},
        ),
        (
            {
                "event_type": "access_code.failed_to_set_on_device",
                "errors": (OFFLINE, DUPLICATE),
                "warnings": (FEW,),
            },
            {
                **NOTHING_WRONG,
                "access_code_errors": [
                    {"error_code": DUPLICATE.error_code, "message": "In use.", "created_at": NOW}
                ],
                "access_code_warnings": [
                    {"warning_code": FEW.warning_code, "message": FEW.message, "created_at": NOW}
                ],
                "device_errors": [
                    {
                        "error_code": "device_offline",
                        "message": "The lock does not answer.",
                        "created_at": NOW,
                    }
                ],
            },
        ),
        ({"event_type": "access_code.failed_to_remove_from_device"}, NOTHING_WRONG),
    ],
    ids=lambda value: value.get("event_type", "").removeprefix("access_code."),
)
async def test_an_event_has_the_fields_of_its_type(
    client: httpx.AsyncClient, plane: FakePlane, fields: dict[str, Any], own: dict[str, Any]
) -> None:
    plane.stored = [EventRecord("e-1", occurred_at_us=NOW_US, device_id="a", **fields)]
    plane.stored += [replace(plane.stored[0], event_id="e-2", access_code_id="code-0")]
    answer = await client.get("/events/list?since=2025-12-31T23:59:59Z&_strict=true")
    assert answer.status_code == 200
    events = answer.json()["events"]
    common = {
        "event_type": fields["event_type"],
        "workspace_id": "workspace-1",
        "created_at": NOW,
        "occurred_at": NOW,
        "device_id": "a",
        "connected_account_id": account_id("workspace-1"),
    }
    assert events == [
        {"event_id": "e-1", **common, **own},
        {"event_id": "e-2", **common, "access_code_id": "code-0", **own},
    ]
    assert answer.json().keys() == {"events", "ok"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("device_id=a", "Must specify either since or between"),
        ("since=2026-01-01T00:00:00Z&space_id=s", "Not supported yet: space_id"),
        ("between=2026-01-01T00:00:00Z", "Array must contain at least 2 element(s)"),
    ],
)
async def test_events_are_asked_for_by_time(
    client: httpx.AsyncClient, query: str, sentence: str
) -> None:
    answer = await client.get(f"/events/list?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(sentence)
