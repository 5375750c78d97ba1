from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UserStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    USER_STATUS_UNSPECIFIED: _ClassVar[UserStatus]
    USER_STATUS_AVAILABLE: _ClassVar[UserStatus]
    USER_STATUS_ENABLED: _ClassVar[UserStatus]
    USER_STATUS_DISABLED: _ClassVar[UserStatus]
    USER_STATUS_NOT_AVAILABLE: _ClassVar[UserStatus]

class KeypadMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KEYPAD_MODE_UNSPECIFIED: _ClassVar[KeypadMode]
    KEYPAD_MODE_NORMAL: _ClassVar[KeypadMode]
    KEYPAD_MODE_VACATION: _ClassVar[KeypadMode]
    KEYPAD_MODE_PRIVACY: _ClassVar[KeypadMode]
    KEYPAD_MODE_LOCKED_OUT: _ClassVar[KeypadMode]

class TransmitOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSMIT_OUTCOME_UNSPECIFIED: _ClassVar[TransmitOutcome]
    TRANSMIT_OUTCOME_OK: _ClassVar[TransmitOutcome]
    TRANSMIT_OUTCOME_NO_ACK: _ClassVar[TransmitOutcome]
    TRANSMIT_OUTCOME_FAIL: _ClassVar[TransmitOutcome]
    TRANSMIT_OUTCOME_NOT_IDLE: _ClassVar[TransmitOutcome]
    TRANSMIT_OUTCOME_NO_ROUTE: _ClassVar[TransmitOutcome]

class SupervisionOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUPERVISION_OUTCOME_UNSPECIFIED: _ClassVar[SupervisionOutcome]
    SUPERVISION_OUTCOME_NONE: _ClassVar[SupervisionOutcome]
    SUPERVISION_OUTCOME_SUCCESS: _ClassVar[SupervisionOutcome]
    SUPERVISION_OUTCOME_WORKING: _ClassVar[SupervisionOutcome]
    SUPERVISION_OUTCOME_FAIL: _ClassVar[SupervisionOutcome]
    SUPERVISION_OUTCOME_NO_SUPPORT: _ClassVar[SupervisionOutcome]

class Rejection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REJECTION_UNSPECIFIED: _ClassVar[Rejection]
    REJECTION_STALE_EPOCH: _ClassVar[Rejection]
    REJECTION_STALE_SEQUENCE: _ClassVar[Rejection]
    REJECTION_UNKNOWN_LOCK: _ClassVar[Rejection]
    REJECTION_MALFORMED: _ClassVar[Rejection]
USER_STATUS_UNSPECIFIED: UserStatus
USER_STATUS_AVAILABLE: UserStatus
USER_STATUS_ENABLED: UserStatus
USER_STATUS_DISABLED: UserStatus
USER_STATUS_NOT_AVAILABLE: UserStatus
KEYPAD_MODE_UNSPECIFIED: KeypadMode
KEYPAD_MODE_NORMAL: KeypadMode
KEYPAD_MODE_VACATION: KeypadMode
KEYPAD_MODE_PRIVACY: KeypadMode
KEYPAD_MODE_LOCKED_OUT: KeypadMode
TRANSMIT_OUTCOME_UNSPECIFIED: TransmitOutcome
TRANSMIT_OUTCOME_OK: TransmitOutcome
TRANSMIT_OUTCOME_NO_ACK: TransmitOutcome
TRANSMIT_OUTCOME_FAIL: TransmitOutcome
TRANSMIT_OUTCOME_NOT_IDLE: TransmitOutcome
TRANSMIT_OUTCOME_NO_ROUTE: TransmitOutcome
SUPERVISION_OUTCOME_UNSPECIFIED: SupervisionOutcome
SUPERVISION_OUTCOME_NONE: SupervisionOutcome
SUPERVISION_OUTCOME_SUCCESS: SupervisionOutcome
SUPERVISION_OUTCOME_WORKING: SupervisionOutcome
SUPERVISION_OUTCOME_FAIL: SupervisionOutcome
SUPERVISION_OUTCOME_NO_SUPPORT: SupervisionOutcome
REJECTION_UNSPECIFIED: Rejection
REJECTION_STALE_EPOCH: Rejection
REJECTION_STALE_SEQUENCE: Rejection
REJECTION_UNKNOWN_LOCK: Rejection
REJECTION_MALFORMED: Rejection

class ListLocksRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListLocksResponse(_message.Message):
    __slots__ = ("locks",)
    LOCKS_FIELD_NUMBER: _ClassVar[int]
    locks: _containers.RepeatedCompositeFieldContainer[HostedLock]
    def __init__(self, locks: _Optional[_Iterable[_Union[HostedLock, _Mapping]]] = ...) -> None: ...

class HostedLock(_message.Message):
    __slots__ = ("lock_id", "hub", "profile")
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    HUB_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    hub: str
    profile: str
    def __init__(self, lock_id: _Optional[str] = ..., hub: _Optional[str] = ..., profile: _Optional[str] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("gateway", "epoch", "session")
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    gateway: str
    epoch: int
    session: int
    def __init__(self, gateway: _Optional[str] = ..., epoch: _Optional[int] = ..., session: _Optional[int] = ...) -> None: ...

class CommandFrame(_message.Message):
    __slots__ = ("hello", "commands")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    commands: _containers.RepeatedCompositeFieldContainer[Command]
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., commands: _Optional[_Iterable[_Union[Command, _Mapping]]] = ...) -> None: ...

class Command(_message.Message):
    __slots__ = ("lock_id", "epoch", "sequence", "supervised", "set_user_code", "clear_user_code", "get_user_code", "walk_user_codes", "get_checksum", "get_lock_info", "ping", "get_battery", "operate_bolt", "get_bolt", "set_schedule", "set_clock", "get_clock", "set_keypad_mode", "get_schedule", "assign_user_code")
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SUPERVISED_FIELD_NUMBER: _ClassVar[int]
    SET_USER_CODE_FIELD_NUMBER: _ClassVar[int]
    CLEAR_USER_CODE_FIELD_NUMBER: _ClassVar[int]
    GET_USER_CODE_FIELD_NUMBER: _ClassVar[int]
    WALK_USER_CODES_FIELD_NUMBER: _ClassVar[int]
    GET_CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    GET_LOCK_INFO_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    GET_BATTERY_FIELD_NUMBER: _ClassVar[int]
    OPERATE_BOLT_FIELD_NUMBER: _ClassVar[int]
    GET_BOLT_FIELD_NUMBER: _ClassVar[int]
    SET_SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    SET_CLOCK_FIELD_NUMBER: _ClassVar[int]
    GET_CLOCK_FIELD_NUMBER: _ClassVar[int]
    SET_KEYPAD_MODE_FIELD_NUMBER: _ClassVar[int]
    GET_SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    ASSIGN_USER_CODE_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    epoch: int
    sequence: int
    supervised: bool
    set_user_code: SetUserCode
    clear_user_code: ClearUserCode
    get_user_code: GetUserCode
    walk_user_codes: WalkUserCodes
    get_checksum: GetChecksum
    get_lock_info: GetLockInfo
    ping: Ping
    get_battery: GetBattery
    operate_bolt: OperateBolt
    get_bolt: GetBolt
    set_schedule: SetSchedule
    set_clock: SetClock
    get_clock: GetClock
    set_keypad_mode: SetKeypadMode
    get_schedule: GetSchedule
    assign_user_code: AssignUserCode
    def __init__(self, lock_id: _Optional[str] = ..., epoch: _Optional[int] = ..., sequence: _Optional[int] = ..., supervised: bool = ..., set_user_code: _Optional[_Union[SetUserCode, _Mapping]] = ..., clear_user_code: _Optional[_Union[ClearUserCode, _Mapping]] = ..., get_user_code: _Optional[_Union[GetUserCode, _Mapping]] = ..., walk_user_codes: _Optional[_Union[WalkUserCodes, _Mapping]] = ..., get_checksum: _Optional[_Union[GetChecksum, _Mapping]] = ..., get_lock_info: _Optional[_Union[GetLockInfo, _Mapping]] = ..., ping: _Optional[_Union[Ping, _Mapping]] = ..., get_battery: _Optional[_Union[GetBattery, _Mapping]] = ..., operate_bolt: _Optional[_Union[OperateBolt, _Mapping]] = ..., get_bolt: _Optional[_Union[GetBolt, _Mapping]] = ..., set_schedule: _Optional[_Union[SetSchedule, _Mapping]] = ..., set_clock: _Optional[_Union[SetClock, _Mapping]] = ..., get_clock: _Optional[_Union[GetClock, _Mapping]] = ..., set_keypad_mode: _Optional[_Union[SetKeypadMode, _Mapping]] = ..., get_schedule: _Optional[_Union[GetSchedule, _Mapping]] = ..., assign_user_code: _Optional[_Union[AssignUserCode, _Mapping]] = ...) -> None: ...

