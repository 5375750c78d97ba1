from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HoldRequest(_message.Message):
    __slots__ = ("now_us",)
    NOW_US_FIELD_NUMBER: _ClassVar[int]
    now_us: int
    def __init__(self, now_us: _Optional[int] = ...) -> None: ...

class HoldResponse(_message.Message):
    __slots__ = ("now_us",)
    NOW_US_FIELD_NUMBER: _ClassVar[int]
    now_us: int
    def __init__(self, now_us: _Optional[int] = ...) -> None: ...

class ResumeRequest(_message.Message):
    __slots__ = ("base_us", "since_us", "rate")
    BASE_US_FIELD_NUMBER: _ClassVar[int]
    SINCE_US_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    base_us: int
    since_us: int
    rate: float
    def __init__(self, base_us: _Optional[int] = ..., since_us: _Optional[int] = ..., rate: _Optional[float] = ...) -> None: ...

class ResumeResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Step(_message.Message):
    __slots__ = ("number", "now_us", "until_us", "delta", "expect", "calls", "ignore", "watch", "up_to", "resume", "late", "arrive_only", "hang_ups")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    NOW_US_FIELD_NUMBER: _ClassVar[int]
    UNTIL_US_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    EXPECT_FIELD_NUMBER: _ClassVar[int]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    IGNORE_FIELD_NUMBER: _ClassVar[int]
    WATCH_FIELD_NUMBER: _ClassVar[int]
    UP_TO_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    ARRIVE_ONLY_FIELD_NUMBER: _ClassVar[int]
    HANG_UPS_FIELD_NUMBER: _ClassVar[int]
    number: int
    now_us: int
    until_us: int
    delta: int
    expect: _containers.RepeatedCompositeFieldContainer[Awaited]
    calls: _containers.RepeatedScalarFieldContainer[str]
    ignore: _containers.RepeatedScalarFieldContainer[str]
    watch: _containers.RepeatedScalarFieldContainer[str]
    up_to: str
    resume: bool
    late: bool
    arrive_only: bool
    hang_ups: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, number: _Optional[int] = ..., now_us: _Optional[int] = ..., until_us: _Optional[int] = ..., delta: _Optional[int] = ..., expect: _Optional[_Iterable[_Union[Awaited, _Mapping]]] = ..., calls: _Optional[_Iterable[str]] = ..., ignore: _Optional[_Iterable[str]] = ..., watch: _Optional[_Iterable[str]] = ..., up_to: _Optional[str] = ..., resume: bool = ..., late: bool = ..., arrive_only: bool = ..., hang_ups: _Optional[_Iterable[str]] = ...) -> None: ...

class Awaited(_message.Message):
    __slots__ = ("link", "messages", "closed")
    LINK_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    link: str
    messages: int
    closed: bool
    def __init__(self, link: _Optional[str] = ..., messages: _Optional[int] = ..., closed: bool = ...) -> None: ...

class Done(_message.Message):
    __slots__ = ("number", "now_us", "next_timer_us", "next_send_us", "links", "trace", "answered", "timers_fired", "messages_handled", "open_work", "next_key")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    NOW_US_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIMER_US_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEND_US_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    TIMERS_FIRED_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_HANDLED_FIELD_NUMBER: _ClassVar[int]
    OPEN_WORK_FIELD_NUMBER: _ClassVar[int]
    NEXT_KEY_FIELD_NUMBER: _ClassVar[int]
    number: int
    now_us: int
    next_timer_us: int
    next_send_us: int
    links: _containers.RepeatedCompositeFieldContainer[LinkCount]
    trace: _containers.RepeatedCompositeFieldContainer[TraceEvent]
    answered: _containers.RepeatedScalarFieldContainer[str]
    timers_fired: int
    messages_handled: int
    open_work: int
    next_key: str
    def __init__(self, number: _Optional[int] = ..., now_us: _Optional[int] = ..., next_timer_us: _Optional[int] = ..., next_send_us: _Optional[int] = ..., links: _Optional[_Iterable[_Union[LinkCount, _Mapping]]] = ..., trace: _Optional[_Iterable[_Union[TraceEvent, _Mapping]]] = ..., answered: _Optional[_Iterable[str]] = ..., timers_fired: _Optional[int] = ..., messages_handled: _Optional[int] = ..., open_work: _Optional[int] = ..., next_key: _Optional[str] = ...) -> None: ...

