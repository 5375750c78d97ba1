"""The gRPC surface over a real connection, in front of a fake core."""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from gateway.api.grpc_service import AccessCodeService
from gateway.api.keys import Keyring
from gateway.policy import errors
from gateway.policy.records import EventRecord
from latchbench.channel import channel_options, open_channel, server_options
from latchbench.pin import Pin
from protos.access.v1 import access_codes_pb2 as pb
from protos.access.v1 import access_codes_pb2_grpc
from tests.wire.fake_core import (
    DUPLICATE,
    FEW,
    KEY,
    NOW_US,
    OFFLINE,
    FakeGate,
    FakePlane,
    a_code,
    a_device,
    numbered_ids,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.wire

LOG = logging.getLogger("test.grpc")
NOW = Timestamp(seconds=NOW_US // 1_000_000)
AUTH = (("authorization", f"Bearer {KEY}"),)
GUARD_S = 30  # real seconds; only a hang comes near


@pytest.fixture
def plane() -> FakePlane:
    return FakePlane()


@pytest.fixture
def gate() -> FakeGate:
    return FakeGate()


@pytest.fixture
async def stub(plane: FakePlane, gate: FakeGate) -> AsyncIterator[Any]:
    server = grpc.aio.server(options=server_options())
    AccessCodeService(plane, gate, Keyring([KEY]), numbered_ids(), LOG).add_to(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    channel = open_channel(f"127.0.0.1:{port}", channel_options())
    yield access_codes_pb2_grpc.AccessCodeServiceStub(channel)
    await channel.close()
    await server.stop(None)


async def call(method: Any, request: Any, metadata: Any = AUTH) -> Any:
    return await method(request, metadata=metadata, timeout=GUARD_S)


async def refusal(method: Any, request: Any, metadata: Any = AUTH) -> Any:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(method, request, metadata)
    return caught.value


async def rich(method: Any, request: Any) -> tuple[Any, list[Any]]:
    """The status code, and the details unpacked."""
    error = await refusal(method, request)
    status = rpc_status.from_call(error)
    assert status is not None
    kinds = [
        error_details_pb2.ErrorInfo,
        error_details_pb2.BadRequest,
        error_details_pb2.PreconditionFailure,
        error_details_pb2.RequestInfo,
    ]
    details = []
    for packed in status.details:
        [kind] = [kind for kind in kinds if packed.Is(kind.DESCRIPTOR)]
        details.append(kind.FromString(packed.value))
    return error.code(), details


def infos(details: list[Any]) -> list[tuple[str, dict[str, str]]]:
    found = [one for one in details if isinstance(one, error_details_pb2.ErrorInfo)]
    assert {one.domain for one in found} == {"latchbench"}
    return [(one.reason, dict(one.metadata)) for one in found]


async def test_create_multiple_gives_rows_and_who_shares(stub: Any, plane: FakePlane) -> None:
    request = pb.CreateMultipleRequest(device_ids=["front", "back"], name="Jane", code="000123")
    answer = await call(stub.CreateMultiple, request)
    assert plane.bodies == [{"device_ids": ["front", "back"], "name": "Jane", "code": "000123"}]
    assert [row.device_id for row in answer.access_codes] == ["front", "back"]
    row = answer.access_codes[0]
    assert (row.code, row.name, row.group_id) == ("000123", "Jane", "group-1")
    assert (row.type, row.status) == (pb.CODE_TYPE_ONGOING, pb.CODE_STATUS_SETTING)
    assert row.created_at == NOW
    assert not row.HasField("starts_at")
    assert not row.HasField("is_scheduled_on_device")
    assert row.pending_mutations[0].mutation_code == "creating"
    assert answer.group.shared == ["front", "back"]
    assert answer.group.warnings[0].warning_code == "few_codes_left"


async def test_a_plan_tells_more_codes_than_it_can_count_as_the_most(stub: Any) -> None:
    answer = await call(stub.Plan, pb.CreateMultipleRequest(device_ids=["front"]))
    assert not answer.can_share
    assert answer.codes_left == 2**64 - 1
    assert answer.refused[0].reason == "length_not_supported"


async def test_get_list_delete_and_devices(stub: Any, plane: FakePlane) -> None:
    plane.codes = {f"code-{n}": a_code(n) for n in range(3)}
    got = await call(stub.Get, pb.GetRequest(device_id="front", code="0913"))
    assert got.access_code.access_code_id == "code-0"
    first = await call(stub.List, pb.ListRequest(device_id="front", limit=2))
    assert [row.access_code_id for row in first.access_codes] == ["code-0", "code-1"]
    following = pb.ListRequest(device_id="front", page_cursor=first.next_page_cursor)
    last = await call(stub.List, following)
    assert [row.access_code_id for row in last.access_codes] == ["code-2"]
    assert not last.HasField("next_page_cursor")
    await call(stub.Delete, pb.DeleteRequest(access_code_id="code-0"))
    gone = await refusal(stub.Get, pb.GetRequest(access_code_id="code-0"))
    assert gone.code() is grpc.StatusCode.NOT_FOUND
    plane.devices = [a_device()]
    devices = await call(stub.ListDevices, pb.ListDevicesRequest())
    assert devices.devices[0] == pb.Device(
        device_id="device-0",
        name="Door 0",
        device_type="smartthings_lock",
        online=True,
        supported_code_lengths=[6],
        max_active_codes_supported=100,
        code_constraints=["no_zeros", "cannot_start_with_12"],
        can_program_online_access_codes=True,
        supports_backup_access_code_pool=True,
    )
    device = await call(stub.GetDevice, pb.GetDeviceRequest(name="Door 0"))
    assert device.device == devices.devices[0]
    request = pb.PullBackupAccessCodeRequest(access_code_id="code-1")
    backup = await call(stub.PullBackupAccessCode, request)
    assert backup.backup_access_code.is_backup


async def test_a_delete_without_an_id_is_refused_like_an_absent_parameter(stub: Any) -> None:
    code, details = await rich(stub.Delete, pb.DeleteRequest())
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    [bad] = [one for one in details if isinstance(one, error_details_pb2.BadRequest)]
    assert [(one.field, one.description) for one in bad.field_violations] == [
        ("access_code_id", "Required")
    ]


async def test_all_input_problems_are_field_violations(stub: Any) -> None:
    request = pb.CreateMultipleRequest(
        code="12",
        preferred_code_length=math.nan,
        behavior_when_code_cannot_be_shared=7,  # type: ignore[arg-type]
        starts_at=Timestamp(seconds=10**15),
        ends_at=Timestamp(nanos=-1),
    )
    code, details = await rich(stub.CreateMultiple, request)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    [bad] = [one for one in details if isinstance(one, error_details_pb2.BadRequest)]
    assert [one.field for one in bad.field_violations] == [
        "device_ids",
        "behavior_when_code_cannot_be_shared",
        "preferred_code_length",
        "code",
        "starts_at",
        "ends_at",
    ]
    assert infos(details) == [("INVALID_INPUT", {})]


async def test_one_code_is_created_changed_and_deleted(stub: Any, plane: FakePlane) -> None:
    created = await call(stub.Create, pb.CreateRequest(device_id="front", code="000123"))
    assert plane.bodies == [{"device_id": "front", "code": "000123"}]
    assert created.action_attempt.status == pb.ATTEMPT_STATUS_PENDING
    code_id = created.access_code.access_code_id
    request = pb.UpdateRequest(access_code_id=code_id, code="000321", type=pb.CODE_TYPE_ONGOING)
    updated = await call(stub.Update, request)
    assert plane.bodies[-1] == {"access_code_id": code_id, "code": "000321", "type": "ongoing"}
    assert updated.action_attempt.status == pb.ATTEMPT_STATUS_SUCCESS
    row = updated.action_attempt.access_code
    (mutation,) = row.pending_mutations
    assert (getattr(mutation, "from").code, mutation.to.code) == ("000123", "000321")
    deleted = await call(stub.Delete, pb.DeleteRequest(access_code_id=code_id, sync=True))
    assert deleted.action_attempt.action_type == "DELETE_ACCESS_CODE"
    assert plane.codes == {}


async def test_linked_codes_are_changed_by_their_key(stub: Any, plane: FakePlane) -> None:
    plane.codes = {"code-0": a_code(common_code_key="k"), "code-1": a_code(1, common_code_key="k")}
    await call(stub.UpdateMultiple, pb.UpdateMultipleRequest(common_code_key="k", name="Jane"))
    assert {row.name for row in plane.codes.values()} == {"Jane"}
    error = await refusal(stub.UpdateMultiple, pb.UpdateMultipleRequest(common_code_key="none"))
    assert error.code() is grpc.StatusCode.NOT_FOUND


async def test_attempts_and_codes_that_others_made_are_read(stub: Any) -> None:
    request = pb.GetActionAttemptRequest(action_attempt_id="attempt-1")
    attempt = (await call(stub.GetActionAttempt, request)).action_attempt
    assert (attempt.status, attempt.error_type) == (
        pb.ATTEMPT_STATUS_ERROR,
        "failed_to_set_on_device",
    )
    listed = await call(stub.ListUnmanaged, pb.ListUnmanagedRequest(device_id="front"))
    found = await call(stub.GetUnmanaged, pb.GetRequest(access_code_id="theirs"))
    assert list(listed.access_codes) == [found.access_code]
    assert (found.access_code.code, found.access_code.status) == ("7319", pb.CODE_STATUS_SET)
    generated = await call(stub.GenerateCode, pb.GenerateCodeRequest(device_id="front"))
    assert (generated.device_id, generated.code) == ("front", "0913")


async def test_an_id_that_stands_for_another_call_already_exists(
    stub: Any, plane: FakePlane
) -> None:
    plane.failure = errors.RequestIdReused()
    request = pb.CreateMultipleRequest(device_ids=["a"], request_id="again")
    assert (await rich(stub.CreateMultiple, request))[0] is grpc.StatusCode.ALREADY_EXISTS
    assert plane.bodies[-1]["request_id"] == "again"


async def test_what_is_not_built_is_unimplemented_and_named(stub: Any, plane: FakePlane) -> None:
    plane.failure = errors.NotSupported(["search"])
    code, details = await rich(stub.List, pb.ListRequest(device_id="front"))
    assert code is grpc.StatusCode.UNIMPLEMENTED
    [bad] = [one for one in details if isinstance(one, error_details_pb2.BadRequest)]
    assert [one.field for one in bad.field_violations] == ["search"]


async def test_a_refusal_has_one_error_info_for_each_device(stub: Any, plane: FakePlane) -> None:
    plane.failure = errors.CodeCannotBeShared(
        [
            errors.Refusal("a", "pin_in_use", "Taken", managed_access_code_id="m-1"),
            errors.Refusal("b", "no_space", "Full"),
        ],
        errors.Rollback(errors.RollbackState.COMPLETE),
    )
    code, details = await rich(stub.CreateMultiple, pb.CreateMultipleRequest(device_ids=["a"]))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    kind = "code_cannot_be_shared"
    assert infos(details) == [
        (
            "PIN_IN_USE",
            {"device_id": "a", "message": "Taken", "type": kind, "managed_access_code_id": "m-1"},
        ),
        ("NO_SPACE", {"device_id": "b", "message": "Full", "type": kind}),
    ]
    [request] = [one for one in details if isinstance(one, error_details_pb2.RequestInfo)]
    assert request.request_id == "request_1"
    [left] = [one for one in details if isinstance(one, error_details_pb2.PreconditionFailure)]
    assert left.violations[0].type == "ROLLBACK_COMPLETE"


async def test_ten_thousand_refusing_devices_still_make_a_status_that_arrives(
    stub: Any, plane: FakePlane
) -> None:
    plane.failure = errors.CodeCannotBeShared(
        [errors.Refusal(f"device-{n}", "pin_in_use", "Täken") for n in range(10_000)]
    )
    code, details = await rich(stub.CreateMultiple, pb.CreateMultipleRequest(device_ids=["a"]))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    found = infos(details)
    assert found[0][1]["device_id"] == "device-0"
    reason, facts = found[-1]
    assert reason == "DETAILS_LEFT_OUT"
    assert int(facts["left_out"]) + len(found) - 1 == 10_000


@pytest.mark.parametrize("metadata", [(), (("authorization", "Bearer seam_unknown"),)])
@pytest.mark.parametrize(
    "name",
    [
        "CreateMultiple",
        "Plan",
        "Get",
        "List",
        "Delete",
        "ListDevices",
        "GetDevice",
        "PullBackupAccessCode",
    ],
)
async def test_without_a_known_key_nothing_is_asked_of_the_core(
    stub: Any, plane: FakePlane, name: str, metadata: Any
) -> None:
    kinds = {
        "CreateMultiple": pb.CreateMultipleRequest,
        "Plan": pb.CreateMultipleRequest,
        "Get": pb.GetRequest,
        "List": pb.ListRequest,
        "Delete": pb.DeleteRequest,
        "ListDevices": pb.ListDevicesRequest,
        "GetDevice": pb.GetDeviceRequest,
        "PullBackupAccessCode": pb.PullBackupAccessCodeRequest,
    }
    error = await refusal(getattr(stub, name), kinds[name](), metadata)
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert plane.bodies == []


async def test_what_nobody_foresaw_is_internal_and_its_log_holds_no_value(
    stub: Any, plane: FakePlane, caplog: pytest.LogCaptureFixture
) -> None:
    plane.failure = ValueError("statement failed with ('90210317',)")
    request = pb.CreateMultipleRequest(device_ids=["a"], code="90210317")
    error = await refusal(stub.CreateMultiple, request)
    assert error.code() is grpc.StatusCode.INTERNAL
    assert error.details() == "Internal error"
    assert "90210317" not in caplog.text
    [record] = caplog.records
    for word in ("request_1", "CreateMultipleRequest", "ValueError"):
        assert word in record.getMessage()


async def test_marks_reach_the_gate_and_a_stepped_gate_refuses_the_unmarked(
    stub: Any, gate: FakeGate
) -> None:
    gate.stepped = True
    request = pb.ListDevicesRequest()
    error = await refusal(stub.ListDevices, request)
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
    await call(stub.ListDevices, request, (*AUTH, ("latchbench-call", "call-7")))
    assert gate.call_ids == ["call-7"]


async def test_a_caller_that_goes_away_is_no_longer_waited_for(
    stub: Any, plane: FakePlane, gate: FakeGate
) -> None:
    plane.silent = True
    waiting = stub.CreateMultiple(pb.CreateMultipleRequest(device_ids=["a"]), metadata=AUTH)
    starting = asyncio.ensure_future(waiting.code())
    await gate.waiting.wait()
    waiting.cancel()
    await gate.abandoned.wait()
    assert await starting is grpc.StatusCode.CANCELLED
    assert len(plane.bodies) == 1


async def test_an_answer_carries_its_request_id(stub: Any) -> None:
    asked = stub.ListDevices(pb.ListDevicesRequest(), metadata=AUTH, timeout=GUARD_S)
    await asked
    assert ("seam-request-id", "request_1") in list(await asked.trailing_metadata())


def an_event(number: int) -> EventRecord:
    return EventRecord(
        event_id=f"event-{number}",
        event_type="access_code.set_on_device",
        occurred_at_us=NOW_US,
        device_id="front",
        access_code_id="code-0",
        code=Pin("0913"),
        errors=(OFFLINE, DUPLICATE),
        warnings=(FEW,),
    )


async def test_events_are_watched_from_the_moment_the_call_stands(
    stub: Any, plane: FakePlane
) -> None:
    watch = stub.WatchEvents(pb.WatchEventsRequest(after_event_id="event-0"), metadata=AUTH)
    await watch.initial_metadata()
    assert plane.bodies == [{"after_event_id": "event-0"}]
    for number in (1, 2):
        plane.feed.waiting.put_nowait(an_event(number))
    first, second = await watch.read(), await watch.read()
    assert [first.event_id, second.event_id] == ["event-1", "event-2"]
    assert (first.code, first.occurred_at, first.created_at) == ("0913", NOW, NOW)
    assert [one.error_code for one in first.access_code_errors] == [
        "device_offline",
        "duplicate_code_on_device",
    ]
    assert [one.is_device_error for one in first.access_code_errors] == [True, False]
    assert first.access_code_errors[1].managed_access_code_id == "m-1"
    watch.cancel()
    await plane.feed.closed.wait()


@pytest.mark.parametrize(("after", "seen"), [(None, [1, 2, 3]), (1, [2, 3]), (3, [])])
async def test_a_watch_of_what_is_stored_ends_after_it(
    stub: Any, plane: FakePlane, after: int | None, seen: list[int]
) -> None:
    plane.stored = [an_event(number) for number in (1, 2, 3)]
    last = None if after is None else f"event-{after}"
    request = pb.WatchEventsRequest(after_event_id=last, stored=True)
    watch = stub.WatchEvents(request, metadata=AUTH, timeout=GUARD_S)
    assert [event.event_id async for event in watch] == [f"event-{number}" for number in seen]
    assert plane.bodies == [], "nobody watches"


async def test_a_watch_ends_with_the_reason(stub: Any, plane: FakePlane) -> None:
    watch = stub.WatchEvents(pb.WatchEventsRequest(), metadata=AUTH, timeout=GUARD_S)
    plane.feed.waiting.put_nowait(errors.WatcherFellBehind("event-9"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await watch.read()
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    status = rpc_status.from_call(caught.value)
    assert status is not None
    info = error_details_pb2.ErrorInfo.FromString(status.details[-1].value)
    assert dict(info.metadata) == {"after_event_id": "event-9"}
    await plane.feed.closed.wait()


async def test_a_watch_after_an_unknown_event_or_without_a_key_is_refused(stub: Any) -> None:
    unknown = pb.WatchEventsRequest(after_event_id="unknown")
    past = pb.WatchEventsRequest(after_event_id="unknown", stored=True)
    for request, metadata, code in (
        (unknown, AUTH, grpc.StatusCode.INVALID_ARGUMENT),
        (past, AUTH, grpc.StatusCode.INVALID_ARGUMENT),
        (unknown, (), grpc.StatusCode.UNAUTHENTICATED),
        (past, (), grpc.StatusCode.UNAUTHENTICATED),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.WatchEvents(request, metadata=metadata, timeout=GUARD_S).read()
        assert caught.value.code() is code
