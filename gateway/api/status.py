"""How each error looks to a caller: the one place that knows both HTTP and gRPC statuses.

Over HTTP a refusal is never a 5xx or 429, because SDKs silently send a PUT again after those. Over
gRPC a rich status travels in trailing metadata, of which a client is sure to take 8 KiB and no
more: so the details name as many devices as fit, and the last one says how many were left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from gateway.policy import errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from google.protobuf.message import Message

    from gateway.policy.errors import GatewayError, Problem, Refusal

DOMAIN: Final = "latchbench"

# gRPC's soft limit for metadata is 8 KiB, above which a call may fail for its metadata alone. The
# status is sent in base64 (4 bytes for 3) beside its message, which may grow threefold.
STATUS_BYTES_MAX: Final = 4096
MESSAGE_BYTES_MAX: Final = 600

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Meaning:
    """How one kind of error is told: `type` is the API's word, also gRPC's reason in capitals."""

    http: HTTPStatus
    type: str
    grpc: grpc.StatusCode


_MEANINGS: Final[Mapping[type[GatewayError], Meaning]] = {
    errors.InvalidInput: Meaning(
        HTTPStatus.BAD_REQUEST, "invalid_input", grpc.StatusCode.INVALID_ARGUMENT
    ),
    errors.NotSupported: Meaning(
        HTTPStatus.BAD_REQUEST, "not_supported", grpc.StatusCode.UNIMPLEMENTED
    ),
    errors.MismatchedPage: Meaning(
        HTTPStatus.BAD_REQUEST, "mismatched_page_parameters", grpc.StatusCode.INVALID_ARGUMENT
    ),
    errors.Unauthorized: Meaning(
        HTTPStatus.UNAUTHORIZED, "unauthorized", grpc.StatusCode.UNAUTHENTICATED
    ),
    errors.NotFound: Meaning(HTTPStatus.NOT_FOUND, "not_found", grpc.StatusCode.UNIMPLEMENTED),
    errors.MethodNotAllowed: Meaning(
        HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", grpc.StatusCode.UNIMPLEMENTED
    ),
    errors.TooLarge: Meaning(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", grpc.StatusCode.RESOURCE_EXHAUSTED
    ),
    errors.DeviceNotFound: Meaning(
        HTTPStatus.NOT_FOUND, "device_not_found", grpc.StatusCode.NOT_FOUND
    ),
    errors.AccessCodeNotFound: Meaning(
        HTTPStatus.NOT_FOUND, "access_code_not_found", grpc.StatusCode.NOT_FOUND
    ),
    errors.AccessCodeNotTimeBound: Meaning(
        HTTPStatus.BAD_REQUEST, "access_code_not_time_bound", grpc.StatusCode.FAILED_PRECONDITION
    ),
    errors.NoBackupAccessCode: Meaning(
        HTTPStatus.BAD_REQUEST,
        "empty_backup_access_code_pool",
        grpc.StatusCode.FAILED_PRECONDITION,
    ),
    errors.CommonCodeKeyNotFound: Meaning(
        HTTPStatus.NOT_FOUND, "common_code_key_not_found", grpc.StatusCode.NOT_FOUND
    ),
    errors.ActionAttemptNotFound: Meaning(
        HTTPStatus.NOT_FOUND, "action_attempt_not_found", grpc.StatusCode.NOT_FOUND
    ),
    errors.AccessCodeBeingRemoved: Meaning(
        HTTPStatus.CONFLICT, "access_code_being_removed", grpc.StatusCode.FAILED_PRECONDITION
    ),
    errors.RequestIdReused: Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY, "request_id_reused", grpc.StatusCode.ALREADY_EXISTS
    ),
    errors.DeviceDoesNotSupportAccessCodes: Meaning(
        HTTPStatus.BAD_REQUEST,
        "device_does_not_support_access_codes",
        grpc.StatusCode.FAILED_PRECONDITION,
    ),
    errors.CodeCannotBeShared: Meaning(
        HTTPStatus.BAD_REQUEST, "code_cannot_be_shared", grpc.StatusCode.FAILED_PRECONDITION
    ),
    errors.CodeCannotBeSet: Meaning(
        HTTPStatus.BAD_REQUEST, "code_cannot_be_set", grpc.StatusCode.FAILED_PRECONDITION
    ),
    errors.DeviceOffline: Meaning(
        HTTPStatus.BAD_REQUEST, "device_offline", grpc.StatusCode.FAILED_PRECONDITION
    ),
    # Not 503: to send the call again is of no use while the bench steps.
    errors.Stepped: Meaning(
        HTTPStatus.CONFLICT, "time_is_stepped", grpc.StatusCode.FAILED_PRECONDITION
    ),
    # Nothing was done, so this is the one refusal that an SDK may well send again.
    errors.Stopping: Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE, "stopping", grpc.StatusCode.UNAVAILABLE
    ),
    errors.WatcherFellBehind: Meaning(
        HTTPStatus.CONFLICT, "watcher_fell_behind", grpc.StatusCode.RESOURCE_EXHAUSTED
    ),
    errors.InternalError: Meaning(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", grpc.StatusCode.INTERNAL
    ),
}
# A caller's own code that is in use has had this status in the API for years.
_DUPLICATE: Final = Meaning(
    HTTPStatus.CONFLICT, "duplicate_access_code", grpc.StatusCode.FAILED_PRECONDITION
)


def meaning(error: GatewayError) -> Meaning:
    """How `error` is told. Every leaf of the tree has a row; a missing one is a `KeyError`."""
    if isinstance(error, errors.CodeRefused) and error.duplicate_only:
        return _DUPLICATE
    return _MEANINGS[type(error)]


def http_error(error: GatewayError, request_id: str) -> tuple[int, Json]:
    """The HTTP status and the JSON body, envelope included."""
    told = meaning(error)
    inner: Json = {"type": told.type, "message": str(error)}
    if isinstance(error, errors.InvalidInput):
        inner["validation_errors"] = _validation_errors(error.problems)
    inner["data"] = _data(error, request_id)
    return told.http, {"error": inner, "ok": False}


def _validation_errors(problems: Iterable[Problem]) -> Json:
    """The tree that zod's `format()` makes: messages about all on top, then one key a parameter."""
    tree: Json = {"_errors": []}
    for problem in problems:
        if problem.parameter is None:
            tree["_errors"].append(problem.message)
        else:
            branch = tree.setdefault(problem.parameter, {"_errors": []})
            branch["_errors"].append(problem.message)
    return tree


