"""Who shares which code: the whole decision about the digits of one `create_multiple` call.

Pure, and the same for the call itself and for asking what it would do. The order of the locks is
the order of the request; nothing here depends on the order of sets or dicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from gateway.policy.choose import Choice, Draw, FewCodesLeft, pick
from gateway.policy.explain import explain, why_apart
from gateway.policy.judge import Reason, judge
from gateway.policy.keypad import LockFacts, Owner, Word, all_rules, common_lengths
from gateway.policy.largest import largest
from gateway.policy.space import Counters, Spaces
from gateway.policy.wording import given_code_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from latchbench.pin import Pin

Behavior = Literal["throw", "create_random_code"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A device that cannot take part, with every reason. The first one is the one to name."""

    device_id: str
    reasons: tuple[Reason, ...]

    @property
    def word(self) -> Word:
        """The first reason as a word."""
        return self.reasons[0].word

    @property
    def message(self) -> str:
        """All reasons for people, without any code."""
        return "; ".join(reason.message for reason in self.reasons)

    @property
    def owner(self) -> Owner | None:
        """Who holds the code that is in the way, if that is a reason and it is known."""
        return next((reason.owner for reason in self.reasons if reason.owner), None)


@dataclass(frozen=True, slots=True)
class Straggler:
    """A device that gets its own code, and why it cannot share.

    `pin` is None where the lock's provider, or the lock itself, makes the code.
    """

    device_id: str
    pin: Pin | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. Device ids are in request order everywhere.

    Under "throw" either all share or `refusals` says who is in the way. Under "create_random_code"
    a refusal is a device for which no code exists at all. `explanation` says why not all share, ""
    if they do. `free` is how many codes were left to draw the shared one from, itself included;
    None if it was not drawn. `counters` are for judging cost, not part of what was decided.
    """

    shared_pin: Pin | None = None
    sharers: tuple[str, ...] = ()
    stragglers: tuple[Straggler, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    explanation: str = ""
    free: int | None = None
    warnings: tuple[FewCodesLeft, ...] = ()
    counters: Counters = field(default_factory=Counters, compare=False)

    @property
    def only_in_use(self) -> bool:
        """Whether the devices refuse a given code, and only because they have it in use."""
        reasons = [reason for refusal in self.refusals for reason in refusal.reasons]
        return bool(reasons) and all(reason.detail == "pin_in_use" for reason in reasons)


_SPACES = Spaces()
_Apart = tuple[LockFacts, tuple[Reason, ...]]


def decide(
    locks: Sequence[LockFacts],
    *,
    behavior: Behavior,
    code: Pin | None,
    preferred_length: int | None,
    draw: Draw,
    spaces: Spaces = _SPACES,
) -> Decision:
    """Decide who shares, with which code, and what the others get.

    With a `code`, those that accept it share it and `preferred_length` is ignored. Without one, a
    code is drawn that all accept; if there is none, "throw" refuses and "create_random_code" lets
    the most devices share, ties going to those requested first. A lone device whose provider
    chooses the PIN is not refused: it is a straggler without a PIN.

    Asks `draw` for one integer per drawn code: the shared one first, then the stragglers' in
    request order. Raises `ValueError` without locks.
    """
    if not locks:
        raise ValueError("a code is for at least one lock")
    planner = _Planner(tuple(locks), behavior, preferred_length, draw, spaces)
    decision = planner.drawn() if code is None else planner.given(code)
    return replace(decision, counters=planner.counters)


def own_code(
    lock: LockFacts, *, preferred_length: int | None, draw: Draw, spaces: Spaces = _SPACES
) -> Choice | None:
    """A code for one lock alone, None if there is none that can be drawn.

    For a lock that turned its code down: put that code into `refused` and ask again.
    """
    return pick([lock], draw, preferred=preferred_length, spaces=spaces, counters=Counters())


class _Planner:
    """One decision under way."""

    def __init__(
        self,
        locks: tuple[LockFacts, ...],
        behavior: Behavior,
        preferred: int | None,
        draw: Draw,
        spaces: Spaces,
    ) -> None:
        self._locks = locks
        self._behavior = behavior
        self._preferred = preferred
        self._draw = draw
        self._spaces = spaces
        self.counters = Counters()

    def given(self, code: Pin) -> Decision:
        """For a code that the caller chose."""
        self._preferred = None
        judged = [(lock, judge(lock, code)) for lock in self._locks]
        against = [(lock, reasons) for lock, reasons in judged if reasons]
        accepting = tuple(lock for lock, reasons in judged if not reasons)
        explanation = self._verdict(against)
        if against and self._behavior == "throw":
            refusals = tuple(Refusal(lock.device_id, reasons) for lock, reasons in against)
            return Decision(refusals=refusals, explanation=explanation)
        decision = Decision(
            shared_pin=code if accepting else None,
            sharers=_ids(accepting),
            explanation=explanation,
        )
        return self._with_stragglers(decision, against)

    def drawn(self) -> Decision:
        """For a code that is to be drawn."""
        locks = self._locks
        choice = self._pick(locks)
        if choice:
            return _shared(locks, choice)
        if len(locks) == 1 and locks[0].keypad.never_drawn:
            return self._with_stragglers(Decision(), self._apart(locks, ()))
        conflict = explain(locks, spaces=self._spaces, counters=self.counters)
        if self._behavior == "throw":
            refusals = tuple(
                Refusal(locks[position].device_id, reasons)
                for position, reasons in conflict.reasons
            )
            return Decision(refusals=refusals, explanation=conflict.sentence)
        able = [lock for lock in locks if not lock.keypad.never_drawn]
        sharers = largest(able, spaces=self._spaces, counters=self.counters)
        choice = self._pick(sharers) if sharers else None
        decision = _shared(sharers, choice) if choice else Decision()
        decision = replace(decision, explanation=conflict.sentence)
        return self._with_stragglers(decision, self._apart(locks, sharers))

    def _verdict(self, against: Sequence[_Apart]) -> str:
        if not against:
            return ""
        messages = [Refusal(lock.device_id, reasons).message for lock, reasons in against]
        return given_code_sentence(messages, len(self._locks))

    def _apart(self, locks: Sequence[LockFacts], sharers: Sequence[LockFacts]) -> list[_Apart]:
        """The locks that are not among the sharers, and why."""
        sharing = set(map(id, sharers))
        lengths = common_lengths(sharers)
        words = all_rules(sharers)
        return [
            (
                lock,
                why_apart(lock, lengths, words, spaces=self._spaces, counters=self.counters),
            )
            for lock in locks
            if id(lock) not in sharing
        ]

    def _pick(self, locks: Sequence[LockFacts]) -> Choice | None:
        return pick(
            locks,
            self._draw,
            preferred=self._preferred,
            spaces=self._spaces,
            counters=self.counters,
        )

    def _with_stragglers(self, decision: Decision, apart: Sequence[_Apart]) -> Decision:
        """Give each lock that is apart a code of its own, or refuse it if it has none left."""
        stragglers = []
        refusals = []
        warnings = list(decision.warnings)
        for lock, reasons in apart:
            choice = self._pick([lock])
            if choice is None and not lock.keypad.never_drawn:
                # Its keypad takes no code that is free: sharing is not what stands in the way.
                conflict = explain([lock], spaces=self._spaces, counters=self.counters)
                refusals.append(Refusal(lock.device_id, conflict.reasons[0][1]))
                continue
            stragglers.append(Straggler(lock.device_id, choice.pin if choice else None, reasons))
            if choice and choice.few:
                warnings.append(replace(choice.few, device_id=lock.device_id))
        return replace(
            decision,
            stragglers=tuple(stragglers),
            refusals=tuple(refusals),
            warnings=tuple(warnings),
        )


def _shared(sharers: Sequence[LockFacts], choice: Choice) -> Decision:
    return Decision(
        shared_pin=choice.pin,
        sharers=_ids(sharers),
        free=choice.free,
        warnings=(choice.few,) if choice.few else (),
    )


def _ids(locks: Sequence[LockFacts]) -> tuple[str, ...]:
    return tuple(lock.device_id for lock in locks)
