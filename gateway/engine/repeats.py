"""Calls that are sent again: adopted where nobody got the first one's answer, else calls anew.

SDKs send a PUT again after a time-out, and nothing in it tells it from a second, equal call. What
does tell is the connection: whoever still listens made a call of its own. So a call joins an equal
one only when all callers of that have hung up, while it is under way or for a minute after. A
caller who gives the call an id is always recognised, for a day, also by the gateway that comes
after this one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeVar

from gateway.policy.answers import ADOPTED_US, KEPT_US, REQUEST_ID, AnswerRecord, digest_of
from gateway.policy.errors import RequestIdReused
from gateway.policy.request import NAME_MAX
from latchbench.lockstep import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gateway.engine.parts import Parts

T = TypeVar("T")


@dataclass(slots=True)
class _Run:
    """One call under way, or ended less than a minute ago, with all who wait for its answer."""

    digest: str
    callers: list[Answer[Any]] = field(default_factory=list)
    end: tuple[Any, BaseException | None] | None = None
    ended_at_us: int = 0

    @property
    def orphaned(self) -> bool:
        """Whether all who asked hung up before they were answered."""
        return all(caller.abandoned for caller in self.callers)

    def join(self, answer: Answer[Any]) -> None:
        """One more who wants to know how it ends."""
        self.callers.append(answer)
        if self.end is not None:
            _give(answer, *self.end)


class Repeats:
    """Stands before the calls that make rows."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._world = parts.world
        self._runs: list[_Run] = []
        self._by_id: dict[str, _Run] = {}

    def restore(self, answers: Iterable[AnswerRecord]) -> None:
        """Take up what was stored."""
        for answer in answers:
            self._world.put_answer(answer)

    def enter(
        self,
        call: str,
        body: Mapping[str, object],
        answer: Answer[T],
        run: Callable[[Mapping[str, object], Answer[T], Callable[[T], None]], None],
    ) -> None:
        """Let a call run, or give it what an equal one came to."""
        self._forget_old()
        answer.on_abandoned = partial(self._parts.trace, "gateway.caller.hung_up", call=call)
        digest = digest_of(call, body)
        request_id = body.get(REQUEST_ID)
        if isinstance(request_id, str) and len(request_id) <= NAME_MAX:
            self._enter_with_id(call, request_id, digest, body, answer, run)
            return
        for earlier in self._runs:
            if earlier.digest == digest and earlier.orphaned:
                self._parts.trace("gateway.call.adopted", call=call)
                self._parts.counters.add("calls_adopted")
                earlier.join(answer)
                return
        self._start(_Run(digest), body, answer, run, lambda view: None)

    def _enter_with_id(
        self,
        call: str,
        request_id: str,
        digest: str,
        body: Mapping[str, object],
        answer: Answer[T],
        run: Callable[[Mapping[str, object], Answer[T], Callable[[T], None]], None],
    ) -> None:
        stored, under_way = self._world.answers.get(request_id), self._by_id.get(request_id)
        known = stored or under_way
        if known is not None and known.digest != digest:
            answer.fail(RequestIdReused())
            return
        if known is not None:
            self._parts.trace("gateway.call.recognised", call=call)
        if under_way is not None:
            under_way.join(answer)
        elif stored is not None:
            view: Any = stored.view
            self._world.when_durable(lambda: answer.ok(view))
        else:
            self._by_id[request_id] = began = _Run(digest)

            def keep(view: Any) -> None:
                now_us = self._parts.now_us()
                self._world.put_answer(AnswerRecord(request_id, digest, now_us, view))

            self._start(began, body, answer, run, keep, request_id)

    def _start(
        self,
        began: _Run,
        body: Mapping[str, object],
        answer: Answer[T],
        run: Callable[[Mapping[str, object], Answer[T], Callable[[T], None]], None],
        keep: Callable[[T], None],
        request_id: str | None = None,
    ) -> None:
        def settle(value: T | None, error: BaseException | None) -> None:
            if request_id is not None:
                del self._by_id[request_id]
            began.end, began.ended_at_us = (value, error), self._parts.now_us()
            for caller in began.callers:
                _give(caller, value, error)

        began.join(answer)
        if request_id is None:
            self._runs.append(began)
        run(body, Answer(settle), keep)

    def _forget_old(self) -> None:
        now_us = self._parts.now_us()
        self._runs = [
            run
            for run in self._runs
            if run.end is None or (run.orphaned and now_us - run.ended_at_us < ADOPTED_US)
        ]
        before_us = now_us - KEPT_US
        answers = self._world.answers.values()
        for answer in list(takewhile(lambda one: one.created_at_us <= before_us, answers)):
            self._world.drop_answer(answer)


def _give(answer: Answer[Any], value: Any, error: BaseException | None) -> None:
    if error is not None:
        answer.fail(error)
    else:
        answer.ok(value)
