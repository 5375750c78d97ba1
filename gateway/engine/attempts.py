"""Action attempts, and the calls that wait for them.

Each change of a row is held against the row's open attempts, so an attempt ends in the transaction
that makes its row what was asked. A call that waits is answered when its attempt has ended, when
the lock is given up, or at its deadline: then the attempt is still pending, and may be asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from gateway.policy.attempts import KEPT_US, AttemptRecord, AttemptStatus, AttemptType, ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.engine.parts import Parts
    from gateway.policy.records import CodeRecord
    from latchbench.clock import Timer


@dataclass(slots=True)
class _Waiting:
    """A call that waits for its attempt to end."""

    device_id: str
    then: Callable[[], None]
    deadline: Timer


class Attempts:
    """All attempts of the last day."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._world = parts.world
        self._open: dict[str, list[str]] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._world.changed = self._changed

    def open_count(self) -> int:
        """Calls that wait."""
        return len(self._waiting)

    def restore(self, attempts: Iterable[AttemptRecord]) -> None:
        """Take up what was stored."""
        for attempt in attempts:
            self._world.put_attempt(attempt)
            if attempt.status is AttemptStatus.PENDING:
                self._open.setdefault(attempt.access_code_id, []).append(attempt.action_attempt_id)

    def begin(
        self, action_type: AttemptType, code: CodeRecord, *, done: bool = False
    ) -> AttemptRecord:
        """A new attempt about a row, which may have ended at once; it has if it is `done`."""
        self._forget_old()
        attempt = AttemptRecord(
            self._parts.new_id(),
            action_type,
            AttemptStatus.SUCCESS if done else AttemptStatus.PENDING,
            code.access_code_id,
            code.device_id,
            self._parts.now_us(),
        )
        self._world.put_attempt(attempt)
        if done:
            return attempt
        self._open.setdefault(code.access_code_id, []).append(attempt.action_attempt_id)
        self._changed(code.access_code_id)
        return self._world.attempts[attempt.action_attempt_id]

    def _forget_old(self) -> None:
        """The oldest come first, so this ends at the first one to keep."""
        before_us = self._parts.now_us() - KEPT_US
        old = takewhile(
            lambda attempt: attempt.created_at_us <= before_us, self._world.attempts.values()
        )
        for attempt in [one for one in old if one.status is not AttemptStatus.PENDING]:
            self._world.drop_attempt(attempt)

    def _changed(self, access_code_id: str) -> None:
        code = self._world.codes.get(access_code_id)
        still_open = []
        for attempt_id in self._open.pop(access_code_id, ()):
            attempt = ended(self._world.attempts[attempt_id], code, self._parts.now_us())
            if attempt.status is AttemptStatus.PENDING:
                still_open.append(attempt_id)
                continue
            self._world.put_attempt(attempt)
            self._parts.trace(
                "gateway.attempt.ended",
                action=attempt.action_type.value,
                status=attempt.status.value,
                error=attempt.error_type,
            )
            self._end(attempt_id)
        if still_open:
            self._open[access_code_id] = still_open

    # Calls that wait.

    def wait(self, attempt: AttemptRecord, deadline_us: int, then: Callable[[], None]) -> None:
        """Call `then` when there is nothing more to wait for, and what ended it is durable."""
        attempt = self._world.attempts[attempt.action_attempt_id]
        if attempt.status is not AttemptStatus.PENDING:
            then()
            return
        attempt_id = attempt.action_attempt_id
        timer = self._parts.clock.call_at(deadline_us, lambda: self._end(attempt_id))
        self._waiting[attempt_id] = _Waiting(attempt.device_id, then, timer)

    def _end(self, attempt_id: str) -> None:
        waiting = self._waiting.pop(attempt_id, None)
        if waiting is not None:
            waiting.deadline.cancel()
            # After the change that is under way, which its maker hands to the store.
            self._parts.clock.call_at(self._parts.now_us(), lambda: self._world.save(waiting.then))

    def lock_silent(self, device_id: str) -> None:
        """Calls do not wait for a lock that went silent."""
        for attempt_id, waiting in list(self._waiting.items()):
            if waiting.device_id == device_id:
                self._end(attempt_id)
