"""Spare codes: a few that lie on a lock, for the day when a guest's own cannot be set.

A lock keeps spares while some code on it wants them, and gives them up with the last one. They are
drawn one by one when nothing else is to be done there, into slots that no code has been promised.
A spare is in the lock from then on and opens it; it is nobody's secret until it is pulled. A pulled
one is what its guest was asked for: it is named and ends like the code that it stands in for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.engine.admit import view_of
from gateway.engine.book import Belief
from gateway.engine.facts import lock_facts
from gateway.policy.errors import (
    AccessCodeNotFound,
    AccessCodeNotTimeBound,
    GatewayError,
    InvalidInput,
    NoBackupAccessCode,
    Problem,
)
from gateway.policy.mirror import Knowledge
from gateway.policy.operations import POOL_SIZE, free_slots, is_due, is_spare
from gateway.policy.plan import own_code
from gateway.policy.queries import parse_pull
from gateway.policy.records import (
    CodeKind,
    CodeRecord,
    CodeWarning,
    GroupRecord,
    GroupState,
    Progress,
    PulledView,
    Want,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.engine.book import Book
    from gateway.engine.parts import Parts, Thinking
    from gateway.engine.rows import Rows
    from gateway.policy.choose import Choice, Draw
    from latchbench.jobs import Ticket
    from latchbench.lockstep import Answer

SPARE_NAME = "Backup access code"


class Backups:
    """Keeps the pools, and pulls from them."""

    def __init__(self, parts: Parts, rows: Rows, thinking: Thinking, draw: Draw) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = rows
        self._thinking = thinking
        self._draw = draw
        self._drawing: set[str] = set()
        self.look_again: Callable[[str], None] = lambda device_id: None

    # The pool.

    def tend(self, device_id: str) -> None:
        """Draw one more spare, or give all up, when a lock has nothing else to do."""
        codes = self._world.codes_of(device_id)
        spares = [code for code in codes if is_spare(code) and code.want is Want.PRESENT]
        users = [code for code in codes if self._uses_pool(code)]
        if not users:
            for spare in spares:
                self._rows.make_absent(spare)
            if spares:
                self._world.save()
            return
        book = self._world.books[device_id]
        if len(spares) >= POOL_SIZE or device_id in self._drawing or not self._is_idle(book):
            return
        if self._room(book, codes) > 0:
            self._draw_spare(device_id, users[0])

    def _uses_pool(self, code: CodeRecord) -> bool:
        wanted = code.want is Want.PRESENT and code.uses_backup_pool
        return wanted and self._world.is_listed(code)

    def _is_idle(self, book: Book) -> bool:
        reached = book.host_up and book.busy is None and book.belief is not Belief.DEAD
        read = book.has_info and book.mirror.knowledge is Knowledge.FULL
        return reached and read and not self._rows.has_work(book.device_id)

    def _room(self, book: Book, codes: list[CodeRecord]) -> int:
        """Slots that are free and promised to nobody, also not to a code that comes later."""
        device, now_us = self._world.devices[book.device_id], self._parts.now_us()
        slots_max = device.slots or device.facts.slots
        free = free_slots(book.mirror, slots_max, device.facts.reserved_slots, codes, now_us)
        later = sum(
            1
            for code in codes
            if code.slot is None
            and code.kind is CodeKind.ONLINE
            and code.want is Want.PRESENT
            and not is_due(code, now_us)
        )
        return free - later

    def _draw_spare(self, device_id: str, user: CodeRecord) -> None:
        self._drawing.add(device_id)
        facts = lock_facts(self._parts, self._world.devices[device_id])
        length = None if user.pin is None else len(user.pin)
        version = self._world.books[device_id].codes_version

        def drawn(ticket: Ticket[Choice | None]) -> None:
            self._drawing.discard(device_id)
            choice = ticket.result()
            if self._world.books[device_id].codes_version != version:
                self.tend(device_id)
            elif choice is not None:
                self._add(device_id, choice)

        self._thinking.think(
            "a backup code",
            lambda: own_code(facts, preferred_length=length, draw=self._draw),
            drawn,
        )

    def _add(self, device_id: str, choice: Choice) -> None:
        now_us = self._parts.now_us()
        group = GroupRecord(
            group_id=self._parts.new_id(),
            state=GroupState.COMMITTED,
            behavior="throw",
            created_at_us=now_us,
            common_code_key=None,
        )
        spare = CodeRecord(
            access_code_id=self._parts.new_id(),
            group_id=group.group_id,
            device_id=device_id,
            position=0,
            name=SPARE_NAME,
            device_name=SPARE_NAME,
            pin=choice.pin,
            common_code_key=None,
            want=Want.PRESENT,
            progress=Progress.OPEN,
            created_at_us=now_us,
            kind=CodeKind.BACKUP,
        )
        self._world.put_group(group)
        self._world.put_code(spare)
        name = self._world.devices[device_id].name
        self._parts.trace("gateway.backup.drawn", lock=name, pin=choice.pin)
        self._world.save(lambda: self.look_again(device_id))

    # Pulling.

    def pull(self, query: Mapping[str, object], answer: Answer[PulledView]) -> None:
        """Give a code's guest a spare; the same one again if that was done before."""
        try:
            code = self._asked_for(query)
            backup = self._pulled_before(code) or self._pull(code)
        except GatewayError as error:
            answer.fail(error)
            return
        access_code_id = backup.access_code_id

        def durable() -> None:
            held = self._world.codes.get(access_code_id, backup)
            answer.ok(PulledView(view_of(self._parts, held)))
            self.look_again(backup.device_id)

        self._world.save(durable)

    def _asked_for(self, query: Mapping[str, object]) -> CodeRecord:
        code = self._world.codes.get(parse_pull(query))
        if code is None or is_spare(code) or not self._world.is_listed(code):
            raise AccessCodeNotFound
        if not code.is_time_bound:
            raise AccessCodeNotTimeBound
        if not code.uses_backup_pool:
            message = "This access code does not use the backup pool of its device"
            raise InvalidInput([Problem("access_code_id", message)])
        return code

    def _pulled_before(self, code: CodeRecord) -> CodeRecord | None:
        return self._world.codes.get(code.pulled_backup_id or "")

    def _pull(self, code: CodeRecord) -> CodeRecord:
        spares = [
            spare
            for spare in self._world.codes_of(code.device_id)
            if is_spare(spare) and spare.want is Want.PRESENT and spare.progress is Progress.THERE
        ]
        if not spares or code.want is Want.ABSENT:
            raise NoBackupAccessCode
        now_us = self._parts.now_us()
        book = self._world.books[code.device_id]
        backup = replace(
            spares[0],
            name=code.name,
            device_name=code.device_name,
            starts_at_us=now_us,
            ends_at_us=code.ends_at_us,
            # It was always open; from now on such a lock itself shuts it at the end.
            is_native=book.supports_schedules,
            was_set=True,
        )
        warning = CodeWarning(
            "using_backup_access_code", "A backup access code was pulled for this one.", now_us
        )
        original = replace(
            code, pulled_backup_id=backup.access_code_id, warnings=(*code.warnings, warning)
        )
        self._world.put_code(backup)
        self._world.put_code(original)
        self._parts.trace("gateway.backup.pulled", lock=self._rows.name(code), pin=backup.pin)
        self._rows.event(
            "access_code.backup_access_code_pulled",
            original,
            backup_access_code_id=backup.access_code_id,
        )
        return backup
