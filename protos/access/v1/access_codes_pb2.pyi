import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Behavior(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BEHAVIOR_UNSPECIFIED: _ClassVar[Behavior]
    BEHAVIOR_THROW: _ClassVar[Behavior]
    BEHAVIOR_CREATE_RANDOM_CODE: _ClassVar[Behavior]

class TimeRounding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIME_ROUNDING_UNSPECIFIED: _ClassVar[TimeRounding]
    TIME_ROUNDING_1HOUR: _ClassVar[TimeRounding]
    TIME_ROUNDING_1DAY: _ClassVar[TimeRounding]

class CodeStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODE_STATUS_UNSPECIFIED: _ClassVar[CodeStatus]
    CODE_STATUS_UNSET: _ClassVar[CodeStatus]
    CODE_STATUS_SETTING: _ClassVar[CodeStatus]
    CODE_STATUS_SET: _ClassVar[CodeStatus]
    CODE_STATUS_REMOVING: _ClassVar[CodeStatus]
    CODE_STATUS_UNKNOWN: _ClassVar[CodeStatus]

class CodeType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODE_TYPE_UNSPECIFIED: _ClassVar[CodeType]
    CODE_TYPE_ONGOING: _ClassVar[CodeType]
    CODE_TYPE_TIME_BOUND: _ClassVar[CodeType]

class AttemptStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ATTEMPT_STATUS_UNSPECIFIED: _ClassVar[AttemptStatus]
    ATTEMPT_STATUS_PENDING: _ClassVar[AttemptStatus]
    ATTEMPT_STATUS_SUCCESS: _ClassVar[AttemptStatus]
    ATTEMPT_STATUS_ERROR: _ClassVar[AttemptStatus]
BEHAVIOR_UNSPECIFIED: Behavior
BEHAVIOR_THROW: Behavior
BEHAVIOR_CREATE_RANDOM_CODE: Behavior
TIME_ROUNDING_UNSPECIFIED: TimeRounding
TIME_ROUNDING_1HOUR: TimeRounding
TIME_ROUNDING_1DAY: TimeRounding
CODE_STATUS_UNSPECIFIED: CodeStatus
CODE_STATUS_UNSET: CodeStatus
CODE_STATUS_SETTING: CodeStatus
CODE_STATUS_SET: CodeStatus
CODE_STATUS_REMOVING: CodeStatus
CODE_STATUS_UNKNOWN: CodeStatus
CODE_TYPE_UNSPECIFIED: CodeType
CODE_TYPE_ONGOING: CodeType
CODE_TYPE_TIME_BOUND: CodeType
ATTEMPT_STATUS_UNSPECIFIED: AttemptStatus
ATTEMPT_STATUS_PENDING: AttemptStatus
ATTEMPT_STATUS_SUCCESS: AttemptStatus
ATTEMPT_STATUS_ERROR: AttemptStatus

class CreateMultipleRequest(_message.Message):
    __slots__ = ("device_ids", "behavior_when_code_cannot_be_shared", "preferred_code_length", "name", "code", "starts_at", "ends_at", "attempt_for_offline_device", "prefer_native_scheduling", "use_backup_access_code_pool", "allow_external_modification", "is_external_modification_allowed", "is_offline_access_code", "use_offline_access_code", "is_one_time_use", "max_time_rounding", "sync", "request_id")
    DEVICE_IDS_FIELD_NUMBER: _ClassVar[int]
    BEHAVIOR_WHEN_CODE_CANNOT_BE_SHARED_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_CODE_LENGTH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FOR_OFFLINE_DEVICE_FIELD_NUMBER: _ClassVar[int]
    PREFER_NATIVE_SCHEDULING_FIELD_NUMBER: _ClassVar[int]
    USE_BACKUP_ACCESS_CODE_POOL_FIELD_NUMBER: _ClassVar[int]
    ALLOW_EXTERNAL_MODIFICATION_FIELD_NUMBER: _ClassVar[int]
    IS_EXTERNAL_MODIFICATION_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    IS_OFFLINE_ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    USE_OFFLINE_ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    IS_ONE_TIME_USE_FIELD_NUMBER: _ClassVar[int]
    MAX_TIME_ROUNDING_FIELD_NUMBER: _ClassVar[int]
    SYNC_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    device_ids: _containers.RepeatedScalarFieldContainer[str]
    behavior_when_code_cannot_be_shared: Behavior
    preferred_code_length: float
    name: str
    code: str
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    attempt_for_offline_device: bool
    prefer_native_scheduling: bool
    use_backup_access_code_pool: bool
    allow_external_modification: bool
    is_external_modification_allowed: bool
    is_offline_access_code: bool
    use_offline_access_code: bool
    is_one_time_use: bool
    max_time_rounding: TimeRounding
    sync: bool
    request_id: str
    def __init__(self, device_ids: _Optional[_Iterable[str]] = ..., behavior_when_code_cannot_be_shared: _Optional[_Union[Behavior, str]] = ..., preferred_code_length: _Optional[float] = ..., name: _Optional[str] = ..., code: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempt_for_offline_device: bool = ..., prefer_native_scheduling: bool = ..., use_backup_access_code_pool: bool = ..., allow_external_modification: bool = ..., is_external_modification_allowed: bool = ..., is_offline_access_code: bool = ..., use_offline_access_code: bool = ..., is_one_time_use: bool = ..., max_time_rounding: _Optional[_Union[TimeRounding, str]] = ..., sync: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateMultipleResponse(_message.Message):
    __slots__ = ("access_codes", "group")
    ACCESS_CODES_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    access_codes: _containers.RepeatedCompositeFieldContainer[AccessCode]
    group: GroupResult
    def __init__(self, access_codes: _Optional[_Iterable[_Union[AccessCode, _Mapping]]] = ..., group: _Optional[_Union[GroupResult, _Mapping]] = ...) -> None: ...

class GroupResult(_message.Message):
    __slots__ = ("group_id", "shared", "random", "warnings", "ignored_parameters")
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    RANDOM_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    IGNORED_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    group_id: str
    shared: _containers.RepeatedScalarFieldContainer[str]
    random: _containers.RepeatedCompositeFieldContainer[Straggler]
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    ignored_parameters: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, group_id: _Optional[str] = ..., shared: _Optional[_Iterable[str]] = ..., random: _Optional[_Iterable[_Union[Straggler, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ..., ignored_parameters: _Optional[_Iterable[str]] = ...) -> None: ...

class Straggler(_message.Message):
    __slots__ = ("device_id", "reason", "message")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    reason: str
    message: str
    def __init__(self, device_id: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class PlanResponse(_message.Message):
    __slots__ = ("can_share", "explanation", "shared", "random", "refused", "codes_left", "code_length", "warnings")
    CAN_SHARE_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    RANDOM_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    CODES_LEFT_FIELD_NUMBER: _ClassVar[int]
    CODE_LENGTH_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    can_share: bool
    explanation: str
    shared: _containers.RepeatedScalarFieldContainer[str]
    random: _containers.RepeatedCompositeFieldContainer[Straggler]
    refused: _containers.RepeatedCompositeFieldContainer[Straggler]
    codes_left: int
    code_length: int
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    def __init__(self, can_share: bool = ..., explanation: _Optional[str] = ..., shared: _Optional[_Iterable[str]] = ..., random: _Optional[_Iterable[_Union[Straggler, _Mapping]]] = ..., refused: _Optional[_Iterable[_Union[Straggler, _Mapping]]] = ..., codes_left: _Optional[int] = ..., code_length: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ...) -> None: ...

class AccessCode(_message.Message):
    __slots__ = ("access_code_id", "device_id", "workspace_id", "name", "code", "common_code_key", "type", "status", "created_at", "starts_at", "ends_at", "errors", "warnings", "pending_mutations", "is_managed", "is_backup", "is_backup_access_code_available", "pulled_backup_access_code_id", "is_external_modification_allowed", "is_one_time_use", "is_offline_access_code", "is_scheduled_on_device", "is_waiting_for_code_assignment", "appearance_name", "group_id")
    ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    COMMON_CODE_KEY_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    PENDING_MUTATIONS_FIELD_NUMBER: _ClassVar[int]
    IS_MANAGED_FIELD_NUMBER: _ClassVar[int]
    IS_BACKUP_FIELD_NUMBER: _ClassVar[int]
    IS_BACKUP_ACCESS_CODE_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    PULLED_BACKUP_ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    IS_EXTERNAL_MODIFICATION_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    IS_ONE_TIME_USE_FIELD_NUMBER: _ClassVar[int]
    IS_OFFLINE_ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    IS_SCHEDULED_ON_DEVICE_FIELD_NUMBER: _ClassVar[int]
    IS_WAITING_FOR_CODE_ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    APPEARANCE_NAME_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    access_code_id: str
    device_id: str
    workspace_id: str
    name: str
    code: str
    common_code_key: str
    type: CodeType
    status: CodeStatus
    created_at: _timestamp_pb2.Timestamp
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    errors: _containers.RepeatedCompositeFieldContainer[Problem]
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    pending_mutations: _containers.RepeatedCompositeFieldContainer[PendingMutation]
    is_managed: bool
    is_backup: bool
    is_backup_access_code_available: bool
    pulled_backup_access_code_id: str
    is_external_modification_allowed: bool
    is_one_time_use: bool
    is_offline_access_code: bool
    is_scheduled_on_device: bool
    is_waiting_for_code_assignment: bool
    appearance_name: str
    group_id: str
    def __init__(self, access_code_id: _Optional[str] = ..., device_id: _Optional[str] = ..., workspace_id: _Optional[str] = ..., name: _Optional[str] = ..., code: _Optional[str] = ..., common_code_key: _Optional[str] = ..., type: _Optional[_Union[CodeType, str]] = ..., status: _Optional[_Union[CodeStatus, str]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., errors: _Optional[_Iterable[_Union[Problem, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ..., pending_mutations: _Optional[_Iterable[_Union[PendingMutation, _Mapping]]] = ..., is_managed: bool = ..., is_backup: bool = ..., is_backup_access_code_available: bool = ..., pulled_backup_access_code_id: _Optional[str] = ..., is_external_modification_allowed: bool = ..., is_one_time_use: bool = ..., is_offline_access_code: bool = ..., is_scheduled_on_device: bool = ..., is_waiting_for_code_assignment: bool = ..., appearance_name: _Optional[str] = ..., group_id: _Optional[str] = ...) -> None: ...

class Problem(_message.Message):
    __slots__ = ("error_code", "message", "created_at", "is_access_code_error", "is_device_error", "managed_access_code_id", "unmanaged_access_code_id", "change_type", "modified_fields")
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    IS_ACCESS_CODE_ERROR_FIELD_NUMBER: _ClassVar[int]
    IS_DEVICE_ERROR_FIELD_NUMBER: _ClassVar[int]
    MANAGED_ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    UNMANAGED_ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    MODIFIED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    error_code: str
    message: str
    created_at: _timestamp_pb2.Timestamp
    is_access_code_error: bool
    is_device_error: bool
    managed_access_code_id: str
    unmanaged_access_code_id: str
    change_type: str
    modified_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, error_code: _Optional[str] = ..., message: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_access_code_error: bool = ..., is_device_error: bool = ..., managed_access_code_id: _Optional[str] = ..., unmanaged_access_code_id: _Optional[str] = ..., change_type: _Optional[str] = ..., modified_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class Warning(_message.Message):
    __slots__ = ("warning_code", "message", "created_at", "change_type", "modified_fields")
    WARNING_CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TYPE_FIELD_NUMBER: _ClassVar[int]
    MODIFIED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    warning_code: str
    message: str
    created_at: _timestamp_pb2.Timestamp
    change_type: str
    modified_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, warning_code: _Optional[str] = ..., message: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., change_type: _Optional[str] = ..., modified_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class PendingMutation(_message.Message):
    __slots__ = ("mutation_code", "message", "created_at", "scheduled_at", "to")
    MUTATION_CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    SCHEDULED_AT_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    mutation_code: str
    message: str
    created_at: _timestamp_pb2.Timestamp
    scheduled_at: _timestamp_pb2.Timestamp
    to: MutationSide
    def __init__(self, mutation_code: _Optional[str] = ..., message: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., scheduled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., to: _Optional[_Union[MutationSide, _Mapping]] = ..., **kwargs) -> None: ...

class MutationSide(_message.Message):
    __slots__ = ("code", "name", "starts_at", "ends_at")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    code: str
    name: str
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    def __init__(self, code: _Optional[str] = ..., name: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetRequest(_message.Message):
    __slots__ = ("access_code_id", "device_id", "code")
    ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    access_code_id: str
    device_id: str
    code: str
    def __init__(self, access_code_id: _Optional[str] = ..., device_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class GetResponse(_message.Message):
    __slots__ = ("access_code",)
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    access_code: AccessCode
    def __init__(self, access_code: _Optional[_Union[AccessCode, _Mapping]] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("device_id", "access_code_ids", "limit", "page_cursor")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_CODE_IDS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_CURSOR_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    access_code_ids: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    page_cursor: str
    def __init__(self, device_id: _Optional[str] = ..., access_code_ids: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ..., page_cursor: _Optional[str] = ...) -> None: ...

class ListResponse(_message.Message):
    __slots__ = ("access_codes", "next_page_cursor")
    ACCESS_CODES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_CURSOR_FIELD_NUMBER: _ClassVar[int]
    access_codes: _containers.RepeatedCompositeFieldContainer[AccessCode]
    next_page_cursor: str
    def __init__(self, access_codes: _Optional[_Iterable[_Union[AccessCode, _Mapping]]] = ..., next_page_cursor: _Optional[str] = ...) -> None: ...

class DeleteRequest(_message.Message):
    __slots__ = ("access_code_id", "device_id", "sync")
    ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    SYNC_FIELD_NUMBER: _ClassVar[int]
    access_code_id: str
    device_id: str
    sync: bool
    def __init__(self, access_code_id: _Optional[str] = ..., device_id: _Optional[str] = ..., sync: bool = ...) -> None: ...

class DeleteResponse(_message.Message):
    __slots__ = ("action_attempt",)
    ACTION_ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    action_attempt: ActionAttempt
    def __init__(self, action_attempt: _Optional[_Union[ActionAttempt, _Mapping]] = ...) -> None: ...

class CreateRequest(_message.Message):
    __slots__ = ("device_id", "common_code_key", "preferred_code_length", "name", "code", "starts_at", "ends_at", "attempt_for_offline_device", "prefer_native_scheduling", "use_backup_access_code_pool", "allow_external_modification", "is_external_modification_allowed", "is_offline_access_code", "use_offline_access_code", "is_one_time_use", "max_time_rounding", "sync", "request_id")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    COMMON_CODE_KEY_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_CODE_LENGTH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FOR_OFFLINE_DEVICE_FIELD_NUMBER: _ClassVar[int]
    PREFER_NATIVE_SCHEDULING_FIELD_NUMBER: _ClassVar[int]
    USE_BACKUP_ACCESS_CODE_POOL_FIELD_NUMBER: _ClassVar[int]
    ALLOW_EXTERNAL_MODIFICATION_FIELD_NUMBER: _ClassVar[int]
    IS_EXTERNAL_MODIFICATION_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    IS_OFFLINE_ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    USE_OFFLINE_ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    IS_ONE_TIME_USE_FIELD_NUMBER: _ClassVar[int]
    MAX_TIME_ROUNDING_FIELD_NUMBER: _ClassVar[int]
    SYNC_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    common_code_key: str
    preferred_code_length: float
    name: str
    code: str
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    attempt_for_offline_device: bool
    prefer_native_scheduling: bool
    use_backup_access_code_pool: bool
    allow_external_modification: bool
    is_external_modification_allowed: bool
    is_offline_access_code: bool
    use_offline_access_code: bool
    is_one_time_use: bool
    max_time_rounding: TimeRounding
    sync: bool
    request_id: str
    def __init__(self, device_id: _Optional[str] = ..., common_code_key: _Optional[str] = ..., preferred_code_length: _Optional[float] = ..., name: _Optional[str] = ..., code: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempt_for_offline_device: bool = ..., prefer_native_scheduling: bool = ..., use_backup_access_code_pool: bool = ..., allow_external_modification: bool = ..., is_external_modification_allowed: bool = ..., is_offline_access_code: bool = ..., use_offline_access_code: bool = ..., is_one_time_use: bool = ..., max_time_rounding: _Optional[_Union[TimeRounding, str]] = ..., sync: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateResponse(_message.Message):
    __slots__ = ("access_code", "action_attempt", "warnings")
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    ACTION_ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    access_code: AccessCode
    action_attempt: ActionAttempt
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    def __init__(self, access_code: _Optional[_Union[AccessCode, _Mapping]] = ..., action_attempt: _Optional[_Union[ActionAttempt, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ...) -> None: ...

class UpdateRequest(_message.Message):
    __slots__ = ("access_code_id", "device_id", "name", "code", "starts_at", "ends_at", "type", "is_managed", "allow_external_modification", "is_external_modification_allowed", "attempt_for_offline_device", "sync")
    ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    IS_MANAGED_FIELD_NUMBER: _ClassVar[int]
    ALLOW_EXTERNAL_MODIFICATION_FIELD_NUMBER: _ClassVar[int]
    IS_EXTERNAL_MODIFICATION_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FOR_OFFLINE_DEVICE_FIELD_NUMBER: _ClassVar[int]
    SYNC_FIELD_NUMBER: _ClassVar[int]
    access_code_id: str
    device_id: str
    name: str
    code: str
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    type: CodeType
    is_managed: bool
    allow_external_modification: bool
    is_external_modification_allowed: bool
    attempt_for_offline_device: bool
    sync: bool
    def __init__(self, access_code_id: _Optional[str] = ..., device_id: _Optional[str] = ..., name: _Optional[str] = ..., code: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., type: _Optional[_Union[CodeType, str]] = ..., is_managed: bool = ..., allow_external_modification: bool = ..., is_external_modification_allowed: bool = ..., attempt_for_offline_device: bool = ..., sync: bool = ...) -> None: ...

class UpdateResponse(_message.Message):
    __slots__ = ("action_attempt",)
    ACTION_ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    action_attempt: ActionAttempt
    def __init__(self, action_attempt: _Optional[_Union[ActionAttempt, _Mapping]] = ...) -> None: ...

class UpdateMultipleRequest(_message.Message):
    __slots__ = ("common_code_key", "name", "starts_at", "ends_at")
    COMMON_CODE_KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    common_code_key: str
    name: str
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    def __init__(self, common_code_key: _Optional[str] = ..., name: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UpdateMultipleResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GenerateCodeRequest(_message.Message):
    __slots__ = ("device_id",)
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    def __init__(self, device_id: _Optional[str] = ...) -> None: ...

class GenerateCodeResponse(_message.Message):
    __slots__ = ("device_id", "code")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    code: str
    def __init__(self, device_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class UnmanagedAccessCode(_message.Message):
    __slots__ = ("access_code_id", "device_id", "workspace_id", "code", "status", "created_at")
    ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    access_code_id: str
    device_id: str
    workspace_id: str
    code: str
    status: CodeStatus
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, access_code_id: _Optional[str] = ..., device_id: _Optional[str] = ..., workspace_id: _Optional[str] = ..., code: _Optional[str] = ..., status: _Optional[_Union[CodeStatus, str]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetUnmanagedResponse(_message.Message):
    __slots__ = ("access_code",)
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    access_code: UnmanagedAccessCode
    def __init__(self, access_code: _Optional[_Union[UnmanagedAccessCode, _Mapping]] = ...) -> None: ...

class ListUnmanagedRequest(_message.Message):
    __slots__ = ("device_id", "limit", "page_cursor")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_CURSOR_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    limit: int
    page_cursor: str
    def __init__(self, device_id: _Optional[str] = ..., limit: _Optional[int] = ..., page_cursor: _Optional[str] = ...) -> None: ...

class ListUnmanagedResponse(_message.Message):
    __slots__ = ("access_codes", "next_page_cursor")
    ACCESS_CODES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_CURSOR_FIELD_NUMBER: _ClassVar[int]
    access_codes: _containers.RepeatedCompositeFieldContainer[UnmanagedAccessCode]
    next_page_cursor: str
    def __init__(self, access_codes: _Optional[_Iterable[_Union[UnmanagedAccessCode, _Mapping]]] = ..., next_page_cursor: _Optional[str] = ...) -> None: ...

class ActionAttempt(_message.Message):
    __slots__ = ("action_attempt_id", "action_type", "status", "error_type", "error_message", "access_code")
    ACTION_ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ERROR_TYPE_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    action_attempt_id: str
    action_type: str
    status: AttemptStatus
    error_type: str
    error_message: str
    access_code: AccessCode
    def __init__(self, action_attempt_id: _Optional[str] = ..., action_type: _Optional[str] = ..., status: _Optional[_Union[AttemptStatus, str]] = ..., error_type: _Optional[str] = ..., error_message: _Optional[str] = ..., access_code: _Optional[_Union[AccessCode, _Mapping]] = ...) -> None: ...

class GetActionAttemptRequest(_message.Message):
    __slots__ = ("action_attempt_id",)
    ACTION_ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    action_attempt_id: str
    def __init__(self, action_attempt_id: _Optional[str] = ...) -> None: ...

class GetActionAttemptResponse(_message.Message):
    __slots__ = ("action_attempt",)
    ACTION_ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    action_attempt: ActionAttempt
    def __init__(self, action_attempt: _Optional[_Union[ActionAttempt, _Mapping]] = ...) -> None: ...

class PullBackupAccessCodeRequest(_message.Message):
    __slots__ = ("access_code_id",)
    ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    access_code_id: str
    def __init__(self, access_code_id: _Optional[str] = ...) -> None: ...

class PullBackupAccessCodeResponse(_message.Message):
    __slots__ = ("backup_access_code",)
    BACKUP_ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    backup_access_code: AccessCode
    def __init__(self, backup_access_code: _Optional[_Union[AccessCode, _Mapping]] = ...) -> None: ...

class GetDeviceRequest(_message.Message):
    __slots__ = ("device_id", "name")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    name: str
    def __init__(self, device_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class GetDeviceResponse(_message.Message):
    __slots__ = ("device",)
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    device: Device
    def __init__(self, device: _Optional[_Union[Device, _Mapping]] = ...) -> None: ...

class ListDevicesRequest(_message.Message):
    __slots__ = ("device_ids", "limit", "page_cursor")
    DEVICE_IDS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_CURSOR_FIELD_NUMBER: _ClassVar[int]
    device_ids: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    page_cursor: str
    def __init__(self, device_ids: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ..., page_cursor: _Optional[str] = ...) -> None: ...

class ListDevicesResponse(_message.Message):
    __slots__ = ("devices", "next_page_cursor")
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_CURSOR_FIELD_NUMBER: _ClassVar[int]
    devices: _containers.RepeatedCompositeFieldContainer[Device]
    next_page_cursor: str
    def __init__(self, devices: _Optional[_Iterable[_Union[Device, _Mapping]]] = ..., next_page_cursor: _Optional[str] = ...) -> None: ...

class Device(_message.Message):
    __slots__ = ("device_id", "name", "device_type", "online", "supported_code_lengths", "max_active_codes_supported", "code_constraints", "errors", "warnings", "can_program_online_access_codes", "can_program_offline_access_codes", "supports_backup_access_code_pool")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEVICE_TYPE_FIELD_NUMBER: _ClassVar[int]
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    SUPPORTED_CODE_LENGTHS_FIELD_NUMBER: _ClassVar[int]
    MAX_ACTIVE_CODES_SUPPORTED_FIELD_NUMBER: _ClassVar[int]
    CODE_CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    CAN_PROGRAM_ONLINE_ACCESS_CODES_FIELD_NUMBER: _ClassVar[int]
    CAN_PROGRAM_OFFLINE_ACCESS_CODES_FIELD_NUMBER: _ClassVar[int]
    SUPPORTS_BACKUP_ACCESS_CODE_POOL_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    name: str
    device_type: str
    online: bool
    supported_code_lengths: _containers.RepeatedScalarFieldContainer[int]
    max_active_codes_supported: int
    code_constraints: _containers.RepeatedScalarFieldContainer[str]
    errors: _containers.RepeatedCompositeFieldContainer[Problem]
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    can_program_online_access_codes: bool
    can_program_offline_access_codes: bool
    supports_backup_access_code_pool: bool
    def __init__(self, device_id: _Optional[str] = ..., name: _Optional[str] = ..., device_type: _Optional[str] = ..., online: bool = ..., supported_code_lengths: _Optional[_Iterable[int]] = ..., max_active_codes_supported: _Optional[int] = ..., code_constraints: _Optional[_Iterable[str]] = ..., errors: _Optional[_Iterable[_Union[Problem, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ..., can_program_online_access_codes: bool = ..., can_program_offline_access_codes: bool = ..., supports_backup_access_code_pool: bool = ...) -> None: ...

class WatchEventsRequest(_message.Message):
    __slots__ = ("after_event_id", "stored")
    AFTER_EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    after_event_id: str
    stored: bool
    def __init__(self, after_event_id: _Optional[str] = ..., stored: bool = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("event_id", "event_type", "occurred_at", "created_at", "device_id", "access_code_id", "code", "access_code_errors", "access_code_warnings", "mutations", "backup_access_code_id")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ACCESS_CODE_ERRORS_FIELD_NUMBER: _ClassVar[int]
    ACCESS_CODE_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    MUTATIONS_FIELD_NUMBER: _ClassVar[int]
    BACKUP_ACCESS_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    event_type: str
    occurred_at: _timestamp_pb2.Timestamp
    created_at: _timestamp_pb2.Timestamp
    device_id: str
    access_code_id: str
    code: str
    access_code_errors: _containers.RepeatedCompositeFieldContainer[Problem]
    access_code_warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    mutations: _containers.RepeatedCompositeFieldContainer[PendingMutation]
    backup_access_code_id: str
    def __init__(self, event_id: _Optional[str] = ..., event_type: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., device_id: _Optional[str] = ..., access_code_id: _Optional[str] = ..., code: _Optional[str] = ..., access_code_errors: _Optional[_Iterable[_Union[Problem, _Mapping]]] = ..., access_code_warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ..., mutations: _Optional[_Iterable[_Union[PendingMutation, _Mapping]]] = ..., backup_access_code_id: _Optional[str] = ...) -> None: ...
