"""Hours that locks keep by themselves, and their clocks: what was read of them, and what is to do.

What a lock keeps is learned from the lock and never assumed. Hours of a slot are read before a code
goes into it, because somebody else may have left some there, and after every write. The clock is
read before the first hours are relied on, four times a day from then on, and whenever the lock was
away; it is set when it is off, and read again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.policy.commands import ClearCode, ClockBody, ReadClock, SetClock, SetSchedule
from gateway.policy.operations import is_due
from gateway.policy.records import Progress, Want
from gateway.policy.retry import WRITES_UNTIL_REFUSED, backoff_us
from gateway.policy.schedule import ALWAYS, CLOCK_CHECK_US, Hours, Keeping, clock_is_off, serve

if TYPE_CHECKING:
    from gateway.engine.book import Book, ClockWatch
    from gateway.engine.parts import Parts
    from gateway.policy.commands import Command, ScheduleBody
    from gateway.policy.records import CodeRecord

# A clock that was set twice and is still off is tried again later, and later.
CLOCK_SETS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class HourKeeper:
    """Looks after the hours of every lock that keeps some."""

    parts: Parts

    def keeping(self, book: Book) -> Keeping | None:
        """What the next operation has to know; None for a lock that keeps no hours."""
        if not book.supports_schedules:
            return None
        now_us = self.parts.now_us()
        codes = self.parts.world.codes_of(book.device_id)
        ours = {code.slot for code in codes}
        return Keeping(
            known=book.hours,
            stale=tuple(sorted(slot for slot in book.our_hours if slot not in ours)),
            clock=self._clock(book.clock, codes, now_us),
            clock_is_right=book.clock.checked_at_us is not None,
        )

    def _clock(
        self, watch: ClockWatch, codes: list[CodeRecord], now_us: int
    ) -> ReadClock | SetClock | None:
        relied_on = any(
            code.is_native and code.want is Want.PRESENT and is_due(code, now_us) for code in codes
        )
        if not relied_on or (watch.retry_at_us is not None and watch.retry_at_us > now_us):
            return None
        if watch.is_off:
            return SetClock(now_us)
        checked_us = watch.checked_at_us
        stale = checked_us is None or now_us - checked_us >= CLOCK_CHECK_US
        return ReadClock() if stale else None

    def sent(self, book: Book, command: Command) -> None:
        """From here on the lock may have obeyed: what was read there counts no more."""
        if isinstance(command, SetSchedule):
            book.hours.pop(command.slot, None)
            has_hours = (command.not_before_us, command.not_after_us) != (None, None)
            if has_hours:
                book.our_hours.add(command.slot)
            else:
                book.our_hours.discard(command.slot)
        elif isinstance(command, ClearCode):
            # Hours go with the code; a slot that was not cleared is read again before it is used.
            book.hours.pop(command.slot, None)
            book.our_hours.discard(command.slot)
        elif isinstance(command, SetClock):
            book.clock.is_off = False

    def heard(self, book: Book, body: ScheduleBody | ClockBody, code: CodeRecord | None) -> None:
        """What a lock says of its hours (`code` is the row that they are for) or of its clock."""
        if isinstance(body, ClockBody):
            self._heard_clock(book, body)
            return
        hours = Hours(body.not_before_us, body.not_after_us)
        book.hours[body.slot] = hours
        if hours == ALWAYS:
            book.our_hours.discard(body.slot)
        if code is None:
            return
        run = book.run_of(code.access_code_id)
        if serve(hours, code, self.parts.now_us()):
            run.hours_written, run.hours_refused = 0, False
            self.parts.trace(
                "gateway.hours.verified", lock=self._name(book), slot=body.slot,
                not_before_us=hours.not_before_us, not_after_us=hours.not_after_us,
            )  # fmt: skip
        elif run.hours_refused or run.hours_written >= WRITES_UNTIL_REFUSED:
            run.hours_written, run.hours_refused = 0, False
            self._refused(book, code)

    def _refused(self, book: Book, code: CodeRecord) -> None:
        """A lock does not take the hours. A code that is not in it yet must not go there."""
        self.parts.trace("gateway.hours.refused", lock=self._name(book), slot=code.slot)
        world = self.parts.world
        if code.progress is Progress.OPEN:
            world.put_code(replace(code, progress=Progress.REFUSED, slot=None))
            book.wants_walk = True
            book.suspects.add(code.access_code_id)
            return
        attempts = code.attempts + 1
        retry_at_us = self.parts.now_us() + backoff_us(attempts, self.parts.below)
        world.put_code(replace(code, attempts=attempts, retry_at_us=retry_at_us))

    def _heard_clock(self, book: Book, body: ClockBody) -> None:
        watch, now_us = book.clock, self.parts.now_us()
        if not clock_is_off(body.clock_us, now_us):
            watch.checked_at_us, watch.tries, watch.retry_at_us = now_us, 0, None
            return
        watch.checked_at_us, watch.is_off = None, True
        watch.tries += 1
        self.parts.trace(
            "gateway.clock.off", lock=self._name(book), by_us=body.clock_us - now_us,
            times=watch.tries,
        )  # fmt: skip
        if watch.tries > CLOCK_SETS_AT_ONCE:
            late = watch.tries - CLOCK_SETS_AT_ONCE
            watch.retry_at_us = now_us + backoff_us(late, self.parts.below)

    def _name(self, book: Book) -> str:
        return self.parts.world.devices[book.device_id].name