def _data(error: GatewayError, request_id: str) -> Json:
    match error:
        case errors.NotSupported(parameters=parameters):
            return {"parameters": parameters}
        case errors.DeviceNotFound(device_ids=device_ids):
            return {"device_ids": device_ids}
        case errors.NotFound(path=path):
            return {"path": path}
        case errors.CodeRefused(rollback=rollback):
            data: Json = {"devices": _devices(error)}
            if rollback is not None:
                data["rollback"] = {
                    "state": rollback.state,
                    "cleanup": [
                        {"device_id": one.device_id, "state": one.state} for one in rollback.cleanup
                    ],
                }
            return data
        case errors.InternalError():
            return {"request_id": request_id}
        case _:
            devices = _devices(error)
            return {"devices": devices} if devices else {}


def _devices(error: GatewayError) -> list[Json]:
    return [
        {
            "device_id": refusal.device_id,
            "reason": refusal.reason,
            "message": refusal.message,
            **_conflict(refusal),
        }
        for refusal in _refusals(error)
    ]


def _conflict(refusal: Refusal) -> dict[str, str]:
    ids = {
        "managed_access_code_id": refusal.managed_access_code_id,
        "unmanaged_access_code_id": refusal.unmanaged_access_code_id,
    }
    return {name: held for name, held in ids.items() if held is not None}


