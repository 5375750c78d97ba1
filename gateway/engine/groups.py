"""What becomes of a group: decided once, in one transaction, and told only then.

A *pending* group belongs to a call that waits. Its rows are programmed like any other, but nobody
can see them, and one word of the store makes all of them real or takes all of them back. When the
gateway dies before that word, the group counts as aborted: nothing else has to be recovered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.engine.calls import Call, Outcome
from gateway.engine.facts import lock_facts, no_space, why_refused
from gateway.engine.rows import afresh
from gateway.engine.strangers import is_ours
from gateway.policy.errors import Cleanup, Refusal, Rollback, RollbackState
from gateway.policy.operations import NO_SPACE, is_due
from gateway.policy.plan import own_code
from gateway.policy.records import CodeKind, CodeProblem, GroupState, Progress, Want
from gateway.policy.retry import RANDOM_CODES_MAX
from gateway.policy.schedule import is_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.engine.parts import Parts, Thinking
    from gateway.engine.rows import Rows
    from gateway.policy.choose import Choice, Draw
    from gateway.policy.errors import GatewayError
    from gateway.policy.records import CodeRecord
    from latchbench.jobs import Ticket

UNCONFIRMED = "access_code_state_unconfirmed"
CURABLE = frozenset(
    {
        "pin_in_use",
        "keypad_collision",
        "length_not_supported",
        "digits_not_supported",
        "provider_chooses_pin",
        "offline_codes_only",
        "refused_by_lock",
    }
)
_PROBLEM_OF = {
    "pin_in_use": "duplicate_code_on_device",
    "keypad_collision": "duplicate_code_on_device",
    "length_not_supported": "code_constraints_violated",
    "digits_not_supported": "code_constraints_violated",
    "no_space": NO_SPACE,
}


class Groups:
    """Listens to what becomes of codes, decides groups, and keeps the rows' errors."""

    def __init__(self, parts: Parts, rows: Rows, thinking: Thinking, draw: Draw) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = rows
        self._thinking = thinking
        self._draw = draw
        self._calls: dict[str, Call] = {}
        self.look_again: Callable[[str], None] = lambda device_id: None
        self.attempts_silent: Callable[[str], None] = lambda device_id: None

    def open_count(self) -> int:
        """Groups that are not decided."""
        return len(self._calls)

    def announce(self, code: CodeRecord) -> None:
        """A row of a group that was committed when it was made."""
        self._rows.event("access_code.created", code)
        if code.errors:
            self._rows.event("access_code.failed_to_set_on_device", code)

    # A call that waits.

    def wait_for(self, call: Call, deadline_us: int) -> None:
        """Decide the group when all of its rows have an outcome, at the latest at the deadline."""
        self._calls[call.group_id] = call
        call.deadline = self._parts.clock.call_at(deadline_us, lambda: self._overdue(call))
        for code in self._world.codes_in(call.group_id):
            if self._gets_no_pin(code) or not is_due(code, self._parts.now_us()):
                call.outcomes[code.access_code_id] = Outcome.LATER
            elif code.progress is Progress.THERE:
                call.outcomes[code.access_code_id] = Outcome.THERE  # derived: nothing is sent
            elif any(problem.error_code == NO_SPACE for problem in code.errors):
                call.outcomes[code.access_code_id] = Outcome.KEPT
        self._decide_if_known(call)

    def _gets_no_pin(self, code: CodeRecord) -> bool:
        """Whether there is no PIN for a row, and nobody who will choose one."""
        return code.pin is None and not self._provider_chooses(code)

    def give_up_waiting(self, call: Call, access_code_id: str) -> None:
        """A lock that is offline is not waited for: its code is set when it comes back."""
        call.outcomes[access_code_id] = Outcome.KEPT

    def _overdue(self, call: Call) -> None:
        self._parts.trace("gateway.deadline", group=call.group_id)
        silent = [
            code
            for code in self._world.codes_in(call.group_id)
            if code.access_code_id not in call.outcomes
        ]
        self._unresponsive(call, silent)

    def _unresponsive(self, call: Call, rows: list[CodeRecord]) -> None:
        if not rows:
            return
        if call.throws:
            self._abort(call, [self._no_answer(code) for code in rows])
            return
        for code in rows:
            call.outcomes[code.access_code_id] = Outcome.KEPT
        self._decide_if_known(call)

    def _no_answer(self, code: CodeRecord) -> Refusal:
        name = self._world.devices[code.device_id].name
        return Refusal(code.device_id, "device_unresponsive", f"{name} does not answer")

    def _decide_if_known(self, call: Call) -> None:
        rows = self._world.codes_in(call.group_id)
        if all(code.access_code_id in call.outcomes for code in rows):
            self._commit(call)

    def _commit(self, call: Call) -> None:
        self._close(call)
        group = self._world.groups[call.group_id]
        self._world.put_group(replace(group, state=GroupState.COMMITTED))
        self._parts.trace("gateway.group.committed", group=call.group_id)
        for code in self._world.codes_in(call.group_id):
            self._rows.event("access_code.created", code)
            if code.kind is CodeKind.OFFLINE:
                continue  # nobody sets it
            if code.progress is Progress.THERE and code.pin is not None:
                self._set(code)
            elif code.errors:
                self._rows.event("access_code.failed_to_set_on_device", code)
        rows = self._world.codes_in(call.group_id)
        give = call.committed()
        self._world.save(lambda: self._answered(give, [code.device_id for code in rows]))

    def _answered(self, give: Callable[[], None], device_ids: list[str]) -> None:
        give()
        for device_id in device_ids:
            self._world.look_at(device_id)  # a window may have ended while the group was pending

    def _abort(self, call: Call, refusals: list[Refusal]) -> None:
        """Every row is wanted absent, in the same transaction that says so of the group."""
        self._close(call)
        group = self._world.groups[call.group_id]
        rows = self._world.codes_in(call.group_id)
        self._world.put_group(replace(group, state=GroupState.ABORTED))
        self._parts.trace(
            "gateway.group.aborted", group=call.group_id, reason=refusals[0].reason, pin=rows[0].pin
        )
        for code in rows:
            self._rows.make_absent(code)
        cleanup = tuple(
            Cleanup(code.device_id, "removing")
            for code in rows
            if code.access_code_id in self._world.codes
        )
        state = RollbackState.PENDING if cleanup else RollbackState.COMPLETE
        error = call.refusal(refusals, Rollback(state, cleanup))
        self._world.save(lambda: self._told(call, error, [code.device_id for code in rows]))

    def _told(self, call: Call, error: GatewayError, device_ids: list[str]) -> None:
        call.refused(error)
        for device_id in device_ids:
            self.look_again(device_id)

    def _close(self, call: Call) -> None:
        del self._calls[call.group_id]
        if call.deadline is not None:
            call.deadline.cancel()

    def stragglers(self, call: Call) -> dict[str, Refusal]:
        """Devices that got their own code after a lock refused the shared one, and why."""
        return dict(call.redrawn)

    # What became of a code.

    def code_there(self, code: CodeRecord) -> None:
        """Read back from the lock."""
        call = self._calls.get(code.group_id)
        if call is not None and code.want is Want.PRESENT:
            call.outcomes[code.access_code_id] = Outcome.THERE
            self._decide_if_known(call)
        elif self._world.is_listed(code):
            self._set(code)
            self._world.save()

    def _set(self, code: CodeRecord) -> None:
        if is_ahead(code, self._parts.now_us()):
            self._scheduled(code)
            return
        was_set = code.was_set
        told = tuple(problem for problem in code.errors if problem.error_code == UNCONFIRMED)
        if code.old_pins and told:
            self._world.put_code(replace(code, was_set=True, errors=told, mutations=()))
            return
        errors = (self._unconfirmed(),) if code.old_pins else ()
        code = replace(code, was_set=True, errors=errors, retry_at_us=None)
        self._world.put_code(code)
        if code.old_pins:
            self._rows.event("access_code.failed_to_set_on_device", code)
            self._world.put_code(replace(code, mutations=()))
        elif not was_set:
            self._rows.event("access_code.set_on_device", code)

    def _scheduled(self, code: CodeRecord) -> None:
        """On a lock that keeps it shut until it begins."""
        was_scheduled = code.was_scheduled
        code = replace(code, was_scheduled=True, errors=(), retry_at_us=None)
        self._world.put_code(code)
        if not was_scheduled:
            self._rows.event("access_code.scheduled_on_device", code)

    def _unconfirmed(self) -> CodeProblem:
        return CodeProblem(
            UNCONFIRMED,
            "The lock took a new code and does not show whether it holds that or the one before.",
            self._parts.now_us(),
        )

    def code_refused(self, code: CodeRecord) -> None:
        """The lock will not take it, and all of it was read since."""
        if code.want is Want.ABSENT:
            return
        refusal = why_refused(self._parts, code, code.pin)
        self._parts.trace(
            "gateway.code.refused",
            lock=self._rows.name(code),
            reason=refusal.reason,
            pin=code.pin,
        )
        if refusal.reason == "refused_by_lock" and code.pin is not None:
            self._world.books[code.device_id].refused_pins.add(code.pin)
            self._world.books[code.device_id].codes_version += 1
        call = self._calls.get(code.group_id)
        if call is None:
            self._report(code, refusal)
        elif self._is_given_up(call, code):
            self._keep(call, code, refusal)
        elif call.throws:
            self._abort(call, [refusal])
        elif self._may_redraw(call, code, refusal):
            self._redraw(call, code, refusal)
        else:
            self._keep(call, code, refusal)

    def _may_redraw(self, call: Call, code: CodeRecord, refusal: Refusal) -> bool:
        """Whether another code may help; where the provider chooses it, we have none to offer."""
        tries = call.redraws.get(code.device_id, 0)
        drawn = code.pin is not None and not self._provider_chooses(code)
        return drawn and refusal.reason in CURABLE and tries < RANDOM_CODES_MAX

    def _provider_chooses(self, code: CodeRecord) -> bool:
        return self._world.devices[code.device_id].facts.provider_chooses_pin

    def _is_given_up(self, call: Call, code: CodeRecord) -> bool:
        """Whether the call does not wait for this row, because its lock was away.

        Such a lock may be back and refuse before the others are done: that is no reason any more.
        """
        return call.outcomes.get(code.access_code_id) is Outcome.KEPT

    def _keep(self, call: Call, code: CodeRecord, refusal: Refusal) -> None:
        self._rows.add_problem(code, self._problem(refusal))
        call.outcomes[code.access_code_id] = Outcome.KEPT
        self._decide_if_known(call)

    def _report(self, code: CodeRecord, refusal: Refusal) -> None:
        """Nobody waits: the row says so, and an event."""
        if not self._world.is_listed(code):
            return
        problem = self._problem(refusal, keeps_old=bool(code.old_pins))
        code = self._rows.add_problem(code, problem)
        self._rows.event("access_code.failed_to_set_on_device", code)
        self._world.save()

    def _problem(self, refusal: Refusal, *, keeps_old: bool = False) -> CodeProblem:
        message = refusal.message
        if keeps_old:
            message += "; it still holds the code before"
        return CodeProblem(
            error_code=_PROBLEM_OF.get(refusal.reason, "failed_to_set_on_device"),
            message=message,
            created_at_us=self._parts.now_us(),
            managed_access_code_id=refusal.managed_access_code_id,
            unmanaged_access_code_id=refusal.unmanaged_access_code_id,
        )

    def _redraw(self, call: Call, code: CodeRecord, refusal: Refusal) -> None:
        """A code of its own for a lock that cannot have the shared one."""
        call.redraws[code.device_id] = call.redraws.get(code.device_id, 0) + 1
        call.redrawn.setdefault(code.device_id, refusal)
        self._draw_own(call, code, refusal)

    def _draw_own(self, call: Call, code: CodeRecord, refusal: Refusal) -> None:
        device = self._world.devices[code.device_id]
        facts = lock_facts(self._parts, device)
        version = self._world.books[code.device_id].codes_version

        def chosen(ticket: Ticket[Choice | None]) -> None:
            choice = ticket.result()
            current = self._world.codes.get(code.access_code_id)
            if current is None or current.want is Want.ABSENT:
                return
            if self._calls.get(call.group_id) is not call:
                self._report(current, refusal)  # decided meanwhile, without this lock
            elif self._world.books[code.device_id].codes_version != version:
                self._draw_own(call, current, refusal)
            elif choice is None:
                self._keep(call, current, refusal)
            else:
                self._reprogram(current, choice)

        self._thinking.think(
            "a code of its own",
            lambda: own_code(facts, preferred_length=call.preferred_length, draw=self._draw),
            chosen,
        )

    def _reprogram(self, code: CodeRecord, choice: Choice) -> None:
        self._parts.trace(
            "gateway.code.redrawn", lock=self._rows.name(code), pin=choice.pin, was=code.pin
        )
        row = replace(code, pin=choice.pin, common_code_key=None)
        book = self._world.books[code.device_id]
        view = book.mirror.view(code.slot) if code.slot is not None else None
        if view is not None and view.pin is not None and is_ours(view, code, ours=True):
            # Disabled there, and not taken again: the new one goes over it.
            row = replace(row, progress=Progress.OPEN, attempts=0, old_pins=(view.pin,))
        else:
            row = afresh(row)
        self._world.put_code(row)
        self._world.save(lambda: self.look_again(code.device_id))

    def code_unread(self, code: CodeRecord) -> None:
        """The lock has chosen a code that it does not show: there is nothing more to wait for."""
        call = self._calls.get(code.group_id)
        if call is not None:
            call.outcomes[code.access_code_id] = Outcome.KEPT
            self._decide_if_known(call)
        self._world.save()

    def code_no_space(self, code: CodeRecord) -> None:
        """Due, and the lock has no free slot."""
        refusal = no_space(self._world.devices[code.device_id])
        call = self._calls.get(code.group_id)
        if call is None:
            self._report(code, refusal)
        elif call.throws and not self._is_given_up(call, code):
            self._abort(call, [refusal])
        else:
            self._keep(call, code, refusal)

    def code_gone(self, code: CodeRecord) -> None:
        """Not wanted, and known not to be there: the row ends."""
        if code.was_set or code.attempts:  # else nobody ever saw it there
            self._rows.event("access_code.removed_from_device", code)
        self._rows.event("access_code.deleted", code)
        self._world.drop_code(code)
        if code.slot is not None:  # else it was not on the lock
            self._rows.reopen(code.device_id)

    def locks_silent(self, device_ids: Sequence[str]) -> None:
        """Calls do not wait for locks that went silent."""
        for device_id in device_ids:
            self.attempts_silent(device_id)
        silent = frozenset(device_ids)
        for call in list(self._calls.values()):
            rows = [
                code
                for code in self._world.codes_in(call.group_id)
                if code.device_id in silent and code.access_code_id not in call.outcomes
            ]
            self._unresponsive(call, rows)

    def lock_heard(self, device_id: str) -> None:
        """Back: its dispatcher goes on by itself."""
        self._parts.trace("gateway.lock.back", lock=self._world.devices[device_id].name)
