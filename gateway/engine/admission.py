"""From a request to a group: who is asked first, who shares, and what is reserved.

Three stages. *Preparing*: locks that were not heard lately are asked for a sign of life, unread
ones are read; several calls may be at this stage. *Choosing*: one call at a time, in the order in
which they became ready, on a thread and from a copy; when a lock's codes changed meanwhile, the
choice is made again. *Admitting*: rows and PINs are reserved in memory at once and made durable
together. Nothing is sent to a lock for a code before that.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.engine.admit import Admitter, Hooks, code_warnings
from gateway.engine.facts import has_space, lock_facts, no_space, refusal_of
from gateway.engine.offline import OfflineCodes
from gateway.engine.times import Times
from gateway.policy.errors import (
    DeviceDoesNotSupportAccessCodes,
    DeviceNotFound,
    DeviceOffline,
    GatewayError,
    LockRefused,
    Refusal,
)
from gateway.policy.mirror import Knowledge
from gateway.policy.plan import Decision, decide
from gateway.policy.records import CreateMultipleView, PlanView, StragglerView
from gateway.policy.request import Behavior, CreateMultiple, parse_create_multiple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.engine.dispatch import Dispatcher
    from gateway.engine.groups import Groups
    from gateway.engine.parts import Parts, Thinking
    from gateway.policy.choose import Draw
    from gateway.policy.keypad import LockFacts
    from gateway.policy.records import DeviceRecord
    from gateway.policy.schedule import Timing
    from latchbench.clock import Timer
    from latchbench.jobs import Ticket
    from latchbench.lockstep import Answer


@dataclass(slots=True)
class Admitting:
    """One call on its way to a decision. `key` is what its codes shall belong to, if it says so."""

    request: CreateMultiple
    devices: list[DeviceRecord]
    sync: bool
    deadline_us: int
    timings: Mapping[str, Timing]
    answer: Answer[CreateMultipleView] | None = None
    plan_answer: Answer[PlanView] | None = None
    key: str | None = None
    hooks: Hooks = field(default_factory=Hooks)
    waits_for: dict[str, None] = field(default_factory=dict)
    timer: Timer | None = None

    def fail(self, error: GatewayError) -> None:
        """End the call without effect."""
        if self.answer is not None:
            self.answer.fail(error)
        if self.plan_answer is not None:
            self.plan_answer.fail(error)


class Admission:
    """Takes calls in."""

    def __init__(
        self,
        parts: Parts,
        dispatcher: Dispatcher,
        groups: Groups,
        thinking: Thinking,
        draws: tuple[Draw, Draw],
    ) -> None:
        self._parts = parts
        self._world = parts.world
        self._dispatcher = dispatcher
        self._thinking = thinking
        self._draw, self._plan_draw = draws
        self._admitter = Admitter(parts, groups, dispatcher)
        self._preparing: list[Admitting] = []
        self._queue: deque[Admitting] = deque()
        self._choosing = False
        self._offline_codes = OfflineCodes(parts)
        self.times = Times(parts, self._offline_codes)

    def open_count(self) -> int:
        """Calls that are not admitted or refused."""
        return len(self._preparing) + len(self._queue) + int(self._choosing)

    # The request.

    def create_multiple(
        self,
        body: Mapping[str, object],
        answer: Answer[CreateMultipleView],
        keep: Callable[[CreateMultipleView], None],
    ) -> None:
        """One code over many devices. `keep` is told the answer when the group is decided."""
        try:
            call = self.admitting(parse_create_multiple(body, self._parts.now_us()))
        except GatewayError as error:
            answer.fail(error)
            return
        call.answer = answer
        call.hooks = Hooks(drawn=keep)
        self._parts.trace(
            "gateway.create_multiple",
            devices=",".join(device.name for device in call.devices),
            behavior=call.request.behavior.value,
            sync=call.sync,
            pin=call.request.code,
        )
        self.prepare(call)

    def _derive(self, call: Admitting) -> None:
        """Offline codes need no word with any lock, so nothing is waited for and nothing asked."""
        try:
            decision, timings = self._offline_codes.decide(call.request, call.devices)
        except LockRefused as error:
            call.fail(error)
            return
        if call.plan_answer is not None:
            call.plan_answer.ok(self._plan_view(call, decision))
        elif call.answer is not None:
            self._tell_apart(decision)
            self._admitter.admit(
                call.request, decision, call.devices, call.answer, offline=[], sync=False,
                timings=timings, deadline_us=call.deadline_us, key=call.key, hooks=call.hooks,
            )  # fmt: skip

    def plan(self, body: Mapping[str, object], answer: Answer[PlanView]) -> None:
        """The same choice from what is known now, with no effect."""
        try:
            call = self.admitting(parse_create_multiple(body, self._parts.now_us()))
        except GatewayError as error:
            answer.fail(error)
            return
        call.plan_answer = answer
        if call.request.is_offline:
            self._derive(call)
            return
        offline = self._offline(call)
        if offline and not call.request.attempt_for_offline_device:
            answer.fail(DeviceOffline(offline))
            return
        self._choose(call, self._plan_draw)

    def admitting(self, request: CreateMultiple) -> Admitting:
        """The call that a well-formed request is. Raises what its devices have against it."""
        now_us = self._parts.now_us()
        known = [self._world.devices.get(device_id) for device_id in request.device_ids]
        self.times.check(request, [device for device in known if device is not None], now_us)
        unknown = [
            device_id
            for device_id, device in zip(request.device_ids, known, strict=True)
            if device is None
        ]
        if unknown:
            raise DeviceNotFound(unknown)
        devices = [device for device in known if device is not None]
        without = [device.device_id for device in devices if not device.facts.has_keypad]
        if without:
            raise DeviceDoesNotSupportAccessCodes(without)
        settings = self._parts.settings
        timings = {device.device_id: self.times.of(request, device, now_us) for device in devices}
        sync = request.sync if request.sync is not None else settings.programming == "sync"
        return Admitting(request, devices, sync, now_us + settings.sync_deadline_us, timings)

    # Preparing.

    def prepare(self, call: Admitting) -> None:
        """Let a call take its way: it is answered when it is admitted, decided or refused."""
        if call.request.is_offline:
            self._derive(call)
            return
        now_us = self._parts.now_us()
        for device in call.devices:
            book = self._world.books[device.device_id]
            later = call.timings[device.device_id].is_later(now_us)
            if self._unread(device.device_id):
                call.waits_for[device.device_id] = None
            elif not book.host_up:
                continue
            elif call.sync and later and not book.out_of_reach:
                book.wants_walk = True
                call.waits_for[device.device_id] = None
            elif call.sync and not book.heard_lately(now_us):
                book.wants_ping = True
                call.waits_for[device.device_id] = None
        if not call.waits_for:
            self._enqueue(call)
            return
        self._preparing.append(call)
        wait_us = self._parts.settings.interview_wait_us
        until_us = call.deadline_us if call.sync else now_us + wait_us
        call.timer = self._parts.clock.call_at(until_us, lambda: self._prepared(call))
        for device_id in list(call.waits_for):
            self._watch(call, device_id)
            self._dispatcher.look_again(device_id)

    def _unread(self, device_id: str) -> bool:
        book = self._world.books[device_id]
        read = book.has_info and book.mirror.knowledge is Knowledge.FULL
        return not read and not book.out_of_reach

    def _watch(self, call: Admitting, device_id: str) -> None:
        self._world.books[device_id].waiters.append(lambda: self._settled(call, device_id))

    def _settled(self, call: Admitting, device_id: str) -> None:
        if device_id not in call.waits_for:
            return
        book = self._world.books[device_id]
        asked = book.host_up and (book.wants_walk or book.wants_ping)
        if not book.out_of_reach and (self._unread(device_id) or asked):
            self._watch(call, device_id)
            return
        del call.waits_for[device_id]
        if not call.waits_for:
            self._prepared(call)

    def _prepared(self, call: Admitting) -> None:
        if call in self._preparing:
            call.waits_for.clear()
            if call.timer is not None:
                call.timer.cancel()
            self._preparing.remove(call)
            self._enqueue(call)

    # Choosing.

    def _enqueue(self, call: Admitting) -> None:
        self._queue.append(call)
        self._next()

    def _next(self) -> None:
        """Begin the next choice. A loop: any number of calls may end without one."""
        while self._queue and not self._choosing:
            call = self._queue.popleft()
            offline = self._offline(call)
            if offline and not call.request.attempt_for_offline_device:
                call.fail(DeviceOffline(offline))
                continue
            self._choosing = True
            self._choose(call, self._draw)

    def _offline(self, call: Admitting) -> list[str]:
        return [
            device.device_id
            for device in call.devices
            if self._world.books[device.device_id].out_of_reach
        ]

    def _choose(self, call: Admitting, draw: Draw) -> None:
        # Looked up again: what a lock says of itself may have come in while the call was prepared.
        call.devices = [self._world.devices[device.device_id] for device in call.devices]
        locks = [lock_facts(self._parts, device) for device in call.devices]
        call.request = self._adopting(call)
        versions = self._versions(call)
        self._parts.counters.add("choices")
        self._thinking.think(
            "choose a code",
            lambda: _decide(call.request, locks, draw),
            lambda ticket: self._on_decision(call, ticket, versions, draw),
        )

    def _adopting(self, call: Admitting) -> CreateMultiple:
        """The request with the code of the key that it names, if there are codes with that key."""
        pin = self._world.pin_of_key(call.key)
        return call.request if pin is None else replace(call.request, code=pin)

    def _versions(self, call: Admitting) -> list[object]:
        versions = [self._world.books[device.device_id].codes_version for device in call.devices]
        return [*versions, self._world.pin_of_key(call.key)]

    def _on_decision(
        self, call: Admitting, ticket: Ticket[Decision], versions: list[object], draw: Draw
    ) -> None:
        decision = ticket.result()
        if self._versions(call) != versions:
            self._parts.counters.add("choices_made_again")
            self._choose(call, draw)
        elif call.plan_answer is not None:
            call.plan_answer.ok(self._plan_view(call, decision))
        else:
            self._tell_apart(decision)
            self._admit(call, decision)
            self._chosen(call)

    def _chosen(self, call: Admitting) -> None:
        if call.plan_answer is None:
            self._choosing = False
            self._next()

    def _tell_apart(self, decision: Decision) -> None:
        """Why each device cannot share, rule by rule, for the trace."""
        apart = {one.device_id: one.reasons for one in decision.stragglers}
        apart |= {one.device_id: one.reasons for one in decision.refusals}
        for device_id, reasons in apart.items():
            self._parts.trace(
                "gateway.device.apart",
                lock=self._world.devices[device_id].name,
                reason=reasons[0].word,
                rules=",".join(reason.detail for reason in reasons),
            )

    def _refusals(self, call: Admitting, decision: Decision) -> list[Refusal]:
        """Every device that stands in the way of sharing, in request order, once each."""
        found = {
            refusal.device_id: refusal_of(
                refusal.device_id, refusal.word, refusal.message, refusal.owner, self._parts
            )
            for refusal in decision.refusals
        }
        for device in call.devices:
            full = not call.request.is_offline and self._full(call, device)
            if device.device_id not in found and full:
                found[device.device_id] = no_space(device)
        return [found[device.device_id] for device in call.devices if device.device_id in found]

    def _full(self, call: Admitting, device: DeviceRecord) -> bool:
        """Whether a code that is due now finds no slot. A later one takes its slot later."""
        due = not call.timings[device.device_id].is_later(self._parts.now_us())
        return due and not has_space(self._parts, device)

    def _admit(self, call: Admitting, decision: Decision) -> None:
        if call.request.behavior is Behavior.THROW:
            refusals = self._refusals(call, decision)
            if refusals:
                only_in_use = decision.only_in_use and len(refusals) == len(decision.refusals)
                self._parts.trace(
                    "gateway.refused",
                    reasons=",".join(refusal.reason for refusal in refusals),
                    devices=",".join(
                        self._world.devices[refusal.device_id].name for refusal in refusals
                    ),
                )
                duplicate_only = call.request.code is not None and only_in_use
                call.fail(call.request.refusal(refusals, duplicate_only=duplicate_only))
                return
        try:
            decision, timings = self._offline_codes.own(
                call.request, decision, call.devices, call.timings
            )
        except LockRefused as error:
            call.fail(error)
            return
        if call.answer is not None:
            self._admitter.admit(
                call.request,
                decision,
                call.devices,
                call.answer,
                offline=self._offline(call) if call.sync else [],
                sync=call.sync,
                timings=timings,
                deadline_us=call.deadline_us,
                key=call.key,
                hooks=call.hooks,
            )

    def _plan_view(self, call: Admitting, decision: Decision) -> PlanView:
        refused = self._refusals(call, decision)
        return PlanView(
            can_share=not decision.stragglers and not refused,
            explanation=decision.explanation or "; ".join(item.message for item in refused),
            shared=decision.sharers,
            random=tuple(
                StragglerView(
                    straggler.device_id,
                    straggler.reasons[0].word,
                    straggler.reasons[0].message,
                )
                for straggler in decision.stragglers
            ),
            refused=tuple(StragglerView(r.device_id, r.reason, r.message) for r in refused),
            codes_left=decision.free or 0,
            code_length=len(decision.shared_pin) if decision.shared_pin is not None else None,
            warnings=code_warnings(decision, self._parts.now_us()),
        )


def _decide(request: CreateMultiple, locks: Sequence[LockFacts], draw: Draw) -> Decision:
    return decide(
        locks,
        behavior=request.behavior.value,
        code=request.code,
        preferred_length=request.preferred_code_length,
        draw=draw,
    )
