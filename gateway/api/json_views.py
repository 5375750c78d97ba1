"""The views as JSON: exactly the fields and words of the API that this one stands in for.

Additions of ours stand under `latchbench`, and `appearance` is where the API's own prose puts the
name as a lock shows it. PINs leave here, and only here, as digits.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from gateway.policy.mutations import Change
from gateway.policy.times import time_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.policy.answers import AttemptView, CreateView, GeneratedCode, UnmanagedView
    from gateway.policy.mutations import Terms
    from gateway.policy.records import (
        AccessCodeView,
        CodeProblem,
        CodeWarning,
        CreateMultipleView,
        DeviceView,
        PendingMutation,
        PlanView,
        StragglerView,
    )
    from latchbench.pin import Pin

Json = dict[str, Any]

# The device type of locks behind a Z-Wave hub in that API.
DEVICE_TYPE: Final = "smartthings_lock"
_MANUFACTURER: Final = "latchbench"


def create_multiple_json(view: CreateMultipleView) -> Json:
    """`access_codes` in request order, and who shares under `latchbench`."""
    return {
        "access_codes": [access_code_json(row) for row in view.access_codes],
        "latchbench": {
            "group_id": view.group_id,
            "shared": view.shared,
            "random": _stragglers(view.random),
            "warnings": _warnings(view.warnings),
            "ignored_parameters": view.ignored_parameters,
        },
    }


def create_json(view: CreateView) -> Json:
    """`access_code` and `action_attempt`."""
    return {
        "access_code": access_code_json(view.access_code),
        "action_attempt": attempt_json(view.attempt),
        "latchbench": {
            "warnings": _warnings(view.warnings),
            "ignored_parameters": view.ignored_parameters,
        },
    }


def attempt_json(view: AttemptView) -> Json:
    """An `action_attempt`. One that has succeeded has a result, one that failed an error."""
    result: Json | None = None
    if view.status == "success":
        code = view.access_code
        result = {} if code is None else {"access_code": access_code_json(code)}
    error = {"type": view.error_type, "message": view.error_message}
    return {
        "action_attempt_id": view.action_attempt_id,
        "action_type": view.action_type,
        "status": view.status,
        "result": result,
        "error": error if view.status == "error" else None,
    }


def unmanaged_json(view: UnmanagedView) -> Json:
    """An unmanaged `access_code`: read only, its digits null where the lock masks them."""
    return {
        "access_code_id": view.access_code_id,
        "device_id": view.device_id,
        "workspace_id": view.workspace_id,
        "name": None,
        "code": None if view.code is None else view.code.reveal(),
        "type": "ongoing",
        "status": view.status,
        "created_at": time_text(view.created_at_us),
        "starts_at": None,
        "ends_at": None,
        "errors": [],
        "warnings": [],
        "is_managed": False,
        "cannot_be_managed": True,
        "cannot_delete_unmanaged_access_code": True,
    }


def generated_json(view: GeneratedCode) -> Json:
    """`generated_code`: a device, and a code that it takes."""
    return {"generated_code": {"device_id": view.device_id, "code": view.code.reveal()}}


def plan_json(view: PlanView) -> Json:
    """`plan`: what a call would decide."""
    return {
        "plan": {
            "can_share": view.can_share,
            "explanation": view.explanation,
            "shared": view.shared,
            "random": _stragglers(view.random),
            "refused": _stragglers(view.refused),
            "codes_left": view.codes_left,
            "code_length": view.code_length,
            "warnings": _warnings(view.warnings),
        }
    }


def access_code_json(view: AccessCodeView) -> Json:
    """An `access_code`. `is_scheduled_on_device` is absent where it says nothing."""
    row: Json = {
        "access_code_id": view.access_code_id,
        "device_id": view.device_id,
        "workspace_id": view.workspace_id,
        "name": view.name,
        "code": None if view.code is None else view.code.reveal(),
        "common_code_key": view.common_code_key,
        "type": view.type,
        "status": view.status,
        "created_at": time_text(view.created_at_us),
        "starts_at": _time(view.starts_at_us),
        "ends_at": _time(view.ends_at_us),
        "errors": _problems(view.errors),
        "warnings": _warnings(view.warnings),
        "pending_mutations": [_mutation(one) for one in view.pending_mutations],
        "is_managed": view.is_managed,
        "is_backup": view.is_backup,
        "is_backup_access_code_available": view.is_backup_access_code_available,
        "pulled_backup_access_code_id": view.pulled_backup_access_code_id,
        "is_external_modification_allowed": view.is_external_modification_allowed,
        "is_one_time_use": view.is_one_time_use,
        "is_offline_access_code": view.is_offline_access_code,
        "is_waiting_for_code_assignment": view.is_waiting_for_code_assignment,
        "dormakaba_oracode_metadata": None,
        "appearance": {"name": view.appearance_name},
        "latchbench": {"group_id": view.group_id},
    }
    if view.is_scheduled_on_device is not None:
        row["is_scheduled_on_device"] = view.is_scheduled_on_device
    return row


def device_json(view: DeviceView) -> Json:
    """A `device`. Doors are not opened through this API, so what says that they could is false."""
    return {
        "device_id": view.device_id,
        "device_type": DEVICE_TYPE,
        "display_name": view.name,
        "workspace_id": view.workspace_id,
        "connected_account_id": account_id(view.workspace_id),
        "space_ids": [],
        "custom_metadata": {},
        "is_managed": True,
        "created_at": time_text(view.created_at_us),
        "capabilities_supported": ["access_code", "lock"] if view.has_keypad else ["lock"],
        "can_program_online_access_codes": view.programs_online,
        "can_program_offline_access_codes": view.programs_offline,
        "can_unlock_with_code": view.has_keypad,
        "can_remotely_lock": False,
        "can_remotely_unlock": False,
        "can_configure_auto_lock": False,
        "location": {"time_zone": view.time_zone, "timezone": view.time_zone},
        "errors": _problems(view.errors),
        "warnings": _warnings(view.warnings),
        "properties": {
            "name": view.name,
            "appearance": {"name": view.name},
            "online": view.online,
            "manufacturer": _MANUFACTURER,
            "model": {
                "display_name": view.profile,
                "manufacturer_display_name": _MANUFACTURER,
                "has_built_in_keypad": view.has_keypad,
                "online_access_codes_supported": view.programs_online,
                "offline_access_codes_supported": view.programs_offline,
            },
            "supported_code_lengths": view.code_lengths,
            "max_active_codes_supported": view.codes_max,
            "code_constraints": _constraints(view),
            "supports_backup_access_code_pool": view.supports_backups,
            "backup_access_code_pool_enabled": view.supports_backups,
        },
        "latchbench": {"profile": view.profile},
    }


def account_id(workspace_id: str) -> str:
    """All locks of a workspace hang on one account; its id is always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"latchbench/{workspace_id}/connected_account"))


