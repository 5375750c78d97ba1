"""Messages of the access plane, without a connection: what they become, and what becomes them."""

from __future__ import annotations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.api import wire
from gateway.policy.records import Status
from gateway.policy.request import PARAMETERS, parse_create_multiple
from protos.access.v1 import access_codes_pb2 as pb
from tests.wire.fake_core import NOW_US, a_code


def test_every_parameter_of_the_table_is_a_field_of_the_message_and_the_other_way_round() -> None:
    fields = {field.name for field in pb.CreateMultipleRequest.DESCRIPTOR.fields}
    assert fields == {row.name for row in PARAMETERS}


def test_a_message_becomes_the_body_that_json_would_be() -> None:
    message = pb.CreateMultipleRequest(
        device_ids=["a", "b"],
        behavior_when_code_cannot_be_shared=pb.BEHAVIOR_CREATE_RANDOM_CODE,
        preferred_code_length=4,
        name="",
        code="0482",
        starts_at=Timestamp(seconds=NOW_US // 1_000_000, nanos=1_234_567),
        ends_at=Timestamp(seconds=NOW_US // 1_000_000 + 60),
        attempt_for_offline_device=False,
        prefer_native_scheduling=True,
        max_time_rounding=pb.TIME_ROUNDING_1DAY,
        sync=False,
    )
    body = wire.body_of(message)
    assert body == {
        "device_ids": ["a", "b"],
        "behavior_when_code_cannot_be_shared": "create_random_code",
        "preferred_code_length": 4.0,
        "name": "",
        "code": "0482",
        "starts_at": "2026-01-01T00:00:00.001234Z",
        "ends_at": "2026-01-01T00:01:00.000000Z",
        "attempt_for_offline_device": False,
        "prefer_native_scheduling": True,
        "max_time_rounding": "1day",
        "sync": False,
    }
    del body["max_time_rounding"]
    request = parse_create_multiple(body, NOW_US)
    assert (request.starts_at_us, request.sync) == (NOW_US + 1234, False)
    assert wire.body_of(pb.CreateMultipleRequest()) == {}
    explicit = pb.CreateMultipleRequest(behavior_when_code_cannot_be_shared=pb.BEHAVIOR_THROW)
    assert wire.body_of(explicit) == {"behavior_when_code_cannot_be_shared": "throw"}


@pytest.mark.parametrize("status", list(Status))
def test_every_status_and_type_has_its_own_number(status: Status) -> None:
    for kind in ("ongoing", "time_bound"):
        row = wire.access_code_message(
            a_code(status=status, type=kind, is_scheduled_on_device=False, code=None)
        )
        assert pb.CodeStatus.Name(row.status) == f"CODE_STATUS_{status.value.upper()}"
        assert pb.CodeType.Name(row.type) == f"CODE_TYPE_{kind.upper()}"
        assert row.HasField("is_scheduled_on_device")
        assert not row.HasField("code")
