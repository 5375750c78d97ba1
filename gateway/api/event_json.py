"""Events as JSON: the fields that the API has for each type, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gateway.api.json_views import account_id, terms_json
from gateway.policy.mutations import Change, Terms
from gateway.policy.times import time_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.policy.mutations import Mutation
    from gateway.policy.records import CodeProblem, EventRecord

Json = dict[str, Any]

_WITH_CODE: Final = ("set_on_device", "scheduled_on_device", "deleted")
_REQUESTED: Final = "mutations_requested"
_CHANGED: Final = {
    "name_changed": "The name was changed.",
    "code_changed": "The lock has another code.",
    "time_frame_changed": "The times were changed.",
}
_PULLED: Final = "backup_access_code_pulled"


def event_json(event: EventRecord, workspace_id: str) -> Json:
    """An event. It is made when it happens, so both its times are one."""
    told: Json = {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "workspace_id": workspace_id,
        "created_at": time_text(event.occurred_at_us),
        "occurred_at": time_text(event.occurred_at_us),
        "connected_account_id": account_id(workspace_id),
        "device_id": event.device_id,
    }
    if event.access_code_id is not None:
        told["access_code_id"] = event.access_code_id
    what = event.event_type.removeprefix("access_code.")
    if what in _WITH_CODE:
        told |= terms_json(Change.CODE, Terms(), event.code)
    elif what == _PULLED:
        told["backup_access_code_id"] = event.backup_access_code_id
    elif what == _REQUESTED:
        told["requested_mutations"] = [
            {"mutation_code": one.mutation_code.value, **_from_to(event, one)}
            for one in event.mutations
        ]
    elif what in _CHANGED:
        (change,) = event.mutations
        told |= {**_from_to(event, change), "description": _CHANGED[what]}
    elif what.startswith("failed_"):
        told |= _issues(event)
    return told


def _from_to(event: EventRecord, change: Mutation) -> Json:
    of_code = change.mutation_code is Change.CODE
    old, new = (event.old_code, event.code) if of_code else (None, None)
    return {
        "from": terms_json(change.mutation_code, change.before, old),
        "to": terms_json(change.mutation_code, change.after, new),
    }


def _issues(event: EventRecord) -> Json:
    """All six lists that such an event has: of the code, of its device, of its account."""
    return {
        "access_code_errors": _errors(one for one in event.errors if not one.is_device_error),
        "access_code_warnings": [
            {
                "warning_code": one.warning_code,
                "message": one.message,
                "created_at": time_text(one.created_at_us),
            }
            for one in event.warnings
        ],
        "device_errors": _errors(one for one in event.errors if one.is_device_error),
        "device_warnings": [],
        "connected_account_errors": [],
        "connected_account_warnings": [],
    }


def _errors(problems: Iterable[CodeProblem]) -> list[Json]:
    return [
        {
            "error_code": one.error_code,
            "message": one.message,
            "created_at": time_text(one.created_at_us),
        }
        for one in problems
    ]
