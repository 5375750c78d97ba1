"""Changes of rows that several parts of the engine make, each in one place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gateway.engine.remnants import Remnants
from gateway.policy.mutations import Change
from gateway.policy.operations import NO_SPACE, is_due, is_hidden, is_in_the_way, is_spare
from gateway.policy.records import CodeKind, CodeProblem, EventRecord, Progress, Want
from gateway.policy.schedule import is_ahead

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.engine.parts import Parts
    from gateway.policy.mutations import Mutation
    from gateway.policy.records import CodeRecord


# Events that carry the code itself.
WITH_CODE = frozenset({"set_on_device", "scheduled_on_device", "deleted"})


class Rows:
    """Rows that are no longer wanted, rows that are gone, and what is told about them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._world = parts.world
        self.remnants = Remnants(parts)
        self.on_gone: Callable[[CodeRecord], None] = self._world.drop_code

    def expire(self, device_id: str) -> None:
        """Codes whose window has ended are wanted absent from now on.

        One that fell due again before its lock was cleared of it has to be read again.
        """
        now_us = self._parts.now_us()
        for code in self._world.codes_of(device_id):
            # Deleted before: the lock does not take it any more, so its digits are free again.
            if is_hidden(code) and code.ends_at_us is not None and code.ends_at_us <= now_us:
                self._world.drop_code(code)
                self._world.save()
            elif is_in_the_way(code, now_us) and self._world.is_listed(code):
                self._world.put_code(replace(code, progress=Progress.DOUBT))
        ended = [
            code
            for code in self._world.codes_of(device_id)
            if code.want is Want.PRESENT
            and code.ends_at_us is not None
            and code.ends_at_us <= now_us
            and self._world.is_listed(code)
        ]
        for code in ended:
            self._parts.trace("gateway.code.expired", lock=self.name(code), pin=code.pin)
            self.make_absent(code)
        if ended:
            self._world.save()

    def begun(self, device_id: str) -> list[CodeRecord]:
        """Codes that were waiting in a lock that keeps hours, and open from now on."""
        now_us = self._parts.now_us()
        return [
            code
            for code in self._world.codes_of(device_id)
            if code.is_native
            and code.want is Want.PRESENT
            and code.progress is Progress.THERE
            and not code.was_set
            and not is_ahead(code, now_us)
            and self._world.is_listed(code)
        ]

    def load_just_in_time(self, device_id: str) -> None:
        """The lock keeps no hours, whatever the hub's database says: they are kept for it."""
        lead_us = self._parts.settings.jit_lead_us
        for code in self._world.codes_of(device_id):
            if code.is_native and code.starts_at_us is not None:
                load_at_us = max(code.created_at_us, code.starts_at_us - lead_us)
                self._world.put_code(replace(code, is_native=False, load_at_us=load_at_us))

    def make_absent(self, code: CodeRecord) -> None:
        """A code is no longer wanted, nor its pulled backup. One never sent is gone at once.

        An offline code cannot be taken back: its row is hidden until the lock takes it no more.
        """
        backup = self._world.codes.get(code.pulled_backup_id or "")
        if backup is not None and backup.want is Want.PRESENT:
            self.make_absent(backup)
        ends_at_us = code.ends_at_us or 0
        is_out = code.kind is CodeKind.OFFLINE and code.pin and self._world.is_listed(code)
        if is_out and self._parts.now_us() < ends_at_us:
            self._parts.trace("gateway.code.not_revoked", lock=self.name(code), pin=code.pin)
            self.event("access_code.deleted", code)
            self._world.put_code(replace(code, want=Want.ABSENT))
            return
        code = replace(code, want=Want.ABSENT, attempts=0, retry_at_us=None)
        untouched = code.progress in (Progress.OPEN, Progress.REFUSED)
        if code.slot is None or (untouched and not self._may_be_in_its_slot(code)):
            self.missed(code)
            return
        if untouched:
            code = replace(code, progress=Progress.DOUBT, sends=max(code.sends, 1))
        self._world.put_code(code)

    def _may_be_in_its_slot(self, code: CodeRecord) -> bool:
        """Whether something of a code was sent to its slot, and what was read since is no proof.

        Behind a mask one look is none: later it could not be told from somebody's own.
        """
        run = self._world.books[code.device_id].run_of(code.access_code_id)
        masks = self._world.devices[code.device_id].facts.masks
        is_hidden = masks and any(sent.slot == code.slot for sent in run.unfound)
        return code.sends > 0 or run.taken_in == code.slot or is_hidden

    def missed(self, code: CodeRecord) -> None:
        """A code that is not wanted on its lock, or not yet, is not in its slot.

        Unless something was sent for it that may be in another one: the whole lock is read first.
        """
        book = self._world.books[code.device_id]
        if book.run_of(code.access_code_id).unfound:
            book.wants_walk = True
            self._world.put_code(replace(code, progress=Progress.OPEN, slot=None))
        else:
            self.not_there(code)

    def gone(self, code: CodeRecord) -> None:
        """A code is known not to be on its lock, and is not wanted there."""
        self.remnants.left(code)
        code = replace(code, progress=Progress.GONE)
        self._world.put_code(code)
        if code.sends:
            self._parts.trace(
                "gateway.code.gone", lock=self.name(code), slot=code.slot, pin=code.pin
            )
        self.on_gone(code)

    def reopen(self, device_id: str) -> None:
        """Something left the lock: codes that it refused may be worth another try."""
        book = self._world.books[device_id]
        if book.refused_pins:
            book.refused_pins.clear()
            book.codes_version += 1
        for code in self._world.codes_of(device_id):
            refused = code.progress is Progress.REFUSED and code.want is Want.PRESENT
            if refused and self._world.is_listed(code):
                self._world.put_code(replace(code, progress=Progress.OPEN))

    def not_there(self, code: CodeRecord) -> None:
        """A code that is not wanted on its lock, or not yet, is known not to be there."""
        if code.want is Want.ABSENT:
            self.gone(code)
        else:
            self.withdrawn(code)

    def withdrawn(self, code: CodeRecord) -> None:
        """A code is known not to be on its lock, where it is wanted only later."""
        self.remnants.left(code)
        was_there = code.was_set or code.attempts > 0
        code = replace(afresh(code), was_set=False, was_scheduled=False, errors=())
        self._parts.trace("gateway.code.withdrawn", lock=self.name(code), pin=code.pin)
        self._world.put_code(code)
        if was_there:
            self.event("access_code.removed_from_device", code)
        self.followed(code)

    def followed(self, code: CodeRecord) -> CodeRecord:
        """The lock has followed all changes of a row: tell of them, and be done with them."""
        if not code.mutations:
            return code
        for mutation in code.mutations:
            self.tell_change(code, mutation)
        code = replace(code, mutations=())
        self._world.put_code(code)
        return code

    def tell_change(self, code: CodeRecord, mutation: Mutation) -> None:
        """An event that something of a row has changed."""
        kind = _CHANGED[mutation.mutation_code]
        self.event(f"access_code.{kind}", code, (mutation,))

    def add_problem(self, code: CodeRecord, problem: CodeProblem) -> CodeRecord:
        """The row with one more entry in `errors`, in place of an older one of the same kind."""
        others = [item for item in code.errors if item.error_code != problem.error_code]
        code = replace(code, errors=(*others, problem))
        self._world.put_code(code)
        return code

    def event(
        self,
        event_type: str,
        code: CodeRecord,
        mutations: tuple[Mutation, ...] = (),
        *,
        backup_access_code_id: str | None = None,
    ) -> None:
        """Note an event about a row that callers may see; others are never told of."""
        if not self._world.is_listed(code) or is_spare(code):
            return
        of_code = any(mutation.mutation_code is Change.CODE for mutation in mutations)
        with_code = of_code or event_type.rsplit(".", 1)[-1] in WITH_CODE
        issue = ".failed_" in event_type
        self._parts.trace(
            "gateway.event", event_type=event_type, lock=self.name(code), pin=code.pin
        )
        self._world.note(
            EventRecord(
                event_id=self._parts.new_id(),
                event_type=event_type,
                occurred_at_us=self._parts.now_us(),
                device_id=code.device_id,
                access_code_id=code.access_code_id,
                code=code.pin if with_code else None,
                errors=code.errors if issue else (),
                warnings=code.warnings if issue else (),
                old_code=code.old_pins[0] if of_code and code.old_pins else None,
                mutations=mutations,
                backup_access_code_id=backup_access_code_id,
            )
        )

    def has_work(self, device_id: str) -> bool:
        """Whether a row of this lock waits for something to be done to it now."""
        now_us = self._parts.now_us()
        provider_chooses = self._world.devices[device_id].facts.provider_chooses_pin
        return any(
            (code.want is Want.ABSENT and not is_hidden(code))
            or code.progress is Progress.DOUBT
            or (code.progress is Progress.THERE and not is_due(code, now_us))
            or (_is_to_be_set(code, now_us) and (code.pin is not None or provider_chooses))
            for code in self._world.codes_of(device_id)
        )

    def provider_chooses(self, code: CodeRecord) -> bool:
        """Whether the lock's own side makes the PIN, and nobody else can."""
        return self._world.devices[code.device_id].facts.provider_chooses_pin

    def name(self, code: CodeRecord) -> str:
        """The lock's name."""
        return self._world.devices[code.device_id].name


_CHANGED: Final = {
    Change.CODE: "code_changed",
    Change.NAME: "name_changed",
    Change.TIME_FRAME: "time_frame_changed",
}


def afresh(code: CodeRecord) -> CodeRecord:
    """The row as one of which nothing is on its lock, to be set in whatever slot is free."""
    return replace(
        code, progress=Progress.OPEN, slot=None, sends=0, attempts=0, retry_at_us=None, old_pins=()
    )


def _is_to_be_set(code: CodeRecord, now_us: int) -> bool:
    """Due, not written yet, and not merely waiting for a slot to become free."""
    waits_for_space = any(problem.error_code == NO_SPACE for problem in code.errors)
    online = code.kind is not CodeKind.OFFLINE and is_due(code, now_us)
    return code.progress is Progress.OPEN and online and not waits_for_space
