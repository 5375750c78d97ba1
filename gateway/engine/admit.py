"""Makes the rows of an admitted call, reserves their PINs and slots, and answers or waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.engine.book import Belief
from gateway.engine.calls import Call
from gateway.engine.facts import has_space, no_space
from gateway.engine.offline import offline_warnings
from gateway.policy.mirror import Knowledge
from gateway.policy.names import device_name
from gateway.policy.operations import NO_SPACE, POOL_SIZE, free_slot, is_spare
from gateway.policy.records import (
    AccessCodeView,
    CodeKind,
    CodeProblem,
    CodeRecord,
    CodeWarning,
    CreateMultipleView,
    GroupRecord,
    GroupState,
    Progress,
    StragglerView,
    Want,
)
from gateway.policy.request import Behavior
from gateway.policy.views import code_view, supports_backups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.engine.dispatch import Dispatcher
    from gateway.engine.groups import Groups
    from gateway.engine.parts import Parts
    from gateway.policy.errors import Refusal
    from gateway.policy.plan import Decision
    from gateway.policy.records import DeviceRecord
    from gateway.policy.request import CreateMultiple
    from gateway.policy.schedule import Timing
    from latchbench.lockstep import Answer
    from latchbench.pin import Pin

KEY_PREFIX = "auto_set_by_create_multiple_"


@dataclass(frozen=True, slots=True)
class Hooks:
    """What else belongs into the transactions of a call.

    `admitted` is told its rows when they are made, `drawn` its answer when it is decided; both
    before the store is.
    """

    admitted: Callable[[Sequence[CodeRecord]], None] = lambda rows: None
    drawn: Callable[[CreateMultipleView], None] = lambda view: None


class Admitter:
    """Turns a decision into a group."""

    def __init__(self, parts: Parts, groups: Groups, dispatcher: Dispatcher) -> None:
        self._parts = parts
        self._world = parts.world
        self._groups = groups
        self._dispatcher = dispatcher

    def admit(
        self,
        request: CreateMultiple,
        decision: Decision,
        devices: Sequence[DeviceRecord],
        answer: Answer[CreateMultipleView],
        *,
        offline: Sequence[str],
        sync: bool,
        timings: Mapping[str, Timing],
        deadline_us: int,
        key: str | None = None,
        hooks: Hooks,
    ) -> None:
        """Reserve everything, make it durable, then answer (or wait for the locks, if `sync`)."""
        if key is None and request.code is None and not request.about_one:
            key = KEY_PREFIX + self._parts.new_id()
        group = GroupRecord(
            group_id=self._parts.new_id(),
            state=GroupState.PENDING if sync else GroupState.COMMITTED,
            behavior=request.behavior.value,
            created_at_us=self._parts.now_us(),
            common_code_key=key,
        )
        self._world.put_group(group)
        rows = self._rows(request, decision, devices, group, timings)
        self._parts.trace(
            "gateway.group.admitted",
            group=group.group_id,
            behavior=group.behavior,
            over=",".join(device.name for device in devices),
            state=group.state.value,
            pin=decision.shared_pin,
            sharers=len(decision.sharers),
            random=len(decision.stragglers),
        )
        hooks.admitted(rows)
        answered = _Answering(self._parts, request, decision, group.group_id, hooks, answer)
        if not sync:
            for row in rows:
                self._groups.announce(row)
            give = answered.drawn({})
            self._world.save(lambda: self._async_answer(give, devices))
            return
        call = Call(
            group_id=group.group_id,
            throws=request.behavior is Behavior.THROW,
            preferred_length=request.preferred_code_length,
            refusal=request.refusal,
            committed=lambda: answered.drawn(self._groups.stragglers(call)),
            refused=answer.fail,
        )
        for row in rows:
            if row.device_id in offline:
                self._groups.give_up_waiting(call, row.access_code_id)
        self._groups.wait_for(call, deadline_us)
        self._world.save(lambda: self._look(devices))

    def _async_answer(self, give: Callable[[], None], devices: Sequence[DeviceRecord]) -> None:
        give()
        self._look(devices)

    def _look(self, devices: Sequence[DeviceRecord]) -> None:
        for device in devices:
            self._dispatcher.look_again(device.device_id)

    def _rows(
        self,
        request: CreateMultiple,
        decision: Decision,
        devices: Sequence[DeviceRecord],
        group: GroupRecord,
        timings: Mapping[str, Timing],
    ) -> list[CodeRecord]:
        pins: dict[str, Pin | None] = dict.fromkeys(decision.sharers, decision.shared_pin)
        pins |= {straggler.device_id: straggler.pin for straggler in decision.stragglers}
        sharers = frozenset(decision.sharers)
        apart = _why_apart(decision)
        rows = []
        for position, device in enumerate(devices):
            row = self._row(request, device, group, position, pins.get(device.device_id))
            key = group.common_code_key if row.device_id in sharers else None
            row = _timed(replace(row, common_code_key=key), timings[device.device_id])
            is_derived = row.kind is CodeKind.OFFLINE
            row = self._derived(row) if is_derived else self._with_slot(row, device)
            if row.pin is None and not device.facts.provider_chooses_pin:
                # There is no code for it and none will come, so the row must say why.
                message = apart[device.device_id].message
                problem = CodeProblem("failed_to_set_on_device", message, self._parts.now_us())
                row = replace(row, errors=(problem,))
            self._world.put_code(row)
            rows.append(row)
        return rows

    def _row(
        self,
        request: CreateMultiple,
        device: DeviceRecord,
        group: GroupRecord,
        position: int,
        pin: Pin | None,
    ) -> CodeRecord:
        facts = device.facts
        unique = facts.name_must_be_unique or "name_must_be_unique" in facts.constraints
        taken = (
            [code.device_name for code in self._world.codes_of(device.device_id)] if unique else []
        )
        fitted = device_name(request.name, taken, device.facts.name_length_max)
        if request.name not in (None, fitted):
            self._parts.trace("gateway.name.fitted", lock=device.name, name=fitted)
        return CodeRecord(
            access_code_id=self._parts.new_id(),
            group_id=group.group_id,
            device_id=device.device_id,
            position=position,
            name=request.name,
            device_name=fitted,
            pin=pin,
            common_code_key=None,
            want=Want.PRESENT,
            progress=Progress.OPEN,
            created_at_us=self._parts.now_us(),
            external_modification_allowed=request.external_modification_allowed,
            uses_backup_pool=request.uses_backup_pool and supports_backups(facts),
        )

    def _derived(self, row: CodeRecord) -> CodeRecord:
        """In the lock from the beginning, in a way: it makes the same code when it is typed."""
        if row.pin is None:
            return row
        warnings = (*row.warnings, *offline_warnings(self._parts.now_us()))
        return replace(row, progress=Progress.THERE, warnings=warnings)

    def _with_slot(self, row: CodeRecord, device: DeviceRecord) -> CodeRecord:
        """A slot at once for a code that is due, so that it is durable before the first frame."""
        now_us = self._parts.now_us()
        no_pin = row.pin is None and not device.facts.provider_chooses_pin
        if no_pin or (row.load_at_us is not None and row.load_at_us > now_us):
            return row
        book = self._world.books[device.device_id]
        within_reach = book.host_up and not book.out_of_reach
        if not within_reach or book.mirror.knowledge is not Knowledge.FULL:
            return row  # it takes a slot when the lock was read and can be written
        slot = free_slot(
            book.mirror,
            device.slots or device.facts.slots,
            device.facts.reserved_slots,
            self._world.codes_of(device.device_id),
        )
        if slot is not None:
            return replace(row, slot=slot)
        problem = CodeProblem(NO_SPACE, no_space(device).message, now_us)
        return replace(row, errors=(problem,))


def _timed(row: CodeRecord, timing: Timing) -> CodeRecord:
    return replace(
        row,
        starts_at_us=timing.starts_at_us,
        ends_at_us=timing.ends_at_us,
        load_at_us=timing.load_at_us,
        is_native=timing.is_native,
        kind=timing.kind,
        is_one_time_use=timing.is_one_time_use,
    )


class _Answering:
    """Draws the answer of one call in the transaction that makes its rows real."""

    def __init__(
        self,
        parts: Parts,
        request: CreateMultiple,
        decision: Decision,
        group_id: str,
        hooks: Hooks,
        answer: Answer[CreateMultipleView],
    ) -> None:
        self._hooks = hooks
        self._parts = parts
        self._request = request
        self._decision = decision
        self._group_id = group_id
        self._answer = answer

    def drawn(self, redrawn: Mapping[str, Refusal]) -> Callable[[], None]:
        """The rows as they are, to be answered when they are durable.

        `redrawn` got their own code while being programmed.
        """
        apart = _why_apart(self._decision)
        apart |= {
            device_id: StragglerView(device_id, refusal.reason, refusal.message)
            for device_id, refusal in redrawn.items()
        }
        world = self._parts.world
        rows = world.codes_in(self._group_id)
        view = CreateMultipleView(
            access_codes=tuple(view_of(self._parts, row) for row in rows),
            group_id=self._group_id,
            shared=tuple(row.device_id for row in rows if row.device_id not in apart),
            random=tuple(apart[row.device_id] for row in rows if row.device_id in apart),
            warnings=code_warnings(self._decision, self._parts.now_us()),
            ignored_parameters=self._request.ignored_parameters,
        )
        self._hooks.drawn(view)
        return lambda: self._answer.ok(view)


def _why_apart(decision: Decision) -> dict[str, StragglerView]:
    """The devices that do not share, with the reason to name, whether they get a code or not."""
    views = {
        straggler.device_id: StragglerView(
            straggler.device_id, straggler.reasons[0].word, straggler.reasons[0].message
        )
        for straggler in decision.stragglers
    }
    return views | {
        refusal.device_id: StragglerView(refusal.device_id, refusal.word, refusal.message)
        for refusal in decision.refusals
    }


def view_of(parts: Parts, row: CodeRecord) -> AccessCodeView:
    """A row as callers see it now."""
    device = parts.world.devices[row.device_id]
    return code_view(
        row,
        device,
        workspace_id=parts.settings.workspace_id,
        offline_since_us=offline_since_us(parts, row.device_id),
        hub_down_since_us=parts.world.books[row.device_id].hub_down_since_us,
        now_us=parts.now_us(),
        spares=spares_of(parts, row.device_id) if row.uses_backup_pool else 0,
    )


def spares_of(parts: Parts, device_id: str) -> int | None:
    """How many backup codes lie on a lock; None when there are none and none can be put there."""
    book, codes = parts.world.books[device_id], parts.world.codes_of(device_id)
    spares = [code for code in codes if is_spare(code) and code.want is Want.PRESENT]
    there = sum(1 for spare in spares if spare.progress is Progress.THERE)
    is_stuck = book.belief is Belief.DEAD or not (
        spares or has_space(parts, parts.world.devices[device_id])
    )
    return None if there == 0 and is_stuck else there


def pool_warnings(parts: Parts, device_id: str) -> tuple[CodeWarning, ...]:
    """What is to say of a lock's pool, where some code wants one."""
    users = [
        code.created_at_us
        for code in parts.world.codes_of(device_id)
        if code.uses_backup_pool and code.want is Want.PRESENT and parts.world.is_listed(code)
    ]
    if not users or (spares_of(parts, device_id) or 0) >= POOL_SIZE:
        return ()
    message = f"Fewer than {POOL_SIZE} backup access codes are on the lock."
    return (CodeWarning("partial_backup_access_code_pool", message, min(users)),)


def offline_since_us(parts: Parts, device_id: str) -> int | None:
    """When a lock that is believed dead was given up; None for any other."""
    book = parts.world.books[device_id]
    return book.dead_since_us if book.belief is Belief.DEAD else None


def code_warnings(decision: Decision, now_us: int) -> tuple[CodeWarning, ...]:
    """The decision's warnings as the API words them."""
    return tuple(
        CodeWarning(
            "few_codes_left",
            f"Only {warning.free} codes of {warning.length} digits are left.",
            now_us,
        )
        for warning in decision.warnings
    )
