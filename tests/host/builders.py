"""Locks at work for tests: a clock that a test turns, a memory file in a folder of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from latchbench.clock import Clock
from latchbench.pin import Pin
from latchbench.trace import Masker, Tracer
from simulator.host.hub import Hub
from simulator.host.lock_runner import LockRunner
from simulator.host.messages import Action, Command, CommandId, Notification, Report
from simulator.host.settings import LockSettings
from simulator.host.world import OpenWork, World
from simulator.model.effects import CodeReport
from simulator.model.events import ReadCode, SetCode
from simulator.model.words import Power
from simulator.profiles import load
from simulator.radio.timing import FAST, Timing
from simulator.radio.words import RadioState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from latchbench.trace import TraceEvent

START_US = 1_000_000_000
SECOND_US = 1_000_000
SUPERVISED = "deadbolt-30"  # says what became of a write, and tells of its codes


def lock_settings(
    name: str = "front",
    profile: str = SUPERVISED,
    codes: Mapping[int, str] | None = None,
    *,
    fill_slots: int = 0,
    radio: RadioState = RadioState.AWAKE,
    power: Power = Power.GOOD,
    **changes: Any,
) -> LockSettings:
    """A lock of a profile that comes with the product, with `changes` to its lock."""
    return LockSettings(
        name=name,
        lock_id=f"id-{name}",
        hub=f"hub-{name}",
        profile_name=profile,
        profile=replace(load(profile).lock, **changes),
        codes={slot: Pin(digits) for slot, digits in (codes or {}).items()},
        fill_slots=fill_slots,
        radio=radio,
        power=power,
    )


class Rig:
    """One lock at work, and the time around it. `restarted` is a host that was killed meanwhile."""

    def __init__(
        self,
        folder: Path,
        settings: LockSettings | None = None,
        *,
        now_us: int = START_US,
        seed: int = 7,
        timing: Timing = FAST,
    ) -> None:
        self.folder = folder
        self.seed = seed
        self.timing = timing
        self.clock = Clock(now_us)
        self.tracer = Tracer(self.clock, Masker(b"key"))
        self.told: list[Notification] = []
        self.work = OpenWork()
        world = World(self.clock, self.tracer, timing, seed, folder, self.told.append, self.work)
        settings = settings or lock_settings()
        self.lock = LockRunner(settings, world, Hub(settings.hub, self.tracer))
        self._sequence = 0

    def restarted(self, settings: LockSettings | None = None) -> Rig:
        """The same lock in a new host; nothing that was in the old one's hands is known to it."""
        return Rig(
            self.folder,
            settings or self.lock.settings,
            now_us=self.clock.now_us(),
            seed=self.seed,
            timing=self.timing,
        )

    def run(self, us: int = 60 * SECOND_US) -> None:
        """Let that much time pass, and fire what is due meanwhile."""
        target_us = self.clock.now_us() + us
        while (due_us := self.clock.next_timer_us()) is not None and due_us <= target_us:
            self.clock.move(due_us)
            self.clock.fire_next()
        self.clock.move(target_us)

    def fire_one(self) -> None:
        """Go to the next timer and fire it."""
        due_us = self.clock.next_timer_us()
        assert due_us is not None
        self.clock.move(due_us)
        self.clock.fire_next()

    def send(
        self, action: Action, command_id: CommandId | None = None, *, supervised: bool = True
    ) -> list[Report]:
        """Hand over a command; its report will be in the list."""
        reports: list[Report] = []
        lock_id = self.lock.settings.lock_id
        self.lock.command(Command(lock_id, action, command_id, supervised), reports.append)
        return reports

    def ask(
        self, action: Action, command_id: CommandId | None = None, *, supervised: bool = True
    ) -> Report:
        """A command from start to end, with time passing until nothing is left under way."""
        reports = self.send(action, command_id, supervised=supervised)
        while not reports:
            self.fire_one()
        assert len(reports) == 1
        return reports[0]

    def set(self, slot: int, digits: str) -> Report:
        return self.ask(SetCode(slot, Pin(digits)))

    def read(self, slot: int) -> str:
        body = self.ask(ReadCode(slot)).body
        assert isinstance(body, CodeReport)
        return body.raw.reveal()

    def codes(self) -> dict[int, str]:
        """What the lock really holds."""
        return {slot: held.pin.reveal() for slot, held in self.lock.state.memory.slots.items()}

    def trace(self) -> list[TraceEvent]:
        return self.tracer.take()

    def kinds(self) -> list[str]:
        return [event.kind for event in self.trace()]