class LinkCount(_message.Message):
    __slots__ = ("link", "peer", "sent", "handled", "closed")
    LINK_FIELD_NUMBER: _ClassVar[int]
    PEER_FIELD_NUMBER: _ClassVar[int]
    SENT_FIELD_NUMBER: _ClassVar[int]
    HANDLED_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    link: str
    peer: str
    sent: int
    handled: int
    closed: bool
    def __init__(self, link: _Optional[str] = ..., peer: _Optional[str] = ..., sent: _Optional[int] = ..., handled: _Optional[int] = ..., closed: bool = ...) -> None: ...

class TraceEvent(_message.Message):
    __slots__ = ("at_us", "delta", "source", "sequence", "kind", "fields")
    class FieldsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    AT_US_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    at_us: int
    delta: int
    source: str
    sequence: int
    kind: str
    fields: _containers.ScalarMap[str, str]
    def __init__(self, at_us: _Optional[int] = ..., delta: _Optional[int] = ..., source: _Optional[str] = ..., sequence: _Optional[int] = ..., kind: _Optional[str] = ..., fields: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ActRequest(_message.Message):
    __slots__ = ("lock", "press_keys", "turn_thumb", "program_at_keypad", "set_radio", "set_power", "arm_fault", "clear_faults", "factory_reset", "set_battery", "set_jammed", "fill_slots", "shift_clock", "set_keypad")
    LOCK_FIELD_NUMBER: _ClassVar[int]
    PRESS_KEYS_FIELD_NUMBER: _ClassVar[int]
    TURN_THUMB_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_AT_KEYPAD_FIELD_NUMBER: _ClassVar[int]
    SET_RADIO_FIELD_NUMBER: _ClassVar[int]
    SET_POWER_FIELD_NUMBER: _ClassVar[int]
    ARM_FAULT_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FAULTS_FIELD_NUMBER: _ClassVar[int]
    FACTORY_RESET_FIELD_NUMBER: _ClassVar[int]
    SET_BATTERY_FIELD_NUMBER: _ClassVar[int]
    SET_JAMMED_FIELD_NUMBER: _ClassVar[int]
    FILL_SLOTS_FIELD_NUMBER: _ClassVar[int]
    SHIFT_CLOCK_FIELD_NUMBER: _ClassVar[int]
    SET_KEYPAD_FIELD_NUMBER: _ClassVar[int]
    lock: str
    press_keys: PressKeys
    turn_thumb: TurnThumb
    program_at_keypad: ProgramAtKeypad
    set_radio: SetRadio
    set_power: SetPower
    arm_fault: ArmFault
    clear_faults: ClearFaults
    factory_reset: FactoryReset
    set_battery: SetBattery
    set_jammed: SetJammed
    fill_slots: FillSlots
    shift_clock: ShiftClock
    set_keypad: SetKeypad
    def __init__(self, lock: _Optional[str] = ..., press_keys: _Optional[_Union[PressKeys, _Mapping]] = ..., turn_thumb: _Optional[_Union[TurnThumb, _Mapping]] = ..., program_at_keypad: _Optional[_Union[ProgramAtKeypad, _Mapping]] = ..., set_radio: _Optional[_Union[SetRadio, _Mapping]] = ..., set_power: _Optional[_Union[SetPower, _Mapping]] = ..., arm_fault: _Optional[_Union[ArmFault, _Mapping]] = ..., clear_faults: _Optional[_Union[ClearFaults, _Mapping]] = ..., factory_reset: _Optional[_Union[FactoryReset, _Mapping]] = ..., set_battery: _Optional[_Union[SetBattery, _Mapping]] = ..., set_jammed: _Optional[_Union[SetJammed, _Mapping]] = ..., fill_slots: _Optional[_Union[FillSlots, _Mapping]] = ..., shift_clock: _Optional[_Union[ShiftClock, _Mapping]] = ..., set_keypad: _Optional[_Union[SetKeypad, _Mapping]] = ...) -> None: ...

class ActResponse(_message.Message):
    __slots__ = ("feedback", "opened", "slot", "locked_out")
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    LOCKED_OUT_FIELD_NUMBER: _ClassVar[int]
    feedback: str
    opened: bool
    slot: int
    locked_out: bool
    def __init__(self, feedback: _Optional[str] = ..., opened: bool = ..., slot: _Optional[int] = ..., locked_out: bool = ...) -> None: ...

class PressKeys(_message.Message):
    __slots__ = ("keys",)
    KEYS_FIELD_NUMBER: _ClassVar[int]
    keys: str
    def __init__(self, keys: _Optional[str] = ...) -> None: ...

class TurnThumb(_message.Message):
    __slots__ = ("locked",)
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    locked: bool
    def __init__(self, locked: bool = ...) -> None: ...

class ProgramAtKeypad(_message.Message):
    __slots__ = ("slot", "code")
    SLOT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    slot: int
    code: str
    def __init__(self, slot: _Optional[int] = ..., code: _Optional[str] = ...) -> None: ...

class SetRadio(_message.Message):
    __slots__ = ("state", "loss", "latency_us")
    STATE_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_US_FIELD_NUMBER: _ClassVar[int]
    state: str
    loss: float
    latency_us: int
    def __init__(self, state: _Optional[str] = ..., loss: _Optional[float] = ..., latency_us: _Optional[int] = ...) -> None: ...

class SetPower(_message.Message):
    __slots__ = ("action",)
    ACTION_FIELD_NUMBER: _ClassVar[int]
    action: str
    def __init__(self, action: _Optional[str] = ...) -> None: ...

class ArmFault(_message.Message):
    __slots__ = ("fault", "command", "times", "probability")
    FAULT_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    fault: str
    command: str
    times: int
    probability: float
    def __init__(self, fault: _Optional[str] = ..., command: _Optional[str] = ..., times: _Optional[int] = ..., probability: _Optional[float] = ...) -> None: ...

class ClearFaults(_message.Message):
    __slots__ = ("fault",)
    FAULT_FIELD_NUMBER: _ClassVar[int]
    fault: str
    def __init__(self, fault: _Optional[str] = ...) -> None: ...

class FactoryReset(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetBattery(_message.Message):
    __slots__ = ("percent",)
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    percent: int
    def __init__(self, percent: _Optional[int] = ...) -> None: ...

class SetJammed(_message.Message):
    __slots__ = ("jammed",)
    JAMMED_FIELD_NUMBER: _ClassVar[int]
    jammed: bool
    def __init__(self, jammed: bool = ...) -> None: ...

class FillSlots(_message.Message):
    __slots__ = ("used",)
    USED_FIELD_NUMBER: _ClassVar[int]
    used: int
    def __init__(self, used: _Optional[int] = ...) -> None: ...

class ShiftClock(_message.Message):
    __slots__ = ("by_us",)
    BY_US_FIELD_NUMBER: _ClassVar[int]
    by_us: int
    def __init__(self, by_us: _Optional[int] = ...) -> None: ...

class SetHubRequest(_message.Message):
    __slots__ = ("hub", "state")
    HUB_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    hub: str
    state: str
    def __init__(self, hub: _Optional[str] = ..., state: _Optional[str] = ...) -> None: ...

class SetHubResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetKeypad(_message.Message):
    __slots__ = ("state",)
    STATE_FIELD_NUMBER: _ClassVar[int]
    state: str
    def __init__(self, state: _Optional[str] = ...) -> None: ...

class DumpTruthRequest(_message.Message):
    __slots__ = ("locks",)
    LOCKS_FIELD_NUMBER: _ClassVar[int]
    locks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, locks: _Optional[_Iterable[str]] = ...) -> None: ...

class DumpTruthResponse(_message.Message):
    __slots__ = ("locks",)
    LOCKS_FIELD_NUMBER: _ClassVar[int]
    locks: _containers.RepeatedCompositeFieldContainer[LockTruth]
    def __init__(self, locks: _Optional[_Iterable[_Union[LockTruth, _Mapping]]] = ...) -> None: ...

class LockTruth(_message.Message):
    __slots__ = ("lock", "profile", "slots", "slots_max", "incarnation", "radio", "power", "keypad", "bolt", "faults_armed", "nvm_path", "nvm_generation", "battery", "mechanics", "frozen")
    LOCK_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    SLOTS_MAX_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    RADIO_FIELD_NUMBER: _ClassVar[int]
    POWER_FIELD_NUMBER: _ClassVar[int]
    KEYPAD_FIELD_NUMBER: _ClassVar[int]
    BOLT_FIELD_NUMBER: _ClassVar[int]
    FAULTS_ARMED_FIELD_NUMBER: _ClassVar[int]
    NVM_PATH_FIELD_NUMBER: _ClassVar[int]
    NVM_GENERATION_FIELD_NUMBER: _ClassVar[int]
    BATTERY_FIELD_NUMBER: _ClassVar[int]
    MECHANICS_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FIELD_NUMBER: _ClassVar[int]
    lock: str
    profile: str
    slots: _containers.RepeatedCompositeFieldContainer[TrueSlot]
    slots_max: int
    incarnation: int
    radio: str
    power: str
    keypad: str
    bolt: str
    faults_armed: _containers.RepeatedScalarFieldContainer[str]
    nvm_path: str
    nvm_generation: int
    battery: int
    mechanics: str
    frozen: bool
    def __init__(self, lock: _Optional[str] = ..., profile: _Optional[str] = ..., slots: _Optional[_Iterable[_Union[TrueSlot, _Mapping]]] = ..., slots_max: _Optional[int] = ..., incarnation: _Optional[int] = ..., radio: _Optional[str] = ..., power: _Optional[str] = ..., keypad: _Optional[str] = ..., bolt: _Optional[str] = ..., faults_armed: _Optional[_Iterable[str]] = ..., nvm_path: _Optional[str] = ..., nvm_generation: _Optional[int] = ..., battery: _Optional[int] = ..., mechanics: _Optional[str] = ..., frozen: bool = ...) -> None: ...

class TrueSlot(_message.Message):
    __slots__ = ("slot", "code", "status")
    SLOT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    slot: int
    code: str
    status: str
    def __init__(self, slot: _Optional[int] = ..., code: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class GetClockRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PauseClockRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResumeClockRequest(_message.Message):
    __slots__ = ("rate",)
    RATE_FIELD_NUMBER: _ClassVar[int]
    rate: float
    def __init__(self, rate: _Optional[float] = ...) -> None: ...

class BenchClock(_message.Message):
    __slots__ = ("now_us", "paused", "rate")
    NOW_US_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    now_us: int
    paused: bool
    rate: float
    def __init__(self, now_us: _Optional[int] = ..., paused: bool = ..., rate: _Optional[float] = ...) -> None: ...

class AdvanceClockRequest(_message.Message):
    __slots__ = ("by_us", "to_us")
    BY_US_FIELD_NUMBER: _ClassVar[int]
    TO_US_FIELD_NUMBER: _ClassVar[int]
    by_us: int
    to_us: int
    def __init__(self, by_us: _Optional[int] = ..., to_us: _Optional[int] = ...) -> None: ...

class AdvanceClockResponse(_message.Message):
    __slots__ = ("from_us", "clock", "messages", "timers")
    FROM_US_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    TIMERS_FIELD_NUMBER: _ClassVar[int]
    from_us: int
    clock: BenchClock
    messages: int
    timers: int
    def __init__(self, from_us: _Optional[int] = ..., clock: _Optional[_Union[BenchClock, _Mapping]] = ..., messages: _Optional[int] = ..., timers: _Optional[int] = ...) -> None: ...

class GetBenchRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetBenchResponse(_message.Message):
    __slots__ = ("now_us", "seed", "locks", "http_url", "grpc_address", "gateway_pid")
    NOW_US_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    LOCKS_FIELD_NUMBER: _ClassVar[int]
    HTTP_URL_FIELD_NUMBER: _ClassVar[int]
    GRPC_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_PID_FIELD_NUMBER: _ClassVar[int]
    now_us: int
    seed: int
    locks: _containers.RepeatedCompositeFieldContainer[BenchLock]
    http_url: str
    grpc_address: str
    gateway_pid: int
    def __init__(self, now_us: _Optional[int] = ..., seed: _Optional[int] = ..., locks: _Optional[_Iterable[_Union[BenchLock, _Mapping]]] = ..., http_url: _Optional[str] = ..., grpc_address: _Optional[str] = ..., gateway_pid: _Optional[int] = ...) -> None: ...

class BenchLock(_message.Message):
    __slots__ = ("lock", "device_id", "profile", "hub", "host", "host_pid", "host_address", "nvm_path")
    LOCK_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    HUB_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    HOST_PID_FIELD_NUMBER: _ClassVar[int]
    HOST_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    NVM_PATH_FIELD_NUMBER: _ClassVar[int]
    lock: str
    device_id: str
    profile: str
    hub: str
    host: str
    host_pid: int
    host_address: str
    nvm_path: str
    def __init__(self, lock: _Optional[str] = ..., device_id: _Optional[str] = ..., profile: _Optional[str] = ..., hub: _Optional[str] = ..., host: _Optional[str] = ..., host_pid: _Optional[int] = ..., host_address: _Optional[str] = ..., nvm_path: _Optional[str] = ...) -> None: ...
