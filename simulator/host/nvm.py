"""A lock's memory as a file: what it remembers, and what outlives its host beside that.

A host writes the record before anything that follows from it is said to anybody, so that a report
is never better than what is on the disk. The digits are in it in the clear, as they are in a real
lock; the file is its owner's alone (0600).

NvmError            a host cannot run this lock; the message names the file
├─ NvmDamaged       what is there is not a lock's memory, or not this lock's
├─ NvmOfAnother     it is the memory of a lock of another profile
└─ NvmUnwritable    the disk does not take it
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from latchbench.pin import Pin
from simulator.host.banks import BankFile, NoWholeBank, newest
from simulator.host.ids import Answer, Seen
from simulator.host.messages import CommandId
from simulator.model.memory import (
    Memory,
    MemoryFormatError,
    Slot,
    memory_from_plain,
    memory_to_plain,
)
from simulator.model.words import Outcome, SlotStatus
from simulator.radio.errors import RadioError
from simulator.radio.faults import arm
from simulator.radio.link import DEGRADED_LOSS, Link
from simulator.radio.words import CommandKind, RadioState, TransmitOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum
    from pathlib import Path

    from simulator.radio.faults.fault import Armed

    Word = TypeVar("Word", bound=Enum)

RECORD_VERSION: Final = 2


class NvmError(Exception):
    """Something is wrong with the memory file `path`."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class NvmDamaged(NvmError):
    """The file is there and is not what a host wrote. It is never overwritten."""


class NvmOfAnother(NvmError):
    """The file is whole, but the lock was of another profile when it was written."""


class NvmUnwritable(NvmError):
    """The file could not be written or read."""


