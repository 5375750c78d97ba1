"""Everything the gateway knows, in memory, and the changes that are not durable yet.

The store holds the same records. The engine changes the world first and hands the collected changes
over in one piece; nothing that others can see (an answer, an event) leaves before they are durable.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from gateway.engine.book import Book
from gateway.policy.operations import is_hidden
from gateway.policy.records import (
    Changes,
    CodeRecord,
    DeviceRecord,
    EventRecord,
    GroupRecord,
    GroupState,
    UnmanagedRecord,
    Want,
)
from gateway.policy.remnants import RemnantRecord, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gateway.policy.answers import AnswerRecord
    from gateway.policy.attempts import AttemptRecord
    from latchbench.pin import Pin


class Saver(Protocol):
    """Makes changes durable and then calls back, in the order of the calls."""

    def save(self, changes: Changes, then: Callable[[], None]) -> None:
        """`then` runs on the core's thread, after the commit."""


class World:
    """Devices, groups, codes and books, with the indices that the engine asks for."""

    def __init__(self, saver: Saver) -> None:
        self.devices: dict[str, DeviceRecord] = {}
        self.books: dict[str, Book] = {}
        self.groups: dict[str, GroupRecord] = {}
        self.codes: dict[str, CodeRecord] = {}
        self.unmanaged: dict[str, dict[int, UnmanagedRecord]] = {}
        self._remnants: dict[str, dict[Pin, RemnantRecord]] = {}
        self.attempts: dict[str, AttemptRecord] = {}
        self.answers: dict[str, AnswerRecord] = {}
        self.published: Callable[[Sequence[EventRecord]], None] = lambda events: None
        self.look_at: Callable[[str], None] = lambda device_id: None
        self.changed: Callable[[str], None] = lambda access_code_id: None
        self.saves_open = 0
        self._codes_of: dict[str, dict[str, None]] = {}
        self._codes_in: dict[str, dict[str, None]] = {}
        self._saver = saver
        self._changes = Changes()
        self._held: dict[str, Counter[str]] = {}

    # Reading.

    def codes_of(self, device_id: str) -> list[CodeRecord]:
        """The rows of one device, in the order they were made."""
        return [self.codes[code_id] for code_id in self._codes_of.get(device_id, ())]

    def codes_in(self, group_id: str) -> list[CodeRecord]:
        """The rows of one group, in request order."""
        rows = [self.codes[code_id] for code_id in self._codes_in.get(group_id, ())]
        return sorted(rows, key=lambda code: code.position)

    def remnants_of(self, device_id: str) -> Iterable[RemnantRecord]:
        """What is believed gone from a lock and still remembered."""
        return self._remnants.get(device_id, {}).values()

    def held(self, device_id: str) -> frozenset[str]:
        """Codes of a device whose latest change is not durable yet."""
        return frozenset(self._held.get(device_id, ()))

    def with_key(self, key: str | None) -> list[CodeRecord]:
        """The rows that belong to a key and are wanted; None is no key."""
        if key is None:
            return []
        return [
            code
            for code in self.codes.values()
            if code.common_code_key == key and code.want is Want.PRESENT
        ]

    def pin_of_key(self, key: str | None) -> Pin | None:
        """The code that all rows of a key have, None if there are none."""
        return next((code.pin for code in self.with_key(key)), None)

    def is_listed(self, code: CodeRecord) -> bool:
        """Whether callers may see a row: its group was decided, and decided well."""
        if is_hidden(code):
            return False
        group = self.groups.get(code.group_id)
        return group is not None and group.state is GroupState.COMMITTED

    def pins_in_use(self, device_id: str) -> dict[Pin, str]:
        """Every PIN that is or may be on a lock, or is reserved for it, with its owner's id."""
        pins = {
            record.pin: record.access_code_id
            for record in self.unmanaged.get(device_id, {}).values()
            if record.pin is not None
        }
        for code in self.codes_of(device_id):
            for pin in (code.pin, *code.old_pins):
                if pin is not None:
                    pins[pin] = code.access_code_id
        return pins

    # Changing.

    def put_device(self, device: DeviceRecord) -> None:
        """A device is new, or what is known of it changed."""
        self.devices[device.device_id] = device
        if device.device_id not in self.books:
            self.books[device.device_id] = Book(device.device_id)
        self._changes.devices[device.device_id] = device

    def put_group(self, group: GroupRecord) -> None:
        """A group is new or was decided."""
        self.groups[group.group_id] = group
        self._changes.groups[group.group_id] = group

    def put_code(self, code: CodeRecord) -> None:
        """A row is new or changed."""
        before = self.codes.get(code.access_code_id)
        self.codes[code.access_code_id] = code
        self._codes_of.setdefault(code.device_id, {})[code.access_code_id] = None
        self._codes_in.setdefault(code.group_id, {})[code.access_code_id] = None
        self._changes.codes[code.access_code_id] = code
        self._changes.deleted_codes.discard(code.access_code_id)
        if before is None or (before.pin, before.old_pins) != (code.pin, code.old_pins):
            self.books[code.device_id].codes_version += 1
        self.changed(code.access_code_id)

    def drop_code(self, code: CodeRecord) -> None:
        """A row is gone, and its group with its last row."""
        del self.codes[code.access_code_id]
        del self._codes_of[code.device_id][code.access_code_id]
        rows = self._codes_in[code.group_id]
        del rows[code.access_code_id]
        self._changes.codes.pop(code.access_code_id, None)
        self._changes.deleted_codes.add(code.access_code_id)
        book = self.books[code.device_id]
        book.codes_version += 1
        book.runs.pop(code.access_code_id, None)
        book.to_clear.discard(code.access_code_id)
        if not rows:
            del self._codes_in[code.group_id]
            del self.groups[code.group_id]
            self._changes.groups.pop(code.group_id, None)
            self._changes.deleted_groups.add(code.group_id)
        self.changed(code.access_code_id)

    def put_unmanaged(self, record: UnmanagedRecord) -> None:
        """A code that is not ours was seen on a lock."""
        self.unmanaged.setdefault(record.device_id, {})[record.slot] = record
        self._changes.unmanaged[record.access_code_id] = record
        self._changes.deleted_unmanaged.discard(record.access_code_id)
        self.books[record.device_id].codes_version += 1

    def drop_unmanaged(self, record: UnmanagedRecord) -> None:
        """A code that is not ours has gone from a lock."""
        del self.unmanaged[record.device_id][record.slot]
        self._changes.unmanaged.pop(record.access_code_id, None)
        self._changes.deleted_unmanaged.add(record.access_code_id)
        self.books[record.device_id].codes_version += 1

    def put_remnant(self, remnant: RemnantRecord) -> None:
        """A code is believed gone from a lock, perhaps not for the first time."""
        of_device = self._remnants.setdefault(remnant.device_id, {})
        before = of_device.get(remnant.pin)
        if before is not None:
            self.drop_remnant(before)
            remnant = joined(before, remnant)
        of_device[remnant.pin] = remnant
        self._changes.remnants[remnant.remnant_id] = remnant
        self._changes.deleted_remnants.discard(remnant.remnant_id)

    def drop_remnant(self, remnant: RemnantRecord) -> None:
        """It is known what became of it, or it was too long ago."""
        del self._remnants[remnant.device_id][remnant.pin]
        self._changes.remnants.pop(remnant.remnant_id, None)
        self._changes.deleted_remnants.add(remnant.remnant_id)

    def put_attempt(self, attempt: AttemptRecord) -> None:
        """An action attempt is new or has ended."""
        self.attempts[attempt.action_attempt_id] = attempt
        self._changes.attempts[attempt.action_attempt_id] = attempt

    def drop_attempt(self, attempt: AttemptRecord) -> None:
        """An action attempt is too old to be asked for."""
        del self.attempts[attempt.action_attempt_id]
        self._changes.attempts.pop(attempt.action_attempt_id, None)
        self._changes.deleted_attempts.add(attempt.action_attempt_id)

    def put_answer(self, answer: AnswerRecord) -> None:
        """An answer is to be given again under its caller's id."""
        self.answers[answer.request_id] = answer
        self._changes.answers[answer.request_id] = answer
        self._changes.deleted_answers.discard(answer.request_id)

    def drop_answer(self, answer: AnswerRecord) -> None:
        """A caller's id may stand for something else again."""
        del self.answers[answer.request_id]
        self._changes.answers.pop(answer.request_id, None)
        self._changes.deleted_answers.add(answer.request_id)

    def note(self, event: EventRecord) -> None:
        """An event, published when it is durable."""
        self._changes.events.append(event)

    # Making durable.

    def is_stored(self) -> None:
        """All of this came from the store: nothing of it has to be written."""
        self._changes = Changes()

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Hand over all changes so far as one transaction; `then` runs after its commit.

        Codes among them are held until then: nothing is sent to a lock for a code whose latest
        change could still be lost. Their locks are looked at once they are not held any more.
        """
        changes, self._changes = self._changes, Changes()
        if not changes and not self.saves_open:
            if then is not None:
                then()
            return
        for code in changes.codes.values():
            self._held.setdefault(code.device_id, Counter())[code.access_code_id] += 1
        self.saves_open += 1

        def durable() -> None:
            self.saves_open -= 1
            for code in changes.codes.values():
                self._release(code)
            if changes.events:
                self.published(changes.events)
            if then is not None:
                then()
            for device_id in sorted({code.device_id for code in changes.codes.values()}):
                self.look_at(device_id)

        self._saver.save(changes, durable)

    def when_durable(self, then: Callable[[], None]) -> None:
        """Call `then` when everything handed over so far is durable: at once if nothing is open."""
        if self.saves_open:
            self._saver.save(Changes(), then)
        else:
            then()

    def _release(self, code: CodeRecord) -> None:
        held = self._held[code.device_id]
        held[code.access_code_id] -= 1
        if not held[code.access_code_id]:
            del held[code.access_code_id]
