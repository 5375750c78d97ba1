"""The store as plain dicts, and the thread that thinks, both of which a test can hold up."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.policy.answers import AnswerRecord
    from gateway.policy.attempts import AttemptRecord
    from gateway.policy.records import (
        Changes,
        CodeRecord,
        DeviceRecord,
        EventRecord,
        GroupRecord,
        UnmanagedRecord,
    )
    from gateway.policy.remnants import RemnantRecord
    from latchbench.jobs import Ticket

T = TypeVar("T")


@dataclass(slots=True)
class Shelf:
    """What is durable, and what waits to become so. Outlives every gateway that writes to it."""

    devices: dict[str, DeviceRecord] = field(default_factory=dict)
    groups: dict[str, GroupRecord] = field(default_factory=dict)
    codes: dict[str, CodeRecord] = field(default_factory=dict)
    unmanaged: dict[str, UnmanagedRecord] = field(default_factory=dict)
    attempts: dict[str, AttemptRecord] = field(default_factory=dict)
    answers: dict[str, AnswerRecord] = field(default_factory=dict)
    remnants: dict[str, RemnantRecord] = field(default_factory=dict)
    events: list[EventRecord] = field(default_factory=list)
    held: bool = False
    commits: int = 0
    waiting: deque[tuple[Changes, Callable[[], None]]] = field(default_factory=deque)

    def save(self, changes: Changes, then: Callable[[], None]) -> None:
        """Take changes in; nothing is durable, and `then` is not called, before `commit`."""
        self.waiting.append((changes, then))

    def commit(self) -> None:
        """The oldest changes become durable, and the core hears of it."""
        changes, then = self.waiting.popleft()
        self._write(changes)
        then()

    def crash(self, *, keep: int = 0) -> None:
        """The gateway is gone. The `keep` oldest changes were written all the same."""
        for changes, _ in list(self.waiting)[:keep]:
            self._write(changes)
        self.waiting.clear()
        self.held = False

    def _write(self, changes: Changes) -> None:
        self.commits += 1
        self.devices.update(changes.devices)
        self.groups.update(changes.groups)
        self.codes.update(changes.codes)
        self.unmanaged.update(changes.unmanaged)
        self.attempts.update(changes.attempts)
        self.answers.update(changes.answers)
        self.remnants.update(changes.remnants)
        self.events.extend(changes.events)
        for attempt_id in changes.deleted_attempts:
            self.attempts.pop(attempt_id, None)
        for remnant_id in changes.deleted_remnants:
            self.remnants.pop(remnant_id, None)
        for request_id in changes.deleted_answers:
            self.answers.pop(request_id, None)
        for group_id in changes.deleted_groups:
            self.groups.pop(group_id, None)
        for code_id in changes.deleted_codes:
            self.codes.pop(code_id, None)
        for unmanaged_id in changes.deleted_unmanaged:
            self.unmanaged.pop(unmanaged_id, None)


class _Told(Generic[T]):
    """The end of one piece of thinking, as the engine reads it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.result = work


class Thought:
    """Chooses codes one after the other; nothing comes of it while it is `held`."""

    def __init__(self) -> None:
        self.held = False
        self._work: deque[Callable[[], None]] = deque()

    def think(self, label: str, work: Callable[[], T], then: Callable[[Ticket[T]], None]) -> None:
        """See `gateway.engine.parts.Thinking`. The work is done, and told, in `next`."""
        self._work.append(lambda: then(cast("Ticket[T]", _Told(work))))

    def waits(self) -> bool:
        """Whether something is ready to be told."""
        return bool(self._work) and not self.held

    def next(self) -> None:
        """Do one piece of work and tell its asker."""
        self._work.popleft()()