@dataclass(frozen=True, slots=True)
class Record:
    """All that is still true of a lock when its host has gone.

    `radio` with its `loss` and `latency_us`, `is_powered`, `is_hung`, `restarts_at_us` and `faults`
    are the world around the lock: starting a host again neither mends a radio nor puts batteries
    in. `before` is what the slots held that the last change of codes touched.
    """

    lock: str
    profile: str
    memory: Memory
    radio: RadioState
    is_powered: bool
    faults: tuple[Armed, ...] = ()
    seen: Seen | None = None
    loss: float = DEGRADED_LOSS
    latency_us: int | None = None
    is_hung: bool = False
    restarts_at_us: int | None = None
    before: Mapping[int, Slot | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stored:
    """A record and the number of the write that it is from."""

    record: Record
    generation: int


def nvm_path(folder: Path, lock: str) -> Path:
    """Where the memory of the lock called `lock` is."""
    return folder / f"{quote(lock, safe='')}.nvm"


def read_nvm(path: Path) -> Stored:
    """What a memory file holds, its host running or not.

    Raises `NvmDamaged`, or OSError when the file cannot be read.
    """
    try:
        bank = newest(path.read_bytes())
    except NoWholeBank as error:
        raise NvmDamaged(path, str(error)) from None
    return Stored(_record_in(path, bank.content), bank.generation)


@dataclass(slots=True)
class Nvm:
    """The memory file of one lock, for the host that runs it."""

    path: Path
    _file: BankFile | None = None
    _written: Record | None = None
    _memory_text: tuple[Memory, str] | None = field(default=None, repr=False)

    def load(self, lock: str) -> Record | None:
        """What the file holds; None when there is none yet.

        Raises `NvmDamaged`, also for a file of another lock, and `NvmUnwritable`.
        """
        try:
            file, content = BankFile.open(self.path)
        except FileNotFoundError:
            return None
        except NoWholeBank as error:
            raise NvmDamaged(self.path, str(error)) from None
        except OSError as error:
            raise NvmUnwritable(self.path, _words(error)) from error
        record = _record_in(self.path, content)
        if record.lock != lock:
            raise NvmDamaged(self.path, f"is the memory of the lock {record.lock!r}")
        self._file, self._written = file, record
        return record

    def save(self, record: Record) -> None:
        """Write the record, unless it is what was written last. Raises `NvmUnwritable`."""
        if record != self._written:
            self.write(record)

    def write(self, record: Record) -> None:
        """Write it whatever was written last. Raises `NvmUnwritable`."""
        content = self._content(record)
        try:
            if self._file is None:
                self._file = BankFile.create(self.path, content)
            else:
                self._file.write(content)
        except OSError as error:
            raise NvmUnwritable(self.path, _words(error)) from error
        self._written = record

    def tear(self, record: Record) -> None:
        """Begin to write the record and stop half way, as a lock whose voltage breaks down.

        What was written last stays the newest. Raises `NvmUnwritable`.
        """
        if self._file is None:
            return
        try:
            self._file.tear(self._content(record))
        except OSError as error:
            raise NvmUnwritable(self.path, _words(error)) from error

    @property
    def generation(self) -> int:
        """Counts the writes of the file; 0 when there is none."""
        return 0 if self._file is None else self._file.generation

    def _content(self, record: Record) -> bytes:
        """The record as ASCII JSON. Most writes change no code: that part is kept as text."""
        if self._memory_text is None or self._memory_text[0] is not record.memory:
            self._memory_text = (record.memory, json.dumps(memory_to_plain(record.memory)))
        rest = json.dumps(_rest_to_plain(record))
        return f'{{"memory": {self._memory_text[1]}, {rest[1:]}'.encode("ascii")


def _words(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _rest_to_plain(record: Record) -> dict[str, Any]:
    return {
        "version": RECORD_VERSION,
        "lock": record.lock,
        "profile": record.profile,
        "radio": record.radio.value,
        "loss": record.loss,
        "latency_us": record.latency_us,
        "is_powered": record.is_powered,
        "is_hung": record.is_hung,
        "restarts_at_us": record.restarts_at_us,
        "before": [
            {
                "slot": slot,
                "digits": None if held is None else held.pin.reveal(),
                "status": None if held is None else held.status.value,
            }
            for slot, held in record.before.items()
        ],
        "faults": [
            {
                "fault": armed.fault.name,
                "command": None if armed.kind is None else armed.kind.value,
                "times": armed.left,
                "probability": armed.probability,
            }
            for armed in record.faults
        ],
        "seen": None if record.seen is None else _seen_to_plain(record.seen),
    }


def _seen_to_plain(seen: Seen) -> dict[str, Any]:
    answer = seen.answer
    return {
        "epoch": seen.id.epoch,
        "sequence": seen.id.sequence,
        "answer": None
        if answer is None
        else {
            "transmit": answer.transmit.value,
            "supervision": answer.supervision.value,
            "attempts": answer.attempts,
            "incarnation": answer.incarnation,
        },
    }


def _record_in(path: Path, content: bytes) -> Record:
    """The record that a whole bank holds: ours, unless another version wrote it."""
    try:
        plain = json.loads(content)
        if plain["version"] != RECORD_VERSION:
            raise NvmDamaged(path, f"is not of version {RECORD_VERSION}, the one that is read here")
        return Record(
            lock=_text(plain["lock"]),
            profile=_text(plain["profile"]),
            memory=memory_from_plain(plain["memory"]),
            radio=RadioState(plain["radio"]),
            loss=_loss(plain["loss"]),
            latency_us=_optional(plain["latency_us"]),
            is_powered=_flag(plain["is_powered"]),
            is_hung=_flag(plain["is_hung"]),
            restarts_at_us=_optional(plain["restarts_at_us"]),
            before={_number(slot["slot"]): _slot_from(slot) for slot in plain["before"]},
            faults=_faults_from(plain["faults"]),
            seen=None if plain["seen"] is None else _seen_from(plain["seen"]),
        )
    except KeyError as error:
        raise NvmDamaged(path, f"the record has no {error}") from None
    except (MemoryFormatError, RadioError) as error:
        raise NvmDamaged(path, str(error)) from None
    except (ValueError, TypeError):
        # Without its words, which may repeat what stood there: a PIN, for instance.
        raise NvmDamaged(path, "a whole bank does not hold a lock's record") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not true or false")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value


def _optional(value: object) -> int | None:
    return None if value is None else _number(value)


def _loss(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise TypeError("not a share")
    return float(value)


def _slot_from(plain: dict[str, Any]) -> Slot | None:
    if plain["digits"] is None:
        return None
    return Slot(Pin(_text(plain["digits"])), SlotStatus(plain["status"]))


def _faults_from(plain: list[dict[str, Any]]) -> tuple[Armed, ...]:
    link = Link(RadioState.AWAKE)
    for entry in plain:
        kind = None if entry["command"] is None else CommandKind(entry["command"])
        times, probability = entry["times"], entry["probability"]
        link = arm(link, entry["fault"], kind=kind, times=times, probability=probability)
    return link.faults


def _seen_from(plain: dict[str, Any]) -> Seen:
    answer = plain["answer"]
    return Seen(
        CommandId(_number(plain["epoch"]), _number(plain["sequence"])),
        None
        if answer is None
        else Answer(
            TransmitOutcome(answer["transmit"]),
            Outcome(answer["supervision"]),
            _number(answer["attempts"]),
            _optional(answer["incarnation"]),
        ),
    )
