"""Between the messages of `latchbench.access.v1` and what the core speaks.

A request becomes the same plain mapping that a JSON body would be, with a parameter that was not
set left out: so HTTP and gRPC share every rule. No other module touches these messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.policy.mutations import Change
from gateway.policy.records import PendingMutation
from gateway.policy.times import US_PER_S, exact_time_text
from protos.access.v1 import access_codes_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from google.protobuf.message import Message

    from gateway.policy.answers import AttemptView, CreateView, GeneratedCode, UnmanagedView
    from gateway.policy.mutations import Mutation, Terms
    from gateway.policy.records import (
        AccessCodeView,
        CodeProblem,
        CodeWarning,
        CreateMultipleView,
        DeviceView,
        EventRecord,
        PlanView,
        PulledView,
        StragglerView,
    )
    from latchbench.pin import Pin

_UINT64_MAX: Final = 2**64 - 1
_NANOS_PER_S: Final = 1_000_000_000

_WORDS: Final[Mapping[str, Mapping[int, str]]] = {
    "behavior_when_code_cannot_be_shared": {
        pb.BEHAVIOR_THROW: "throw",
        pb.BEHAVIOR_CREATE_RANDOM_CODE: "create_random_code",
    },
    "type": {pb.CODE_TYPE_ONGOING: "ongoing", pb.CODE_TYPE_TIME_BOUND: "time_bound"},
    "max_time_rounding": {
        pb.TIME_ROUNDING_1HOUR: "1hour",
        pb.TIME_ROUNDING_1DAY: "1day",
    },
}


def body_of(request: Message) -> dict[str, object]:
    """The parameters that were set, as a JSON body would hold them.

    What no JSON body could hold (a number that the enum does not have, an instant that no calendar
    has) becomes a text that the rules about that parameter refuse.
    """
    return {field.name: _plain(field.name, value) for field, value in request.ListFields()}


def _plain(name: str, value: Any) -> object:
    if name in _WORDS:
        return _WORDS[name].get(value, str(value))
    if isinstance(value, Timestamp):
        return _instant(value)
    if isinstance(value, (str, bool, int, float)):
        return value
    return list(value)


def _instant(stamp: Timestamp) -> str:
    if not 0 <= stamp.nanos < _NANOS_PER_S:
        return f"{stamp.nanos} ns"
    try:
        return exact_time_text(stamp.seconds * US_PER_S + stamp.nanos // 1000)
    except OverflowError:
        return f"{stamp.seconds} s"


def _stamp(at_us: int | None) -> Timestamp | None:
    if at_us is None:
        return None
    return Timestamp(seconds=at_us // US_PER_S, nanos=at_us % US_PER_S * 1000)


def create_multiple_message(view: CreateMultipleView) -> pb.CreateMultipleResponse:
    """The answer to `CreateMultiple`."""
    return pb.CreateMultipleResponse(
        access_codes=map(access_code_message, view.access_codes),
        group=pb.GroupResult(
            group_id=view.group_id,
            shared=view.shared,
            random=_stragglers(view.random),
            warnings=_warnings(view.warnings),
            ignored_parameters=view.ignored_parameters,
        ),
    )


def plan_message(view: PlanView) -> pb.PlanResponse:
    """The answer to `Plan`. More codes than the field can count are told as the most it can."""
    return pb.PlanResponse(
        can_share=view.can_share,
        explanation=view.explanation,
        shared=view.shared,
        random=_stragglers(view.random),
        refused=_stragglers(view.refused),
        codes_left=min(view.codes_left, _UINT64_MAX),
        code_length=view.code_length,
        warnings=_warnings(view.warnings),
    )


def get_message(view: AccessCodeView) -> pb.GetResponse:
    """The answer to `Get`."""
    return pb.GetResponse(access_code=access_code_message(view))


def list_message(rows: Iterable[AccessCodeView], next_cursor: str | None) -> pb.ListResponse:
    """The answer to `List`."""
    return pb.ListResponse(
        access_codes=map(access_code_message, rows), next_page_cursor=next_cursor
    )


def delete_message(view: AttemptView) -> pb.DeleteResponse:
    """The answer to `Delete`."""
    return pb.DeleteResponse(action_attempt=attempt_message(view))


def create_message(view: CreateView) -> pb.CreateResponse:
    """The answer to `Create`."""
    return pb.CreateResponse(
        access_code=access_code_message(view.access_code),
        action_attempt=attempt_message(view.attempt),
        warnings=_warnings(view.warnings),
    )


def update_message(view: AttemptView) -> pb.UpdateResponse:
    """The answer to `Update`."""
    return pb.UpdateResponse(action_attempt=attempt_message(view))


def attempt_message(view: AttemptView) -> pb.ActionAttempt:
    """One action attempt."""
    return pb.ActionAttempt(
        action_attempt_id=view.action_attempt_id,
        action_type=view.action_type,
        status=f"ATTEMPT_STATUS_{view.status.upper()}",
        error_type=view.error_type,
        error_message=view.error_message,
        access_code=None if view.access_code is None else access_code_message(view.access_code),
    )


def generated_message(view: GeneratedCode) -> pb.GenerateCodeResponse:
    """The answer to `GenerateCode`."""
    return pb.GenerateCodeResponse(device_id=view.device_id, code=view.code.reveal())


def unmanaged_message(view: UnmanagedView) -> pb.UnmanagedAccessCode:
    """One code that the gateway did not make."""
    return pb.UnmanagedAccessCode(
        access_code_id=view.access_code_id,
        device_id=view.device_id,
        workspace_id=view.workspace_id,
        code=None if view.code is None else view.code.reveal(),
        status=f"CODE_STATUS_{view.status.name}",
        created_at=_stamp(view.created_at_us),
    )


def devices_message(
    rows: Iterable[DeviceView], device_type: str, next_cursor: str | None
) -> pb.ListDevicesResponse:
    """The answer to `ListDevices`."""
    return pb.ListDevicesResponse(
        devices=[_device(row, device_type) for row in rows], next_page_cursor=next_cursor
    )


def device_message(row: DeviceView, device_type: str) -> pb.GetDeviceResponse:
    """The answer to `GetDevice`."""
    return pb.GetDeviceResponse(device=_device(row, device_type))


def _device(row: DeviceView, device_type: str) -> pb.Device:
    return pb.Device(
        device_id=row.device_id,
        name=row.name,
        device_type=device_type,
        online=row.online,
        supported_code_lengths=row.code_lengths,
        max_active_codes_supported=row.codes_max,
        code_constraints=row.constraints,
        errors=_problems(row.errors),
        warnings=_warnings(row.warnings),
        can_program_online_access_codes=row.programs_online,
        can_program_offline_access_codes=row.programs_offline,
        supports_backup_access_code_pool=row.supports_backups,
    )


def pulled_message(view: PulledView) -> pb.PullBackupAccessCodeResponse:
    """The answer to `PullBackupAccessCode`."""
    return pb.PullBackupAccessCodeResponse(backup_access_code=access_code_message(view.backup))


def access_code_message(view: AccessCodeView) -> pb.AccessCode:
    """One access code; its PIN leaves here as digits."""
    message = pb.AccessCode(
        access_code_id=view.access_code_id,
        device_id=view.device_id,
        workspace_id=view.workspace_id,
        name=view.name,
        code=None if view.code is None else view.code.reveal(),
        common_code_key=view.common_code_key,
        type=f"CODE_TYPE_{view.type.upper()}",
        status=f"CODE_STATUS_{view.status.name}",
        created_at=_stamp(view.created_at_us),
        starts_at=_stamp(view.starts_at_us),
        ends_at=_stamp(view.ends_at_us),
        errors=_problems(view.errors),
        warnings=_warnings(view.warnings),
        pending_mutations=[_mutation(one) for one in view.pending_mutations],
        is_managed=view.is_managed,
        is_backup=view.is_backup,
        is_backup_access_code_available=view.is_backup_access_code_available,
        pulled_backup_access_code_id=view.pulled_backup_access_code_id,
        is_external_modification_allowed=view.is_external_modification_allowed,
        is_one_time_use=view.is_one_time_use,
        is_offline_access_code=view.is_offline_access_code,
        is_waiting_for_code_assignment=view.is_waiting_for_code_assignment,
        appearance_name=view.appearance_name,
        group_id=view.group_id,
    )
    if view.is_scheduled_on_device is not None:
        message.is_scheduled_on_device = view.is_scheduled_on_device
    return message


def event_message(event: EventRecord) -> pb.Event:
    """One event of `WatchEvents`. It is made when it happens, so both its times are one."""
    return pb.Event(
        event_id=event.event_id,
        event_type=event.event_type,
        occurred_at=_stamp(event.occurred_at_us),
        created_at=_stamp(event.occurred_at_us),
        device_id=event.device_id,
        access_code_id=event.access_code_id,
        code=None if event.code is None else event.code.reveal(),
        access_code_errors=_problems(event.errors),
        access_code_warnings=_warnings(event.warnings),
        mutations=[_event_mutation(event, one) for one in event.mutations],
        backup_access_code_id=event.backup_access_code_id,
    )


def _event_mutation(event: EventRecord, change: Mutation) -> pb.PendingMutation:
    of_code = change.mutation_code is Change.CODE
    return _mutation(
        PendingMutation(
            change.mutation_code.value,
            "",
            change.requested_at_us,
            change=change,
            old_code=event.old_code if of_code else None,
            code=event.code if of_code else None,
        )
    )


def _stragglers(views: Iterable[StragglerView]) -> list[pb.Straggler]:
    return [
        pb.Straggler(device_id=one.device_id, reason=one.reason, message=one.message)
        for one in views
    ]


def _problems(problems: Iterable[CodeProblem]) -> list[pb.Problem]:
    return [
        pb.Problem(
            error_code=one.error_code,
            message=one.message,
            created_at=_stamp(one.created_at_us),
            is_access_code_error=not one.is_device_error,
            is_device_error=one.is_device_error,
            managed_access_code_id=one.managed_access_code_id,
            unmanaged_access_code_id=one.unmanaged_access_code_id,
            change_type=one.change_type,
            modified_fields=one.modified_fields,
        )
        for one in problems
    ]


def _warnings(warnings: Iterable[CodeWarning]) -> list[pb.Warning]:
    return [
        pb.Warning(
            warning_code=one.warning_code,
            message=one.message,
            created_at=_stamp(one.created_at_us),
            change_type=one.change_type,
            modified_fields=one.modified_fields,
        )
        for one in warnings
    ]


def _mutation(mutation: PendingMutation) -> pb.PendingMutation:
    message = pb.PendingMutation(
        mutation_code=mutation.mutation_code,
        message=mutation.message,
        created_at=_stamp(mutation.created_at_us),
        scheduled_at=_stamp(mutation.scheduled_at_us),
    )
    if mutation.change is not None:
        # `from` is a word of Python's, so the field cannot be named in the call above.
        getattr(message, "from").CopyFrom(_side(mutation.change.before, mutation.old_code))
        message.to.CopyFrom(_side(mutation.change.after, mutation.code))
    return message


def _side(terms: Terms, code: Pin | None) -> pb.MutationSide:
    return pb.MutationSide(
        code=None if code is None else code.reveal(),
        name=terms.name,
        starts_at=_stamp(terms.starts_at_us),
        ends_at=_stamp(terms.ends_at_us),
    )
