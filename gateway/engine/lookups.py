"""Calls that only look: action attempts, codes that others made, a code that would be free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.engine.admit import view_of
from gateway.engine.facts import lock_facts, refusal_of
from gateway.policy.answers import GeneratedCode
from gateway.policy.cursor import Place, take_page
from gateway.policy.errors import (
    AccessCodeNotFound,
    ActionAttemptNotFound,
    CodeCannotBeSet,
    DeviceDoesNotSupportAccessCodes,
    DeviceNotFound,
    GatewayError,
)
from gateway.policy.lookups import (
    parse_attempt,
    parse_attempts,
    parse_generate,
    parse_unmanaged,
)
from gateway.policy.plan import decide
from gateway.policy.queries import parse_get
from gateway.policy.records import Page
from gateway.policy.views import attempt_view, unmanaged_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.engine.parts import Parts, Thinking
    from gateway.policy.answers import AttemptView, UnmanagedView
    from gateway.policy.attempts import AttemptRecord
    from gateway.policy.choose import Draw
    from gateway.policy.plan import Decision
    from gateway.policy.records import DeviceRecord, UnmanagedRecord
    from latchbench.jobs import Ticket
    from latchbench.lockstep import Answer


class Lookups:
    """Answers from what is known."""

    def __init__(self, parts: Parts, thinking: Thinking, draw: Draw) -> None:
        self._parts = parts
        self._world = parts.world
        self._thinking = thinking
        self._draw = draw

    # Action attempts.

    def get_attempt(self, query: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        """One action attempt."""
        try:
            attempt = self._world.attempts.get(parse_attempt(query))
            if attempt is None:
                raise ActionAttemptNotFound
        except GatewayError as error:
            answer.fail(error)
            return
        view = self._attempt_view(attempt)
        self._world.when_durable(lambda: answer.ok(view))

    def list_attempts(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        """A page of action attempts."""
        try:
            wanted = parse_attempts(query)
        except GatewayError as error:
            answer.fail(error)
            return
        found = [
            attempt
            for attempt in self._world.attempts.values()
            if wanted.ids is None or attempt.action_attempt_id in wanted.ids
            if wanted.device_id in (None, attempt.device_id)
        ]
        rows, place = take_page(found, _place_of_attempt, wanted.after, wanted.limit)
        cursor = wanted.cursor(place) if place is not None else None
        page = Page(tuple(self._attempt_view(row) for row in rows), cursor)
        self._world.when_durable(lambda: answer.ok(page))

    def _attempt_view(self, attempt: AttemptRecord) -> AttemptView:
        code = self._world.codes.get(attempt.access_code_id)
        listed = code is not None and self._world.is_listed(code)
        return attempt_view(attempt, view_of(self._parts, code) if code and listed else None)

    # Codes that others made.

    def get_unmanaged(self, query: Mapping[str, object], answer: Answer[UnmanagedView]) -> None:
        """One code that the gateway did not make."""
        try:
            wanted = parse_get(query)
            for record in self._unmanaged(wanted.device_id):
                right_id = wanted.access_code_id in (None, record.access_code_id)
                if right_id and wanted.code in (None, record.pin):
                    break
            else:
                raise AccessCodeNotFound
        except GatewayError as error:
            answer.fail(error)
            return
        view = unmanaged_view(record, self._parts.settings.workspace_id)
        self._world.when_durable(lambda: answer.ok(view))

    def list_unmanaged(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        """A page of the codes on a device that the gateway did not make."""
        try:
            wanted = parse_unmanaged(query)
            if wanted.device_id not in self._world.devices:
                raise DeviceNotFound([wanted.device_id])
        except GatewayError as error:
            answer.fail(error)
            return
        found = self._unmanaged(wanted.device_id)
        rows, place = take_page(found, _place_of_unmanaged, wanted.after, wanted.limit)
        workspace_id = self._parts.settings.workspace_id
        cursor = wanted.cursor(place) if place is not None else None
        page = Page(tuple(unmanaged_view(row, workspace_id) for row in rows), cursor)
        self._world.when_durable(lambda: answer.ok(page))

    def _unmanaged(self, device_id: str | None) -> list[UnmanagedRecord]:
        devices = self._world.unmanaged if device_id is None else [device_id]
        found = [
            record for one in devices for record in self._world.unmanaged.get(one, {}).values()
        ]
        return sorted(found, key=lambda record: (record.device_id, record.slot))

    # A code that would be free.

    def generate(self, query: Mapping[str, object], answer: Answer[GeneratedCode]) -> None:
        """A code that a device takes now. Nothing is reserved."""
        try:
            device = self._device(parse_generate(query))
        except GatewayError as error:
            answer.fail(error)
            return
        facts = lock_facts(self._parts, device)

        def chosen(ticket: Ticket[Decision]) -> None:
            decision = ticket.result()
            if decision.shared_pin is not None:
                answer.ok(GeneratedCode(device.device_id, decision.shared_pin))
                return
            reasons = [
                *(refusal.reasons[0] for refusal in decision.refusals),
                *(straggler.reasons[0] for straggler in decision.stragglers),
            ]
            refusals = [
                refusal_of(device.device_id, reason.word, reason.message, None, self._parts)
                for reason in reasons
            ]
            answer.fail(CodeCannotBeSet(refusals))

        self._thinking.think(
            "generate a code",
            lambda: decide(
                [facts], behavior="throw", code=None, preferred_length=None, draw=self._draw
            ),
            chosen,
        )

    def _device(self, device_id: str) -> DeviceRecord:
        device = self._world.devices.get(device_id)
        if device is None:
            raise DeviceNotFound([device_id])
        if not device.facts.has_keypad:
            raise DeviceDoesNotSupportAccessCodes([device_id])
        return device


def _place_of_attempt(attempt: AttemptRecord) -> Place:
    return Place(attempt.created_at_us, 0, attempt.action_attempt_id)


def _place_of_unmanaged(record: UnmanagedRecord) -> Place:
    return Place(record.first_seen_at_us, record.slot, record.access_code_id)
