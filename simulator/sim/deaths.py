"""Processes that die in the middle of a handler: between two effects that outlive them.

What outlives a gateway is what it commits, and what outlives a host are the memory files of its
locks. So a crash point is before such an effect, whose bytes are lost then, or behind it, and they
are kept; nothing that would have followed happens. That is a power loss too: the store confirms
what is safe, and the open commit survives or not. What was said to others in the same step may have
left the process or not, so a death says that as well.

A death unwinds the handler as an exception that none of our code catches: `Died` is no `Exception`.
The life whose step it was ends there; see `simulator.sim.processes.Life`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.store.records import check_texts
from gateway.store.writer import InlineWriter
from simulator.host.nvm import Nvm
from simulator.host.story import Story
from simulator.model.effects import CodeCleared, CodeStored, ScheduleStored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gateway.policy.records import Changes
    from gateway.store.store import Store
    from gateway.store.writer import Done
    from latchbench.lockstep import Participant
    from simulator.host.nvm import Record
    from simulator.model.effects import Effect
    from simulator.model.memory import Memory


@dataclass(frozen=True, slots=True)
class Death:
    """A process dies at its `nth` effect from now on, the first being 1.

    `is_kept`: that effect itself still happens. `is_heard`: what the process has said in the step
    of its death is heard. `within_us`: it lives on if it has not got that far by then; None is no
    limit.
    """

    nth: int
    is_kept: bool
    is_heard: bool
    within_us: int | None = None

    @property
    def words(self) -> str:
        """For people."""
        when = "behind" if self.is_kept else "before"
        said = "heard" if self.is_heard else "unheard"
        return f"{when} effect {self.nth} from here, {said}"


class Died(BaseException):
    """Ends whatever a process was doing. No part of the product may catch it."""

    def __init__(self, death: Death) -> None:
        super().__init__(death.words)
        self.death = death


class Fuse:
    """Burns down as a process has effects, over all its lives. At its end the process dies.

    `participant` is the process as it lives now; while it is None nothing is counted: a process
    that has not begun, or has ended, dies of nothing.
    """

    def __init__(self) -> None:
        self.participant: Participant | None = None
        self._death: Death | None = None
        self._left = 0
        self._until_us: int | None = None

    def light(self, death: Death, now_us: int) -> None:
        """From now on; whatever was lit before is forgotten."""
        self._death, self._left = death, death.nth
        self._until_us = None if death.within_us is None else now_us + death.within_us

    def put_out(self) -> None:
        """Die of nothing any more."""
        self._death = None

    def carry_out(self, effect: Callable[[], None]) -> None:
        """Have an effect, and die of it if it is the one. Raises `Died`."""
        death = self._counted()
        if death is not None and not death.is_kept:
            raise Died(death)
        effect()
        if death is not None:
            raise Died(death)

    def _counted(self) -> Death | None:
        death, participant = self._death, self.participant
        if death is None or participant is None:
            return None
        if self._until_us is not None and participant.clock.now_us() > self._until_us:
            self.put_out()
            return None
        self._left -= 1
        if self._left:
            return None
        self.put_out()
        return death


class MortalWriter:
    """Writes the store of a gateway that may die of it.

    What the gateway has told of itself since the handler began that wanted a commit dies with that
    commit: it told of decisions that were never taken.
    """

    def __init__(self, store: Store, participant: Participant, fuse: Fuse) -> None:
        self._inner = InlineWriter(store)
        self._participant = participant
        self._fuse = fuse

    def submit(self, changes: Changes, done: Done) -> None:
        """See `AnyWriter.submit`. Raises `Died` too."""
        check_texts(changes)
        mark = self._participant.tracer.mark()
        self._participant.jobs.do("store", lambda: self._commit(changes, done, mark))

    def _commit(self, changes: Changes, done: Done, mark: int) -> None:
        if not changes:
            self._inner.submit(changes, done)
            return
        try:
            self._fuse.carry_out(lambda: self._inner.submit(changes, done))
        except Died as died:
            if not died.death.is_kept:
                self._participant.tracer.forget_since(mark)
            raise

    def close(self) -> None:
        """See `AnyWriter.close`."""
        self._inner.close()


class MortalNvm(Nvm):
    """The memory file of a lock whose host may die of writing it.

    A host tells of what its locks hold once it is written. One that dies behind a write has told
    nothing, and the trace is to know all that is true of a lock: so it is told here.
    """

    __slots__ = ("_fuse",)

    def __init__(self, path: Path, fuse: Fuse) -> None:
        super().__init__(path)
        self._fuse = fuse

    def write(self, record: Record) -> None:
        """See `Nvm.write`. Raises `Died` too."""
        before = self._written
        try:
            self._fuse.carry_out(lambda: super(MortalNvm, self).write(record))
        except Died as died:
            participant = self._fuse.participant
            if died.death.is_kept and before is not None and participant is not None:
                story = Story(participant.tracer, record.lock)
                story.happened(_changes(before.memory, record.memory))
            raise


def _changes(old: Memory, new: Memory) -> Iterator[Effect]:
    """What must have happened to the codes of a lock between two of its memories."""
    for slot, held in new.slots.items():
        if old.slots.get(slot) != held:
            yield CodeStored(slot, held.pin, held.status)
    for slot in old.slots:
        if slot not in new.slots:
            yield CodeCleared(slot)
    for slot in sorted({*old.windows, *new.windows}):
        window = new.windows.get(slot)
        if window != old.windows.get(slot):
            hours = (None, None) if window is None else (window.not_before_us, window.not_after_us)
            yield ScheduleStored(slot, *hours)
