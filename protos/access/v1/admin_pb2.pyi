from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PutDevicesRequest(_message.Message):
    __slots__ = ("devices",)
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    devices: _containers.RepeatedCompositeFieldContainer[DeviceRecord]
    def __init__(self, devices: _Optional[_Iterable[_Union[DeviceRecord, _Mapping]]] = ...) -> None: ...

class DeviceRecord(_message.Message):
    __slots__ = ("device_id", "name", "lock_id", "hub", "host_address", "host", "time_zone", "profile", "facts", "offline_secret")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    HUB_FIELD_NUMBER: _ClassVar[int]
    HOST_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_SECRET_FIELD_NUMBER: _ClassVar[int]
    device_id: str
    name: str
    lock_id: str
    hub: str
    host_address: str
    host: str
    time_zone: str
    profile: str
    facts: Facts
    offline_secret: str
    def __init__(self, device_id: _Optional[str] = ..., name: _Optional[str] = ..., lock_id: _Optional[str] = ..., hub: _Optional[str] = ..., host_address: _Optional[str] = ..., host: _Optional[str] = ..., time_zone: _Optional[str] = ..., profile: _Optional[str] = ..., facts: _Optional[_Union[Facts, _Mapping]] = ..., offline_secret: _Optional[str] = ...) -> None: ...

class Facts(_message.Message):
    __slots__ = ("slots", "code_lengths", "uniform_length", "constraints", "five_buttons", "matches_prefix", "readback_style", "duplicate_policy", "reserved_slots", "schedules", "provider_chooses_pin", "has_keypad", "name_length_max", "name_must_be_unique", "supports_offline_codes", "supervision", "checksum", "offline_codes_only", "security")
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    CODE_LENGTHS_FIELD_NUMBER: _ClassVar[int]
    UNIFORM_LENGTH_FIELD_NUMBER: _ClassVar[int]
    CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    FIVE_BUTTONS_FIELD_NUMBER: _ClassVar[int]
    MATCHES_PREFIX_FIELD_NUMBER: _ClassVar[int]
    READBACK_STYLE_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_POLICY_FIELD_NUMBER: _ClassVar[int]
    RESERVED_SLOTS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULES_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_CHOOSES_PIN_FIELD_NUMBER: _ClassVar[int]
    HAS_KEYPAD_FIELD_NUMBER: _ClassVar[int]
    NAME_LENGTH_MAX_FIELD_NUMBER: _ClassVar[int]
    NAME_MUST_BE_UNIQUE_FIELD_NUMBER: _ClassVar[int]
    SUPPORTS_OFFLINE_CODES_FIELD_NUMBER: _ClassVar[int]
    SUPERVISION_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_CODES_ONLY_FIELD_NUMBER: _ClassVar[int]
    SECURITY_FIELD_NUMBER: _ClassVar[int]
    slots: int
    code_lengths: _containers.RepeatedScalarFieldContainer[int]
    uniform_length: bool
    constraints: _containers.RepeatedScalarFieldContainer[str]
    five_buttons: bool
    matches_prefix: bool
    readback_style: str
    duplicate_policy: str
    reserved_slots: _containers.RepeatedScalarFieldContainer[int]
    schedules: bool
    provider_chooses_pin: bool
    has_keypad: bool
    name_length_max: int
    name_must_be_unique: bool
    supports_offline_codes: bool
    supervision: bool
    checksum: bool
    offline_codes_only: bool
    security: str
    def __init__(self, slots: _Optional[int] = ..., code_lengths: _Optional[_Iterable[int]] = ..., uniform_length: bool = ..., constraints: _Optional[_Iterable[str]] = ..., five_buttons: bool = ..., matches_prefix: bool = ..., readback_style: _Optional[str] = ..., duplicate_policy: _Optional[str] = ..., reserved_slots: _Optional[_Iterable[int]] = ..., schedules: bool = ..., provider_chooses_pin: bool = ..., has_keypad: bool = ..., name_length_max: _Optional[int] = ..., name_must_be_unique: bool = ..., supports_offline_codes: bool = ..., supervision: bool = ..., checksum: bool = ..., offline_codes_only: bool = ..., security: _Optional[str] = ...) -> None: ...

class PutDevicesResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCountersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCountersResponse(_message.Message):
    __slots__ = ("counters",)
    class CountersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    counters: _containers.ScalarMap[str, int]
    def __init__(self, counters: _Optional[_Mapping[str, int]] = ...) -> None: ...

class GetPendingRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPendingResponse(_message.Message):
    __slots__ = ("open", "waiting")
    OPEN_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    open: int
    waiting: int
    def __init__(self, open: _Optional[int] = ..., waiting: _Optional[int] = ...) -> None: ...