def _refusals(error: GatewayError) -> Iterator[Refusal]:
    """The devices that stand in the way, whichever kind of error names them."""
    match error:
        case errors.CodeRefused(refusals=refusals) | errors.InvalidInput(refusals=refusals):
            yield from refusals
        case errors.DeviceOffline(devices=devices):
            for device_id in devices:
                yield errors.Refusal(device_id, "device_offline", "The device is offline")
        case errors.DeviceDoesNotSupportAccessCodes(devices=devices):
            for device_id in devices:
                yield errors.Refusal(device_id, "no_keypad", "The device has no keypad")
        case errors.DeviceNotFound(device_ids=device_ids):
            for device_id in device_ids:
                yield errors.Refusal(device_id, "device_not_found", "There is no such device")
        case _:
            return


def grpc_status(error: GatewayError, request_id: str) -> status_pb2.Status:
    """The rich status: one `ErrorInfo` for each device in the way, or one for the whole call.

    `BadRequest` holds the field violations, `RequestInfo` the id of the request. After a withdrawn
    code there is a `PreconditionFailure` with the state of the rollback, then one for each device
    to clear.
    """
    told = meaning(error)
    # Cut at a whole character, whatever its length in bytes.
    message = str(error).encode()[:MESSAGE_BYTES_MAX].decode(errors="ignore")
    status = status_pb2.Status(code=told.grpc.value[0], message=message)
    _pack(status, error_details_pb2.RequestInfo(request_id=request_id))
    left_out = 0
    for detail in _details(error, told):
        if left_out or status.ByteSize() + detail.ByteSize() > STATUS_BYTES_MAX:
            left_out += 1
        else:
            _pack(status, detail)
    if left_out:
        _pack(status, _info("DETAILS_LEFT_OUT", {"left_out": str(left_out)}))
    return status


def _pack(status: status_pb2.Status, detail: Message) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)


def _info(reason: str, metadata: Mapping[str, str]) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)


def _details(error: GatewayError, told: Meaning) -> Iterator[Message]:
    violations = list(_violations(error))
    if violations:
        yield error_details_pb2.BadRequest(field_violations=violations)
    rollback = error.rollback if isinstance(error, errors.CodeRefused) else None
    if rollback is not None:
        yield _left_behind(rollback, "", f"devices to clear: {len(rollback.cleanup)}")
    refusals = list(_refusals(error))
    if not refusals:
        yield _info(told.type.upper(), _facts(error))
    for refusal in refusals:
        yield _info(
            refusal.reason.upper(),
            {
                "device_id": refusal.device_id,
                "message": refusal.message,
                "type": told.type,
                **_conflict(refusal),
            },
        )
    if rollback is not None:
        for one in rollback.cleanup:
            yield _left_behind(rollback, one.device_id, one.state)


def _facts(error: GatewayError) -> dict[str, str]:
    if isinstance(error, errors.WatcherFellBehind) and error.after_event_id is not None:
        return {"after_event_id": error.after_event_id}
    return {}


def _left_behind(
    rollback: errors.Rollback, subject: str, description: str
) -> error_details_pb2.PreconditionFailure:
    kind = f"ROLLBACK_{rollback.state.upper()}"
    violation = error_details_pb2.PreconditionFailure.Violation(
        type=kind, subject=subject, description=description
    )
    return error_details_pb2.PreconditionFailure(violations=[violation])


def _violations(error: GatewayError) -> Iterator[error_details_pb2.BadRequest.FieldViolation]:
    match error:
        case errors.InvalidInput(problems=problems):
            for problem in problems:
                yield error_details_pb2.BadRequest.FieldViolation(
                    field=problem.parameter or "", description=problem.message
                )
        case errors.NotSupported(parameters=parameters):
            for parameter in parameters:
                yield error_details_pb2.BadRequest.FieldViolation(
                    field=parameter, description="Not supported yet"
                )
        case _:
            return
