"""How a row looks to a caller: its status, its errors, and what is still to be done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.policy.answers import AttemptView, UnmanagedView
from gateway.policy.attempts import AttemptStatus, AttemptType
from gateway.policy.mutations import Change
from gateway.policy.operations import is_due, is_inactive, is_left_out
from gateway.policy.records import (
    AccessCodeView,
    CodeKind,
    CodeProblem,
    DeviceView,
    PendingMutation,
    Progress,
    Status,
    Want,
)
from gateway.policy.schedule import is_ahead

if TYPE_CHECKING:
    from gateway.policy.attempts import AttemptRecord
    from gateway.policy.mutations import Mutation
    from gateway.policy.records import (
        CodeRecord,
        CodeWarning,
        DeviceRecord,
        Facts,
        UnmanagedRecord,
    )

OFFLINE_MESSAGE: Final = "The lock does not answer."
HUB_MESSAGE: Final = "The hub of the lock sends nothing."


def status_of(code: CodeRecord, now_us: int) -> Status:
    """`status` as the API words it."""
    if code.want is Want.ABSENT:
        return Status.REMOVING
    if is_left_out(code) or is_inactive(code):
        return Status.UNSET
    if is_ahead(code, now_us) or _is_derived_ahead(code, now_us):
        return Status.UNSET  # in the lock or not: it is shut until then
    if code.progress is Progress.THERE and is_due(code, now_us) and code.pin is not None:
        return Status.UNKNOWN if code.old_pins else Status.SET
    return Status.SETTING if is_due(code, now_us) else Status.UNSET


def _is_derived_ahead(code: CodeRecord, now_us: int) -> bool:
    starts_at_us = code.starts_at_us
    return code.kind is CodeKind.OFFLINE and starts_at_us is not None and now_us < starts_at_us


def pending_mutations(code: CodeRecord, now_us: int) -> tuple[PendingMutation, ...]:
    """What was asked of this row and is not done."""
    if code.want is Want.ABSENT:
        return (
            PendingMutation("deleting", "Removing the code from the lock.", code.created_at_us),
        )
    if is_left_out(code):
        return ()
    if code.mutations:
        return tuple(_updating(code, mutation) for mutation in code.mutations)
    if code.progress is Progress.THERE and is_due(code, now_us) and code.pin is not None:
        return ()
    if is_due(code, now_us):
        return (PendingMutation("creating", "Setting the code on the lock.", code.created_at_us),)
    return (
        PendingMutation(
            "deferring_creation",
            "The code is set on the lock shortly before it becomes valid.",
            code.created_at_us,
            scheduled_at_us=code.load_at_us,
        ),
    )


_UPDATING: Final = {
    Change.CODE: "Setting another code on the lock.",
    Change.NAME: "Changing the name together with what else is to change on the lock.",
    Change.TIME_FRAME: "Changing on the lock when the code is valid.",
}


def _updating(code: CodeRecord, mutation: Mutation) -> PendingMutation:
    of_code = mutation.mutation_code is Change.CODE
    return PendingMutation(
        mutation.mutation_code.value,
        _UPDATING[mutation.mutation_code],
        mutation.requested_at_us,
        change=mutation,
        old_code=code.old_pins[0] if of_code and code.old_pins else None,
        code=code.pin if of_code else None,
    )


def attempt_view(attempt: AttemptRecord, code: AccessCodeView | None) -> AttemptView:
    """The attempt for a caller; `code` is the row as it is now, if it is still there."""
    succeeded = attempt.status is AttemptStatus.SUCCESS
    return AttemptView(
        attempt.action_attempt_id,
        attempt.action_type.value,
        attempt.status.value,
        attempt.error_type,
        attempt.error_message,
        code if succeeded and attempt.action_type is not AttemptType.DELETE else None,
    )


def unmanaged_view(record: UnmanagedRecord, workspace_id: str) -> UnmanagedView:
    """A code that somebody else put into a lock; digits that read masked are unknown."""
    return UnmanagedView(
        record.access_code_id,
        record.device_id,
        workspace_id,
        record.pin,
        Status.SET,
        record.first_seen_at_us,
    )


def offline_problem(since_us: int) -> CodeProblem:
    """The error that a silent lock puts on itself and on its codes."""
    return CodeProblem("device_offline", OFFLINE_MESSAGE, since_us, is_device_error=True)


def empty_pool_problem(since_us: int) -> CodeProblem:
    """The error of a code whose lock has no backup for it, and takes none now."""
    message = "The lock has no backup access code, and takes none now."
    return CodeProblem("empty_backup_access_code_pool", message, since_us, is_device_error=True)


def hub_problem(since_us: int) -> CodeProblem:
    """The error that a hub which sends nothing puts on its locks and on their codes."""
    return CodeProblem("hub_disconnected", HUB_MESSAGE, since_us, is_device_error=True)


def _device_problems(
    offline_since_us: int | None, hub_down_since_us: int | None
) -> tuple[CodeProblem, ...]:
    """What keeps commands from a lock. While its hub is down, nobody can say more of it."""
    if hub_down_since_us is not None:
        return (hub_problem(hub_down_since_us),)
    return () if offline_since_us is None else (offline_problem(offline_since_us),)


def code_view(
    code: CodeRecord,
    device: DeviceRecord,
    *,
    workspace_id: str,
    offline_since_us: int | None,
    now_us: int,
    hub_down_since_us: int | None = None,
    spares: int | None = None,
) -> AccessCodeView:
    """The row for a caller. Since when its lock, or the hub of its lock, is given up, if it is.

    `spares` are the backup codes that lie on its lock, None when there are none to come either.
    """
    uses_pool = code.uses_backup_pool and code.want is Want.PRESENT
    offline = _device_problems(offline_since_us, hub_down_since_us)
    empty = (empty_pool_problem(code.created_at_us),) if uses_pool and spares is None else ()
    return AccessCodeView(
        access_code_id=code.access_code_id,
        device_id=code.device_id,
        workspace_id=workspace_id,
        name=code.name,
        code=code.pin,
        common_code_key=code.common_code_key,
        type="time_bound" if code.is_time_bound else "ongoing",
        status=status_of(code, now_us),
        created_at_us=code.created_at_us,
        starts_at_us=code.starts_at_us,
        ends_at_us=code.ends_at_us,
        errors=(*code.errors, *offline, *empty),
        warnings=code.warnings,
        pending_mutations=pending_mutations(code, now_us),
        is_managed=True,
        is_external_modification_allowed=code.external_modification_allowed,
        appearance_name=code.device_name,
        group_id=code.group_id,
        is_backup=code.kind is CodeKind.BACKUP,
        is_backup_access_code_available=uses_pool and bool(spares),
        pulled_backup_access_code_id=code.pulled_backup_id,
        is_offline_access_code=code.kind is CodeKind.OFFLINE,
        is_one_time_use=code.is_one_time_use,
        is_waiting_for_code_assignment=code.pin is None and device.facts.provider_chooses_pin,
        is_scheduled_on_device=code.progress is Progress.THERE if code.is_native else None,
    )


def supports_backups(facts: Facts) -> bool:
    """Whether spare codes can be kept on such a lock: they must be ours to draw and to send."""
    return facts.has_keypad and not (facts.provider_chooses_pin or facts.offline_codes_only)


def device_view(
    device: DeviceRecord,
    *,
    workspace_id: str,
    offline_since_us: int | None,
    warnings: tuple[CodeWarning, ...] = (),
    hub_down_since_us: int | None = None,
) -> DeviceView:
    """The lock for a caller; its own words go before what the database says of its kind."""
    problems = _device_problems(offline_since_us, hub_down_since_us)
    lengths = (device.code_length,) if device.code_length else device.facts.code_lengths
    return DeviceView(
        device_id=device.device_id,
        name=device.name,
        workspace_id=workspace_id,
        profile=device.profile,
        online=not problems,
        time_zone=device.time_zone,
        created_at_us=device.created_at_us,
        code_lengths=lengths,
        codes_max=(device.slots or device.facts.slots) - len(device.facts.reserved_slots),
        constraints=tuple(sorted(device.facts.constraints)),
        has_keypad=device.facts.has_keypad,
        name_length_max=device.facts.name_length_max,
        programs_online=device.facts.has_keypad and not device.facts.offline_codes_only,
        programs_offline=device.facts.supports_offline_codes,
        supports_backups=supports_backups(device.facts),
        warnings=warnings,
        errors=problems,
    )
