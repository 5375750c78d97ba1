"""One table of statuses: complete, and small enough for gRPC's metadata."""

from __future__ import annotations

import json
from http import HTTPStatus

import grpc
import pytest
from google.rpc import error_details_pb2

from gateway.api.status import grpc_status, http_error, meaning
from gateway.policy import errors
from tests.policy.test_errors import SAMPLES

WORDS: dict[str, tuple[int, str, grpc.StatusCode]] = {
    "InvalidInput": (400, "invalid_input", grpc.StatusCode.INVALID_ARGUMENT),
    "NotSupported": (400, "not_supported", grpc.StatusCode.UNIMPLEMENTED),
    "MismatchedPage": (400, "mismatched_page_parameters", grpc.StatusCode.INVALID_ARGUMENT),
    "Unauthorized": (401, "unauthorized", grpc.StatusCode.UNAUTHENTICATED),
    "NotFound": (404, "not_found", grpc.StatusCode.UNIMPLEMENTED),
    "MethodNotAllowed": (405, "method_not_allowed", grpc.StatusCode.UNIMPLEMENTED),
    "TooLarge": (413, "too_large", grpc.StatusCode.RESOURCE_EXHAUSTED),
    "DeviceNotFound": (404, "device_not_found", grpc.StatusCode.NOT_FOUND),
    "AccessCodeNotFound": (404, "access_code_not_found", grpc.StatusCode.NOT_FOUND),
    "DeviceDoesNotSupportAccessCodes": (
        400,
        "device_does_not_support_access_codes",
        grpc.StatusCode.FAILED_PRECONDITION,
    ),
    "CommonCodeKeyNotFound": (404, "common_code_key_not_found", grpc.StatusCode.NOT_FOUND),
    "ActionAttemptNotFound": (404, "action_attempt_not_found", grpc.StatusCode.NOT_FOUND),
    "AccessCodeBeingRemoved": (
        409,
        "access_code_being_removed",
        grpc.StatusCode.FAILED_PRECONDITION,
    ),
    "RequestIdReused": (422, "request_id_reused", grpc.StatusCode.ALREADY_EXISTS),
    "CodeCannotBeSet": (400, "code_cannot_be_set", grpc.StatusCode.FAILED_PRECONDITION),
    "CodeCannotBeShared": (400, "code_cannot_be_shared", grpc.StatusCode.FAILED_PRECONDITION),
    "DeviceOffline": (400, "device_offline", grpc.StatusCode.FAILED_PRECONDITION),
    "Stepped": (409, "time_is_stepped", grpc.StatusCode.FAILED_PRECONDITION),
    "Stopping": (503, "stopping", grpc.StatusCode.UNAVAILABLE),
    "WatcherFellBehind": (409, "watcher_fell_behind", grpc.StatusCode.RESOURCE_EXHAUSTED),
    "InternalError": (500, "internal_error", grpc.StatusCode.INTERNAL),
}


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_every_leaf_has_a_status_on_both_surfaces(error: errors.GatewayError) -> None:
    told = meaning(error)
    assert (told.http, told.type, told.grpc) == WORDS[type(error).__name__]
    status, body = http_error(error, "request_1")
    assert status == told.http
    inner = body["error"]
    assert body["ok"] is False
    assert inner["type"] == told.type
    assert inner["message"] == str(error)
    assert isinstance(inner["data"], dict)
    assert ("validation_errors" in inner) == (told.type == "invalid_input")
    json.dumps(body)


def test_nothing_that_refuses_is_worth_sending_again() -> None:
    # SDKs send a PUT again on these; only a gateway that goes down has done nothing for sure.
    retried = {429, *range(500, 600)}
    refusing = [error for error in SAMPLES if not isinstance(error, errors.OurFault)]
    again = [error for error in refusing if meaning(error).http in retried]
    assert [type(error) for error in again] == [errors.Stopping]


def test_a_code_of_the_callers_own_that_is_in_use_keeps_its_old_status() -> None:
    error = errors.CodeCannotBeShared(
        [errors.Refusal("a", "pin_in_use", "Taken", unmanaged_access_code_id="u-1")],
        duplicate_only=True,
    )
    status, body = http_error(error, "request_1")
    assert (status, body["error"]["type"]) == (HTTPStatus.CONFLICT, "duplicate_access_code")
    assert body["error"]["data"] == {
        "devices": [
            {
                "device_id": "a",
                "reason": "pin_in_use",
                "message": "Taken",
                "unmanaged_access_code_id": "u-1",
            }
        ]
    }


