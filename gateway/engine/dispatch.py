"""The dispatcher: one command at a time per lock, and what each report changes.

There is no task and no queue per lock. A lock's order is data: its book says what is under way, the
rows say what is wanted, and `next_operation` picks. `poke` looks at one lock and sends what is due;
everything else here is told by a report, a notice, a link or a timer, and ends in a poke.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.engine.book import Belief, Busy, Sent
from gateway.engine.hours import HourKeeper
from gateway.engine.hubs import Hubs
from gateway.engine.observe import Observer
from gateway.engine.reach import Reach
from gateway.policy.commands import (
    AssignCode,
    ClearCode,
    ClockBody,
    LockEvent,
    ReadCode,
    Rejection,
    ScheduleBody,
    SetCode,
    SetSchedule,
    Supervision,
    Transmit,
    answers,
)
from gateway.policy.operations import (
    NO_SPACE,
    GiveUpSlot,
    InUse,
    LockNeeds,
    Next,
    NoSpace,
    Operation,
    TakeSlot,
    next_operation,
    next_wake_us,
)
from gateway.policy.records import Progress
from gateway.policy.retry import SILENCES_UNTIL_DEAD, backoff_us

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.engine.book import Book
    from gateway.engine.parts import Listener, Parts, Radio
    from gateway.engine.rows import Rows
    from gateway.policy.commands import Command, Notice, Report
    from gateway.policy.records import CodeRecord


# What changes a code in a slot: from then on its row is in doubt.
WRITES = SetCode | ClearCode | AssignCode


class Dispatcher:
    """Works off what is wanted on every lock."""

    def __init__(self, parts: Parts, radio: Radio, rows: Rows, listener: Listener) -> None:
        self._parts = parts
        self._world = parts.world
        self._radio = radio
        self._listener = listener
        self._rows = rows
        self._observer = Observer(parts, rows, listener)
        self._reach = Reach(parts, rows, listener)
        self.hubs = Hubs(parts, rows, listener, self.poke)
        self._hours = HourKeeper(parts)
        self.tend: Callable[[str], None] = lambda device_id: None

    # Choosing and sending.

    def poke(self, device_id: str) -> None:
        """Send what is due on one lock, unless something is under way or must wait."""
        book = self._world.books[device_id]
        self._work(book)
        self._arm(book)
        self.tend(device_id)

    def _work(self, book: Book) -> None:
        self._rows.expire(book.device_id)
        for code in self._rows.begun(book.device_id):
            self._listener.code_there(code)
        while book.busy is None and book.host_up:
            now_us = self._parts.now_us()
            if book.retry_at_us is not None and book.retry_at_us > now_us:
                return
            if book.belief is Belief.DEAD and not self._is_called(book):
                return
            choice = self._choose(book, now_us)
            if isinstance(choice, Operation):
                if not self.hubs.takes(book, goes_on=_goes_on(book, choice)):
                    return
                self._send(book, choice)
            elif isinstance(choice, TakeSlot):
                self._take_slot(choice)
            elif isinstance(choice, GiveUpSlot):
                code = self._world.codes[choice.access_code_id]
                self._world.put_code(replace(code, slot=None))
            elif isinstance(choice, InUse):
                self._observer.read_back.in_use(book, self._world.codes[choice.access_code_id])
            elif isinstance(choice, NoSpace):
                self._listener.code_no_space(self._world.codes[choice.access_code_id])
            else:
                return

    def _is_called(self, book: Book) -> bool:
        """Whether anybody wants to know if a lock that is believed dead is back."""
        return book.resync_due or book.wants_ping or self._rows.has_work(book.device_id)

    def _choose(self, book: Book, now_us: int) -> Next:
        device = self._world.devices[book.device_id]
        slot, read_at_us = book.just_read or (0, -1)
        just_read = slot if read_at_us == now_us else None
        needs = LockNeeds(
            mirror=book.mirror,
            slots_max=device.slots or device.facts.slots,
            reserved_slots=device.facts.reserved_slots,
            has_info=book.has_info,
            believed_dead=book.belief is Belief.DEAD,
            supports_checksum=book.supports_checksum,
            wants_walk=book.wants_walk,
            wants_ping=book.wants_ping,
            wants_slots=tuple(book.wants_slots),
            resync_due=book.resync_due,
            held=self._world.held(book.device_id),
            to_clear=frozenset(book.to_clear),
            just_read=just_read,
            may_write=now_us >= book.writes_from_us,
            keeping=self._hours.keeping(book),
            provider_chooses=device.facts.provider_chooses_pin,
        )
        return next_operation(needs, self._world.codes_of(book.device_id), now_us)

    def _take_slot(self, choice: TakeSlot) -> None:
        code = self._world.codes[choice.access_code_id]
        errors = tuple(problem for problem in code.errors if problem.error_code != NO_SPACE)
        # Nothing was sent to this slot yet, whatever was sent to another.
        self._world.put_code(replace(code, slot=choice.slot, sends=0, errors=errors))
        self._world.save()

    def _send(self, book: Book, operation: Operation) -> None:
        book.sequence += 1
        book.busy = Busy(operation, book.sequence)
        book.just_read = None
        command = operation.command
        if operation.access_code_id is not None and isinstance(command, WRITES):
            self._mark_sent(book, operation.access_code_id, command)
        self._hours.sent(book, command)
        self._parts.counters.add("commands")
        self._parts.trace(
            "gateway.command.sent",
            lock=self._world.devices[book.device_id].name,
            command=type(command).__name__,
            slot=getattr(command, "slot", None),
            pin=getattr(command, "pin", None),
        )
        self._radio.send(self._world.devices[book.device_id], book.sequence, command)

    def _mark_sent(self, book: Book, access_code_id: str, command: object) -> None:
        """From here on the lock may have obeyed, whatever comes back."""
        code = self._world.codes[access_code_id]
        run = book.run_of(access_code_id)
        run.forget_word()
        if isinstance(command, WRITES):
            book.mirror.unsure.add(command.slot)
        if isinstance(command, SetCode | AssignCode):
            code = replace(code, sends=code.sends + 1)
        if isinstance(command, SetCode):
            run.unfound.append(Sent(command.pin, command.slot, self._parts.now_us()))
            run.is_cleared = False
        self._world.put_code(replace(code, progress=Progress.DOUBT, attempts=code.attempts + 1))

    def _arm(self, book: Book) -> None:
        """One timer per lock at most: for the next thing that time alone brings."""
        codes = self._world.codes_of(book.device_id)
        times = [next_wake_us(codes, self._parts.now_us())]
        now_us = self._parts.now_us()
        if book.busy is None and book.host_up:
            times.append(self._reach.look_in_at_us(book))
            if book.retry_at_us is not None and book.retry_at_us > now_us:
                times.append(book.retry_at_us)
            clock_at_us = book.clock.retry_at_us
            if clock_at_us is not None and clock_at_us > now_us:
                times.append(clock_at_us)
            if book.writes_from_us > now_us and self._rows.has_work(book.device_id):
                times.append(book.writes_from_us)
        at_us = min((time for time in times if time is not None), default=None)
        if book.wake is not None:
            if book.wake.live and book.wake.due_us == at_us:
                return
            book.wake.cancel()
            book.wake = None
        if at_us is not None:
            device_id = book.device_id
            name = self._world.devices[device_id].name
            book.wake = self._parts.clock.call_at(at_us, lambda: self._woken(device_id), order=name)

    def _woken(self, device_id: str) -> None:
        book = self._world.books[device_id]
        book.wake = None
        if book.look_in_at_us is not None and book.look_in_at_us <= self._parts.now_us():
            book.look_in_at_us = None
            book.resync_due = True  # wanted or not
        self.poke(device_id)

    # What comes back.

    def on_report(self, device_id: str, sequence: int, report: Report) -> None:
        """The end of a command. A late one, given up before, is only a sign of life."""
        book = self._world.books[device_id]
        if book.busy is None or book.busy.sequence != sequence:
            if report.transmit is Transmit.OK and report.rejection is None:
                self.hubs.worked(book)
                self._reach.acknowledged(book)
                self.poke(device_id)
            return
        operation = book.busy.operation
        self._end(book)
        if isinstance(operation.command, SetCode | ClearCode):
            book.writes_from_us = self._parts.now_us() + self._parts.settings.pacing.code_gap_us
        if report.rejection is Rejection.STALE:
            self._reach.superseded(book)
        elif report.rejection is not None:
            self._reach.silent(book, report.transmit)
        elif report.transmit is Transmit.FAIL:
            self.hubs.failed(book)
        else:
            self.hubs.worked(book)
            self._told(book, operation, report)
        self.poke(device_id)
        self.hubs.serve(device_id)

    def _told(self, book: Book, operation: Operation, report: Report) -> None:
        """A command was sent. What the lock answered, if it did."""
        if report.transmit is not Transmit.OK:
            self._reach.silent(book, report.transmit)
            return
        book.spoke_meanwhile = False
        self._reach.acknowledged(book)
        if answers(operation.command, report.body):
            book.unanswered = 0
            self._learn(book, operation, report)
        else:
            self._unanswered(book)

    def _end(self, book: Book) -> None:
        """Nothing is under way to this lock any more."""
        book.busy = None
        self.hubs.release(book)

    def _unanswered(self, book: Book) -> None:
        """The lock is there and does not say what it was asked: ask again after a pause.

        One that goes on like that is no better than a silent one to those who wait for it.
        """
        book.unanswered += 1
        book.retry_at_us = self._parts.now_us() + backoff_us(book.unanswered, self._parts.below)
        self._parts.trace(
            "gateway.lock.no_answer",
            lock=self._world.devices[book.device_id].name,
            times=book.unanswered,
        )
        if book.unanswered >= SILENCES_UNTIL_DEAD:
            self._listener.locks_silent([book.device_id])

    def _learn(self, book: Book, operation: Operation, report: Report) -> None:
        self._observer.incarnation(book, report.incarnation)
        code = self._world.codes.get(operation.access_code_id or "")
        if isinstance(operation.command, SetSchedule) and code is not None:
            run = book.run_of(code.access_code_id)
            run.hours_written += 1
            run.hours_refused = report.supervision is Supervision.FAIL
        elif isinstance(operation.command, WRITES) and code is not None:
            self._written(book, operation.command, report, code)
        elif isinstance(report.body, ScheduleBody | ClockBody):
            self._hours.heard(book, report.body, code)
        elif report.body is not None:
            if isinstance(operation.command, ReadCode):
                book.just_read = (operation.command.slot, self._parts.now_us())
            self._observer.body(book, report.body, code)
        book.tell_waiters()

    def _written(self, book: Book, command: Command, report: Report, code: CodeRecord) -> None:
        """A lock had a command that changes a code, and may have said no to it."""
        run = book.run_of(code.access_code_id)
        said_no = report.supervision is Supervision.FAIL
        if isinstance(command, SetCode) and said_no:
            run.refused(command.pin)
        if not said_no:
            run.taken_in = command.slot if isinstance(command, SetCode) else None
        if isinstance(command, SetCode) and command.pin != code.pin:
            return  # the row has another code by now, of which the lock has said nothing
        run.refused_by_supervision = said_no
        run.said_yes = report.supervision is Supervision.SUCCESS
        run.acknowledged = True
        if isinstance(command, ClearCode):
            book.to_clear.discard(code.access_code_id)
            run.is_cleared = not said_no

    def on_notice(self, device_id: str, notice: Notice) -> None:
        """A lock said something unasked."""
        book = self._world.books[device_id]
        self.hubs.worked(book)
        self._reach.spoke(book)
        self._observer.incarnation(book, notice.incarnation)
        lost = book.notice_number is not None and notice.number > book.notice_number + 1
        book.notice_number = notice.number
        if lost:
            book.wants_walk = True
            book.told_all_since_us = self._parts.now_us()
        if notice.event in LockEvent.CHANGES_CODES:
            whole = notice.slot is None or notice.event == LockEvent.MASTER_CODE_CHANGED
            if whole or notice.event == LockEvent.ALL_CODES_DELETED:
                book.wants_walk = True
                book.told_all_since_us = self._parts.now_us()
            elif notice.slot is not None:
                book.told_of[notice.slot] = self._parts.now_us()
                book.mirror.unsure.add(notice.slot)
                if notice.slot not in book.wants_slots:
                    book.wants_slots.append(notice.slot)
        self.poke(device_id)
        self.hubs.serve(device_id)

    # Links and time.

    def host_up(self, device_id: str) -> None:
        """The stream to this lock's host is open. What was said meanwhile is lost."""
        book = self._world.books[device_id]
        book.host_up = True
        book.busy = None  # the stream before may have ended in the same instant
        self.hubs.starts_afresh(book)
        book.retry_at_us = None
        book.silences = 0
        if book.belief is Belief.DEAD:
            book.belief = Belief.UNKNOWN
        book.notice_number = None
        book.told_all_since_us = self._parts.now_us()
        book.wants_walk = book.has_info
        book.forget_hours()
        self.poke(device_id)
        self.hubs.serve(device_id)

    def host_down(self, device_id: str) -> None:
        """The stream ended. What was under way may have been obeyed."""
        book = self._world.books[device_id]
        book.host_up = False
        book.busy = None
        self.hubs.starts_afresh(book)
        book.belief = Belief.UNKNOWN
        book.tell_waiters()

    def host_gone(self, device_id: str) -> None:
        """Its host could not be reached several times: offline until the stream is open again."""
        book = self._world.books[device_id]
        if not book.host_up:
            self._reach.given_up(book)

    def host_silent(self, device_ids: list[str]) -> None:
        """A host took commands and reported none for too long: their ends are unknown."""
        for device_id in device_ids:
            book = self._world.books[device_id]
            if book.busy is not None:
                self._end(book)
                self._reach.silent(book, Transmit.NO_ACK)
                self.poke(device_id)
                self.hubs.serve(device_id)

    def look_again(self, device_id: str) -> None:
        """There is something new to do on a lock: do not wait for the end of its back-off."""
        book = self._world.books[device_id]
        book.retry_at_us = None
        self.hubs.hurry(book)
        self.poke(device_id)
        self.hubs.serve(device_id)

    def check(self, device_id: str) -> None:
        """Time for a look at the whole lock."""
        book = self._world.books[device_id]
        book.resync_due = True
        self.poke(device_id)


def _goes_on(book: Book, operation: Operation) -> bool:
    """Whether a command ends what the one before began: a write right after its slot was read."""
    return book.just_read is not None and isinstance(operation.command, SetCode)