class SetUserCode(_message.Message):
    __slots__ = ("slot", "code", "status")
    SLOT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    slot: int
    code: str
    status: UserStatus
    def __init__(self, slot: _Optional[int] = ..., code: _Optional[str] = ..., status: _Optional[_Union[UserStatus, str]] = ...) -> None: ...

class ClearUserCode(_message.Message):
    __slots__ = ("slot",)
    SLOT_FIELD_NUMBER: _ClassVar[int]
    slot: int
    def __init__(self, slot: _Optional[int] = ...) -> None: ...

class GetUserCode(_message.Message):
    __slots__ = ("slot",)
    SLOT_FIELD_NUMBER: _ClassVar[int]
    slot: int
    def __init__(self, slot: _Optional[int] = ...) -> None: ...

class WalkUserCodes(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetChecksum(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetLockInfo(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Ping(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetBattery(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class OperateBolt(_message.Message):
    __slots__ = ("locked",)
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    locked: bool
    def __init__(self, locked: bool = ...) -> None: ...

class GetBolt(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetSchedule(_message.Message):
    __slots__ = ("slot", "not_before_us", "not_after_us")
    SLOT_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_US_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_US_FIELD_NUMBER: _ClassVar[int]
    slot: int
    not_before_us: int
    not_after_us: int
    def __init__(self, slot: _Optional[int] = ..., not_before_us: _Optional[int] = ..., not_after_us: _Optional[int] = ...) -> None: ...

class GetSchedule(_message.Message):
    __slots__ = ("slot",)
    SLOT_FIELD_NUMBER: _ClassVar[int]
    slot: int
    def __init__(self, slot: _Optional[int] = ...) -> None: ...

class AssignUserCode(_message.Message):
    __slots__ = ("slot",)
    SLOT_FIELD_NUMBER: _ClassVar[int]
    slot: int
    def __init__(self, slot: _Optional[int] = ...) -> None: ...

class SetClock(_message.Message):
    __slots__ = ("clock_us",)
    CLOCK_US_FIELD_NUMBER: _ClassVar[int]
    clock_us: int
    def __init__(self, clock_us: _Optional[int] = ...) -> None: ...

class GetClock(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetKeypadMode(_message.Message):
    __slots__ = ("mode",)
    MODE_FIELD_NUMBER: _ClassVar[int]
    mode: KeypadMode
    def __init__(self, mode: _Optional[_Union[KeypadMode, str]] = ...) -> None: ...

class ReportFrame(_message.Message):
    __slots__ = ("messages",)
    class Message(_message.Message):
        __slots__ = ("report", "notification")
        REPORT_FIELD_NUMBER: _ClassVar[int]
        NOTIFICATION_FIELD_NUMBER: _ClassVar[int]
        report: Report
        notification: Notification
        def __init__(self, report: _Optional[_Union[Report, _Mapping]] = ..., notification: _Optional[_Union[Notification, _Mapping]] = ...) -> None: ...
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[ReportFrame.Message]
    def __init__(self, messages: _Optional[_Iterable[_Union[ReportFrame.Message, _Mapping]]] = ...) -> None: ...

class Report(_message.Message):
    __slots__ = ("lock_id", "epoch", "sequence", "rejection", "transmit", "supervision", "attempts", "incarnation", "code", "walk", "checksum", "info", "battery", "bolt", "clock", "schedule")
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REJECTION_FIELD_NUMBER: _ClassVar[int]
    TRANSMIT_FIELD_NUMBER: _ClassVar[int]
    SUPERVISION_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    WALK_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    BATTERY_FIELD_NUMBER: _ClassVar[int]
    BOLT_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    epoch: int
    sequence: int
    rejection: Rejection
    transmit: TransmitOutcome
    supervision: SupervisionOutcome
    attempts: int
    incarnation: int
    code: CodeReport
    walk: WalkReport
    checksum: ChecksumReport
    info: InfoReport
    battery: BatteryReport
    bolt: BoltReport
    clock: ClockReport
    schedule: ScheduleReport
    def __init__(self, lock_id: _Optional[str] = ..., epoch: _Optional[int] = ..., sequence: _Optional[int] = ..., rejection: _Optional[_Union[Rejection, str]] = ..., transmit: _Optional[_Union[TransmitOutcome, str]] = ..., supervision: _Optional[_Union[SupervisionOutcome, str]] = ..., attempts: _Optional[int] = ..., incarnation: _Optional[int] = ..., code: _Optional[_Union[CodeReport, _Mapping]] = ..., walk: _Optional[_Union[WalkReport, _Mapping]] = ..., checksum: _Optional[_Union[ChecksumReport, _Mapping]] = ..., info: _Optional[_Union[InfoReport, _Mapping]] = ..., battery: _Optional[_Union[BatteryReport, _Mapping]] = ..., bolt: _Optional[_Union[BoltReport, _Mapping]] = ..., clock: _Optional[_Union[ClockReport, _Mapping]] = ..., schedule: _Optional[_Union[ScheduleReport, _Mapping]] = ...) -> None: ...

class CodeReport(_message.Message):
    __slots__ = ("slot", "status", "code_raw")
    SLOT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CODE_RAW_FIELD_NUMBER: _ClassVar[int]
    slot: int
    status: UserStatus
    code_raw: bytes
    def __init__(self, slot: _Optional[int] = ..., status: _Optional[_Union[UserStatus, str]] = ..., code_raw: _Optional[bytes] = ...) -> None: ...

class WalkReport(_message.Message):
    __slots__ = ("codes",)
    CODES_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedCompositeFieldContainer[CodeReport]
    def __init__(self, codes: _Optional[_Iterable[_Union[CodeReport, _Mapping]]] = ...) -> None: ...

class ChecksumReport(_message.Message):
    __slots__ = ("checksum",)
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    checksum: int
    def __init__(self, checksum: _Optional[int] = ...) -> None: ...

class InfoReport(_message.Message):
    __slots__ = ("slots", "code_length", "user_code_version", "supports_supervision", "supports_checksum", "supports_schedules", "has_admin_code", "keypad_mode")
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    CODE_LENGTH_FIELD_NUMBER: _ClassVar[int]
    USER_CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    SUPPORTS_SUPERVISION_FIELD_NUMBER: _ClassVar[int]
    SUPPORTS_CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    SUPPORTS_SCHEDULES_FIELD_NUMBER: _ClassVar[int]
    HAS_ADMIN_CODE_FIELD_NUMBER: _ClassVar[int]
    KEYPAD_MODE_FIELD_NUMBER: _ClassVar[int]
    slots: int
    code_length: int
    user_code_version: int
    supports_supervision: bool
    supports_checksum: bool
    supports_schedules: bool
    has_admin_code: bool
    keypad_mode: KeypadMode
    def __init__(self, slots: _Optional[int] = ..., code_length: _Optional[int] = ..., user_code_version: _Optional[int] = ..., supports_supervision: bool = ..., supports_checksum: bool = ..., supports_schedules: bool = ..., has_admin_code: bool = ..., keypad_mode: _Optional[_Union[KeypadMode, str]] = ...) -> None: ...

class BatteryReport(_message.Message):
    __slots__ = ("level",)
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    level: int
    def __init__(self, level: _Optional[int] = ...) -> None: ...

class BoltReport(_message.Message):
    __slots__ = ("mode",)
    class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MODE_UNSPECIFIED: _ClassVar[BoltReport.Mode]
        MODE_SECURED: _ClassVar[BoltReport.Mode]
        MODE_UNSECURED: _ClassVar[BoltReport.Mode]
        MODE_UNKNOWN: _ClassVar[BoltReport.Mode]
    MODE_UNSPECIFIED: BoltReport.Mode
    MODE_SECURED: BoltReport.Mode
    MODE_UNSECURED: BoltReport.Mode
    MODE_UNKNOWN: BoltReport.Mode
    MODE_FIELD_NUMBER: _ClassVar[int]
    mode: BoltReport.Mode
    def __init__(self, mode: _Optional[_Union[BoltReport.Mode, str]] = ...) -> None: ...

class ScheduleReport(_message.Message):
    __slots__ = ("slot", "not_before_us", "not_after_us")
    SLOT_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_US_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_US_FIELD_NUMBER: _ClassVar[int]
    slot: int
    not_before_us: int
    not_after_us: int
    def __init__(self, slot: _Optional[int] = ..., not_before_us: _Optional[int] = ..., not_after_us: _Optional[int] = ...) -> None: ...

class ClockReport(_message.Message):
    __slots__ = ("clock_us",)
    CLOCK_US_FIELD_NUMBER: _ClassVar[int]
    clock_us: int
    def __init__(self, clock_us: _Optional[int] = ...) -> None: ...

class Notification(_message.Message):
    __slots__ = ("lock_id", "number", "event", "slot", "incarnation", "type")
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    number: int
    event: int
    slot: int
    incarnation: int
    type: int
    def __init__(self, lock_id: _Optional[str] = ..., number: _Optional[int] = ..., event: _Optional[int] = ..., slot: _Optional[int] = ..., incarnation: _Optional[int] = ..., type: _Optional[int] = ...) -> None: ...

class SetUserCodeRequest(_message.Message):
    __slots__ = ("lock_id", "slot", "code", "supervised")
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    SUPERVISED_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    slot: int
    code: str
    supervised: bool
    def __init__(self, lock_id: _Optional[str] = ..., slot: _Optional[int] = ..., code: _Optional[str] = ..., supervised: bool = ...) -> None: ...

class ClearUserCodeRequest(_message.Message):
    __slots__ = ("lock_id", "slot", "supervised")
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    SUPERVISED_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    slot: int
    supervised: bool
    def __init__(self, lock_id: _Optional[str] = ..., slot: _Optional[int] = ..., supervised: bool = ...) -> None: ...

class GetUserCodeRequest(_message.Message):
    __slots__ = ("lock_id", "slot")
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    slot: int
    def __init__(self, lock_id: _Optional[str] = ..., slot: _Optional[int] = ...) -> None: ...

class WalkUserCodesRequest(_message.Message):
    __slots__ = ("lock_id",)
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    def __init__(self, lock_id: _Optional[str] = ...) -> None: ...

class GetLockInfoRequest(_message.Message):
    __slots__ = ("lock_id",)
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    def __init__(self, lock_id: _Optional[str] = ...) -> None: ...

class PingRequest(_message.Message):
    __slots__ = ("lock_id",)
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    lock_id: str
    def __init__(self, lock_id: _Optional[str] = ...) -> None: ...
