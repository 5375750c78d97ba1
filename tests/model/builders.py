"""Locks for tests: a plain profile to vary, and a lock that checks its invariants at every step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from latchbench.pin import Pin
from simulator.model.effects import (
    Body,
    CodeRefused,
    Effect,
    KeypadAnswer,
    Notified,
    Replied,
    reply_of,
)
from simulator.model.events import ENTER, KeyPressed, SetCode
from simulator.model.lock import next_timer_us, step
from simulator.model.state import LockState, check_invariants, fresh
from simulator.profiles import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.model.events import Event
    from simulator.model.profile import Profile
    from simulator.model.words import Feedback, Notice, Outcome

SECOND_US = 1_000_000


def a_profile(base: str = "deadbolt-30", **changes: Any) -> Profile:
    """A profile that comes with the product, with `changes`."""
    return replace(load(base).lock, **changes)


class Lock:
    """A lock under test. Time moves only when a test says so; due timers are then fired."""

    def __init__(
        self,
        profile: Profile | None = None,
        codes: Mapping[int, str] | None = None,
        state: LockState | None = None,
    ) -> None:
        self.profile = a_profile() if profile is None else profile
        self.state = fresh(self.profile, 1) if state is None else state
        self.now_us = 1_000 * SECOND_US
        for slot, digits in (codes or {}).items():
            self.do(SetCode(slot, Pin(digits)))
            assert slot in self.state.memory.slots, "the test's own code was refused"

    def do(self, event: Event, now_us: int | None = None) -> tuple[Effect, ...]:
        """One step, now or at `now_us`."""
        self.now_us = self.now_us if now_us is None else now_us
        self.state, effects = step(self.profile, self.state, event, self.now_us)
        check_invariants(self.state, self.profile)
        due_us = next_timer_us(self.state)
        assert due_us is None or due_us > self.now_us, "a timer that is due was left"
        return effects

    def ask(self, event: Event) -> Replied:
        """The one reply to a radio event."""
        effects = self.do(event)
        assert sum(isinstance(effect, Replied) for effect in effects) == 1
        reply = reply_of(effects)
        assert reply is not None
        return reply

    def read(self, event: Event) -> Body:
        return self.ask(event).body

    def outcome(self, event: Event) -> Outcome:
        return self.ask(event).outcome

    def wait(self, us: int) -> None:
        self.now_us += us

    def type(self, digits: str, *, enter: bool = True) -> tuple[Effect, ...]:
        """What the last key gives."""
        effects: tuple[Effect, ...] = ()
        for key in digits:
            effects = self.do(KeyPressed(key))
        return self.do(KeyPressed(ENTER)) if enter else effects

    def try_code(self, digits: str) -> tuple[Feedback, int | None]:
        """Feedback and slot of the last answer to a whole code."""
        answers = [e for e in self.type(digits) if isinstance(e, KeypadAnswer)]
        assert len(answers) == 1
        return answers[0].feedback, answers[0].slot

    @property
    def codes(self) -> dict[int, str]:
        """The truth, in the clear."""
        return {slot: held.pin.reveal() for slot, held in self.state.memory.slots.items()}


def notices(effects: tuple[Effect, ...]) -> list[tuple[Notice, int | None]]:
    return [(e.notice, e.slot) for e in effects if isinstance(e, Notified)]


def refusal(effects: tuple[Effect, ...]) -> CodeRefused | None:
    return next((e for e in effects if isinstance(e, CodeRefused)), None)
