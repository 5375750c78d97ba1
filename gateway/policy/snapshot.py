"""All that a gateway has stored, but for the events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.policy.answers import AnswerRecord
    from gateway.policy.attempts import AttemptRecord
    from gateway.policy.records import CodeRecord, DeviceRecord, GroupRecord, UnmanagedRecord
    from gateway.policy.remnants import RemnantRecord


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of it as of one moment.

    Devices and groups are ordered by when they were made, then by id; access codes by when they
    were made, then by group and by their place in the request; unmanaged codes by device and slot;
    action attempts and answers by when they were made, then by id; remnants by id.
    """

    devices: tuple[DeviceRecord, ...]
    groups: tuple[GroupRecord, ...]
    codes: tuple[CodeRecord, ...]
    unmanaged: tuple[UnmanagedRecord, ...]
    attempts: tuple[AttemptRecord, ...] = ()
    answers: tuple[AnswerRecord, ...] = ()
    remnants: tuple[RemnantRecord, ...] = ()
