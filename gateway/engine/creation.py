"""`create`: a group of one, with an action attempt, and with the code of the key that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.engine.admit import Hooks
from gateway.policy.answers import CreateView
from gateway.policy.attempts import AttemptType
from gateway.policy.create import parse_create
from gateway.policy.errors import GatewayError, InvalidInput, Problem
from gateway.policy.views import attempt_view
from latchbench.lockstep import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.engine.admission import Admission, Admitting
    from gateway.engine.attempts import Attempts
    from gateway.engine.parts import Parts
    from gateway.policy.attempts import AttemptRecord
    from gateway.policy.create import Create
    from gateway.policy.records import CreateMultipleView


class Creation:
    """Takes `create` in, and lets it go the way of every group."""

    def __init__(self, parts: Parts, admission: Admission, attempts: Attempts) -> None:
        self._parts = parts
        self._world = parts.world
        self._admission = admission
        self._attempts = attempts

    def create(
        self,
        body: Mapping[str, object],
        answer: Answer[CreateView],
        keep: Callable[[CreateView], None],
    ) -> None:
        """One access code on one device. `keep` is told the answer when it is decided."""
        try:
            create = parse_create(body, self._parts.now_us())
            call = self._admitting(create)
        except GatewayError as error:
            answer.fail(error)
            return
        self._parts.trace(
            "gateway.create",
            lock=call.devices[0].name,
            sync=call.sync,
            key=create.common_code_key,
            pin=create.request.code,
        )

        begun: list[AttemptRecord] = []

        def settle(view: CreateMultipleView | None, error: BaseException | None) -> None:
            if view is None:
                answer.fail(error or AssertionError("neither a view nor an error"))
            else:
                answer.ok(self._view(view, begun))

        call.answer = Answer(settle)
        call.hooks = Hooks(
            admitted=lambda rows: begun.append(self._attempts.begin(AttemptType.CREATE, rows[0])),
            drawn=lambda view: keep(self._view(view, begun)),
        )
        self._admission.prepare(call)

    def _admitting(self, create: Create) -> Admitting:
        """Raises `InvalidInput` for a code that is not that of the key."""
        call = self._admission.admitting(create.request)
        pin = self._world.pin_of_key(create.common_code_key)
        if None not in (pin, create.request.code) and pin != create.request.code:
            message = "code must be that of the access codes with this common_code_key"
            raise InvalidInput([Problem("code", message)])
        call.key = create.common_code_key
        return call

    def _view(self, view: CreateMultipleView, begun: Sequence[AttemptRecord]) -> CreateView:
        (row,), (begin,) = view.access_codes, begun
        attempt = self._world.attempts[begin.action_attempt_id]
        return CreateView(
            access_code=row,
            attempt=attempt_view(attempt, row),
            warnings=view.warnings,
            ignored_parameters=view.ignored_parameters,
        )
