"""`update` and `update_multiple`: another desired state, durable before a lock is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.engine.admit import view_of
from gateway.engine.book import Belief
from gateway.engine.facts import lock_facts, refusal_of
from gateway.policy.attempts import AttemptType
from gateway.policy.errors import (
    AccessCodeBeingRemoved,
    AccessCodeNotFound,
    CodeCannotBeSet,
    CommonCodeKeyNotFound,
    DeviceOffline,
    GatewayError,
    InvalidInput,
    Problem,
)
from gateway.policy.judge import judge
from gateway.policy.mutations import Change
from gateway.policy.names import device_name
from gateway.policy.operations import is_spare
from gateway.policy.records import CodeKind, Progress, UnmanagedRecord, Want
from gateway.policy.schedule import timing_of_row
from gateway.policy.update import (
    check_type,
    mutations_of,
    parse_update,
    parse_update_multiple,
    updated,
)
from gateway.policy.views import attempt_view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.engine.admission import Admission
    from gateway.engine.attempts import Attempts
    from gateway.engine.dispatch import Dispatcher
    from gateway.engine.parts import Parts
    from gateway.engine.rows import Rows
    from gateway.policy.answers import AttemptView
    from gateway.policy.attempts import AttemptRecord
    from gateway.policy.mutations import Mutation
    from gateway.policy.records import CodeRecord
    from gateway.policy.update import Update, UpdateOne
    from latchbench.lockstep import Answer
    from latchbench.pin import Pin


class Updates:
    """Changes rows; what their locks have to do about it is for the dispatcher."""

    def __init__(
        self,
        parts: Parts,
        rows: Rows,
        dispatcher: Dispatcher,
        admission: Admission,
        attempts: Attempts,
    ) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = rows
        self._dispatcher = dispatcher
        self._admission = admission
        self._attempts = attempts

    # One row.

    def update(self, body: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        """Another name, code, time or rule for one access code."""
        try:
            wanted = parse_update(body, self._parts.now_us())
            code = self._find(wanted)
            self._check(wanted, code)
        except GatewayError as error:
            answer.fail(error)
            return
        if wanted.update.is_managed is False:
            attempt = self._let_go(code)
        else:
            attempt = self._change(code, wanted.update)
        settings = self._parts.settings
        sync = wanted.sync if wanted.sync is not None else settings.programming == "sync"

        def durable() -> None:
            if sync:
                deadline_us = self._parts.now_us() + settings.sync_deadline_us
                self._attempts.wait(attempt, deadline_us, lambda: answer.ok(self._told(attempt)))
            else:
                answer.ok(self._told(attempt))
            self._dispatcher.look_again(code.device_id)

        self._world.save(durable)

    def _find(self, wanted: UpdateOne) -> CodeRecord:
        code = self._world.codes.get(wanted.access_code_id)
        if code is None or is_spare(code) or not self._world.is_listed(code):
            raise AccessCodeNotFound
        if wanted.device_id not in (None, code.device_id):
            raise AccessCodeNotFound
        if code.want is Want.ABSENT:
            raise AccessCodeBeingRemoved
        return code

    def _check(self, wanted: UpdateOne, code: CodeRecord) -> None:
        """Raise what stands in the way of an update, in the order of `create_multiple`."""
        check_type(wanted.update, code)
        if code.kind is CodeKind.OFFLINE:
            message = "An offline access code cannot be changed: its lock never hears of it"
            raise InvalidInput([Problem("access_code_id", message)])
        if wanted.update.is_managed is False and code.progress is not Progress.THERE:
            message = "Only a code that is on its lock can be let go"
            raise InvalidInput([Problem("is_managed", message)])
        device = self._world.devices[code.device_id]
        self._admission.times.check_change(wanted.update.starts_at_us, [(code, device)])
        offline = self._world.books[code.device_id].belief is Belief.DEAD
        if offline and not wanted.attempt_for_offline_device:
            raise DeviceOffline([code.device_id])
        if wanted.update.code is not None and wanted.update.code != code.pin:
            self._check_code(code, wanted.update.code)

    def _check_code(self, code: CodeRecord, pin: Pin) -> None:
        """Raise `CodeCannotBeSet` for a code that the lock is known not to take."""
        device = self._world.devices[code.device_id]
        reasons = judge(lock_facts(self._parts, device, without=code.access_code_id), pin)
        if reasons:
            refusals = [
                refusal_of(device.device_id, reason.word, reason.message, reason.owner, self._parts)
                for reason in reasons[:1]
            ]
            only_in_use = all(reason.detail == "pin_in_use" for reason in reasons)
            raise CodeCannotBeSet(refusals, duplicate_only=only_in_use)

    def _change(self, code: CodeRecord, update: Update) -> AttemptRecord:
        self._apply(code, update)
        return self._attempts.begin(AttemptType.UPDATE, self._world.codes[code.access_code_id])

    def _apply(self, code: CodeRecord, update: Update) -> None:
        now_us = self._parts.now_us()
        mutations = mutations_of(update, code, now_us)
        times = [one.after for one in mutations if one.mutation_code is Change.TIME_FRAME]
        row = updated(
            code,
            update,
            device_name=self._device_name(code, update, mutations),
            timing=self._admission.times.changed(code, times[0]) if times else timing_of_row(code),
            mutations=mutations,
            now_us=now_us,
        )
        self._world.put_code(row)
        run = self._world.books[code.device_id].run_of(code.access_code_id)
        run.misses = 0
        if row.pin != code.pin:
            run.forget_word()  # that was about the code before
        self._parts.trace(
            "gateway.code.update",
            lock=self._rows.name(code),
            changes=",".join(mutation.mutation_code.value for mutation in mutations),
            pin=row.pin,
        )
        if mutations:
            self._rows.event("access_code.mutations_requested", row, mutations)
        if not row.mutations:
            for mutation in mutations:
                self._rows.tell_change(row, mutation)

    def _device_name(self, code: CodeRecord, update: Update, mutations: Sequence[Mutation]) -> str:
        if not any(mutation.mutation_code is Change.NAME for mutation in mutations):
            return code.device_name
        facts = self._world.devices[code.device_id].facts
        unique = facts.name_must_be_unique or "name_must_be_unique" in facts.constraints
        others = self._world.codes_of(code.device_id) if unique else []
        taken = [row.device_name for row in others if row.access_code_id != code.access_code_id]
        return device_name(update.name, taken, facts.name_length_max)

    def _let_go(self, code: CodeRecord) -> AttemptRecord:
        """The code stays on its lock and is nobody's any more: an unmanaged one, of the same id."""
        assert code.slot is not None
        self._rows.event("access_code.unmanaged.created", code)
        self._parts.trace("gateway.code.let_go", lock=self._rows.name(code), slot=code.slot)
        self._world.drop_code(code)
        self._world.put_unmanaged(
            UnmanagedRecord(
                code.access_code_id, code.device_id, code.slot, code.pin, code.created_at_us
            )
        )
        return self._attempts.begin(AttemptType.UPDATE, code, done=True)

    def _told(self, attempt: AttemptRecord) -> AttemptView:
        current = self._world.attempts[attempt.action_attempt_id]
        code = self._world.codes.get(attempt.access_code_id)
        return attempt_view(current, None if code is None else view_of(self._parts, code))

    # All rows of a key.

    def update_multiple(self, body: Mapping[str, object], answer: Answer[None]) -> None:
        """Another name or time for all access codes of a key, in one transaction."""
        try:
            wanted = parse_update_multiple(body, self._parts.now_us())
            codes = [
                code
                for code in self._world.with_key(wanted.common_code_key)
                if self._world.is_listed(code)
            ]
            if not codes:
                raise CommonCodeKeyNotFound
            places = [(code, self._world.devices[code.device_id]) for code in codes]
            self._admission.times.check_change(wanted.update.starts_at_us, places)
        except GatewayError as error:
            answer.fail(error)
            return
        for code in codes:
            self._apply(code, wanted.update)

        def durable() -> None:
            answer.ok(None)
            for code in codes:
                self._dispatcher.look_again(code.device_id)

        self._world.save(durable)