def _constraints(view: DeviceView) -> list[Json]:
    plain: list[Json] = [
        {"constraint_type": name} for name in view.constraints if name != "name_length"
    ]
    if view.name_length_max is not None:
        plain.append({"constraint_type": "name_length", "max_length": view.name_length_max})
    return plain


def _time(at_us: int | None) -> str | None:
    return None if at_us is None else time_text(at_us)


def _stragglers(views: Iterable[StragglerView]) -> list[Json]:
    return [
        {"device_id": one.device_id, "reason": one.reason, "message": one.message} for one in views
    ]


def _problems(problems: Iterable[CodeProblem]) -> list[Json]:
    return [_problem(one) for one in problems]


def _problem(problem: CodeProblem) -> Json:
    kind = "is_device_error" if problem.is_device_error else "is_access_code_error"
    told: Json = {
        "error_code": problem.error_code,
        "message": problem.message,
        kind: True,
        "created_at": time_text(problem.created_at_us),
    }
    if problem.managed_access_code_id is not None:
        told["managed_access_code_id"] = problem.managed_access_code_id
    if problem.unmanaged_access_code_id is not None:
        told["unmanaged_access_code_id"] = problem.unmanaged_access_code_id
    return told | _modification(problem)


def _modification(entry: CodeProblem | CodeWarning) -> Json:
    """What somebody changed at the lock: which fields, and never from or to which digits."""
    if entry.change_type is None:
        return {}
    fields = [{"field": name, "from": None, "to": None} for name in entry.modified_fields]
    return {"change_type": entry.change_type, "modified_fields": fields}


def _warnings(warnings: Iterable[CodeWarning]) -> list[Json]:
    return [
        {
            "warning_code": one.warning_code,
            "message": one.message,
            "created_at": time_text(one.created_at_us),
            **_modification(one),
        }
        for one in warnings
    ]


def _mutation(mutation: PendingMutation) -> Json:
    told: Json = {
        "mutation_code": mutation.mutation_code,
        "message": mutation.message,
        "created_at": time_text(mutation.created_at_us),
    }
    if mutation.scheduled_at_us is not None:
        told["scheduled_at"] = time_text(mutation.scheduled_at_us)
    change = mutation.change
    if change is not None:
        told["from"] = terms_json(change.mutation_code, change.before, mutation.old_code)
        told["to"] = terms_json(change.mutation_code, change.after, mutation.code)
    return told


def terms_json(change: Change, terms: Terms, code: Pin | None) -> Json:
    """One side of a change."""
    match change:
        case Change.CODE:
            return {"code": None if code is None else code.reveal()}
        case Change.NAME:
            return {"name": terms.name}
        case Change.TIME_FRAME:
            return {"starts_at": _time(terms.starts_at_us), "ends_at": _time(terms.ends_at_us)}