def test_validation_errors_are_the_tree_that_zod_makes() -> None:
    problems = [
        errors.Problem("device_ids", "Required"),
        errors.Problem("code", "one"),
        errors.Problem("code", "two"),
        errors.Problem(None, "together"),
    ]
    _, body = http_error(errors.InvalidInput(problems), "request_1")
    assert body["error"]["validation_errors"] == {
        "_errors": ["together"],
        "device_ids": {"_errors": ["Required"]},
        "code": {"_errors": ["one", "two"]},
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.DeviceOffline(["a", "b"]), "device_offline"),
        (errors.DeviceDoesNotSupportAccessCodes(["a", "b"]), "no_keypad"),
    ],
)
def test_every_device_in_the_way_is_told_with_its_reason(
    error: errors.GatewayError, reason: str
) -> None:
    devices = http_error(error, "request_1")[1]["error"]["data"]["devices"]
    assert [(one["device_id"], one["reason"]) for one in devices] == [("a", reason), ("b", reason)]
    assert all(one["message"] for one in devices)


def test_input_that_is_wrong_for_some_devices_names_them() -> None:
    refusal = errors.Refusal("a", "time_zone_unknown", "Its time zone is not known")
    error = errors.InvalidInput([errors.Problem("starts_at", refusal.message)], [refusal])
    told = http_error(error, "request_1")[1]["error"]
    assert told["validation_errors"]["starts_at"] == {"_errors": [refusal.message]}
    assert told["data"]["devices"] == [
        {"device_id": "a", "reason": "time_zone_unknown", "message": refusal.message}
    ]


def test_unknown_devices_are_named_and_our_own_fault_names_the_request() -> None:
    _, body = http_error(errors.DeviceNotFound(["a", "b"]), "request_1")
    assert body["error"]["data"] == {"device_ids": ("a", "b")}
    _, body = http_error(errors.InternalError(), "request_1")
    assert body["error"]["data"] == {"request_id": "request_1"}
    _, body = http_error(errors.NotSupported(["sync"]), "request_1")
    assert body["error"]["data"] == {"parameters": ("sync",)}


def test_what_a_withdrawn_code_leaves_behind_is_told() -> None:
    error = errors.CodeCannotBeShared(
        [errors.Refusal("a", "refused_by_lock", "No")],
        errors.Rollback(errors.RollbackState.PENDING, (errors.Cleanup("b", "clearing"),)),
    )
    _, body = http_error(error, "request_1")
    assert body["error"]["data"]["rollback"] == {
        "state": "pending",
        "cleanup": [{"device_id": "b", "state": "clearing"}],
    }
    status = grpc_status(error, "request_1")
    failures = [
        (violation.type, violation.subject, violation.description)
        for detail in status.details
        if detail.Is(error_details_pb2.PreconditionFailure.DESCRIPTOR)
        for violation in error_details_pb2.PreconditionFailure.FromString(detail.value).violations
    ]
    assert failures == [
        ("ROLLBACK_PENDING", "", "devices to clear: 1"),
        ("ROLLBACK_PENDING", "b", "clearing"),
    ]


@pytest.mark.parametrize(
    "error",
    [
        errors.DeviceNotFound([f"device-{n}" for n in range(10_000)]),
        errors.DeviceNotFound(["🔑" * 200_000]),
        errors.CodeCannotBeShared(
            [errors.Refusal(f"device-{n}", "pin_in_use", "Taken") for n in range(10_000)],
            errors.Rollback(
                errors.RollbackState.PENDING,
                tuple(errors.Cleanup(f"device-{n}", "clearing") for n in range(10_000)),
            ),
        ),
        errors.InvalidInput([errors.Problem(f"p{n}", "x" * 400) for n in range(20)]),
    ],
)
def test_a_rich_status_fits_into_metadata_and_says_what_it_left_out(
    error: errors.GatewayError,
) -> None:
    status = grpc_status(error, "request_1")
    encoded = len(status.SerializeToString()) * 4 // 3 + 3 * len(status.message.encode())
    assert encoded < 8 * 1024
    last = error_details_pb2.ErrorInfo.FromString(status.details[-1].value)
    assert last.reason == "DETAILS_LEFT_OUT"
    assert int(last.metadata["left_out"]) >= 1
