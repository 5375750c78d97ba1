"""What is known at one place of a world's history, read from what was seen and nothing else.

Three pictures side by side: what the locks really hold, what the gateway has made durable, and what
it was told. A promise is mostly that two of them agree, or that one follows from another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from latchbench.trace import TraceEvent
from simulator.model.words import ReadbackStyle
from simulator.profiles.loader import load
from simulator.worlds.checkers.calm import Calm
from simulator.worlds.seen import (
    NOTHING,
    Answered,
    Asked,
    Loaded,
    Look,
    Note,
    Stored,
    Told,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import CodeRecord, GroupRecord
    from latchbench.pin import Pin
    from simulator.worlds.seen import Row, Seen

WRITES: Final = frozenset({"set_user_code", "clear_user_code", "assign_user_code"})
# What people do that changes what a lock holds.
_BY_HAND: Final = frozenset({"program_at_keypad", "factory_reset"})
_STRAYS: Final = "wrong_slot"
_PAST: Final = "stale_read"
HIDDEN_BY: Final = 2
# Pauses grow to 72 s; three silences in a row, or three hosts that do not answer, make a few.
SOON_US: Final = 900_000_000
# A lock that nothing is known against is looked at as a whole every six hours.
READ_AS_A_WHOLE_US: Final = 7 * 3_600_000_000
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Held:
    """What a slot of a lock holds since `at_us`, as a token; who put it there.

    `row` is the access code that the gateway wrote there, None for what people put there. `over`
    says that a code of the gateway's had been in the slot. `astray`: not where it was sent.
    """

    token: str
    at_us: int
    row: CodeRecord | None = None
    over: bool = False
    astray: bool = False


@dataclass(slots=True)
class Picture:
    """What the gateway was told of one lock: the last look at each slot, and when it was."""

    looks: dict[int, tuple[Look, int]] = field(default_factory=dict)
    walked_us: int = -1
    incarnation: int | None = None

    def look(self, slot: int) -> tuple[Look, int] | None:
        """The last look at a slot, and its instant; None when there was none."""
        seen = self.looks.get(slot)
        if seen is None and self.walked_us >= 0:
            return NOTHING, self.walked_us
        return seen

    def heard(self, told: Told, at_us: int) -> None:
        """One more report."""
        if told.incarnation is not None and told.incarnation != self.incarnation:
            self.looks.clear()
            self.walked_us, self.incarnation = -1, told.incarnation
        if told.whole:
            self.looks.clear()
            self.walked_us = at_us
        for slot, look in (told.looks or {}).items():
            self.looks[slot] = (look, at_us)


class Reading:
    """The pictures, brought up to date event by event."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.now_us = 0
        self.calm = Calm(seen)
        self.held: dict[Place, Held] = {}
        self.rows: dict[str, CodeRecord] = {}
        self.groups: dict[str, GroupRecord] = {}
        self.pictures: dict[str, Picture] = {}
        self.writes: dict[Place, tuple[Asked, int]] = {}  # the last one to each slot
        self.strays: set[str] = set()
        self._past_us: dict[str, list[int]] = {}  # when each lock has shown the past
        self._last_write: dict[str, Asked] = {}
        self._sets: dict[tuple[str, int, str], CodeRecord | None] = {}
        self._by_hand: tuple[int, int] | None = None
        self._tokens: dict[Pin, str] = {}

    def token(self, pin: Pin) -> str:
        """What stands for a PIN in the trace."""
        if pin not in self._tokens:
            self._tokens[pin] = self.seen.token(pin)
        return self._tokens[pin]

    def lock(self, row: CodeRecord) -> str:
        """The name of a row's lock."""
        return self.seen.lock_of[row.device_id]

    def owners(self, lock: str, slot: int | None) -> list[CodeRecord]:
        """The durable access codes that a slot is kept for."""
        return [row for row in self.rows.values() if row.slot == slot and self.lock(row) == lock]

    def picture(self, lock: str) -> Picture:
        """What the gateway was told of a lock."""
        return self.pictures.setdefault(lock, Picture())

    def apply(self, one: TraceEvent | Note) -> None:
        """One more."""
        self.now_us = one.at_us
        if isinstance(one, TraceEvent):
            self.calm.hear(one)
            self._hear(one)
        else:
            self._take(one)

    def hides(self, lock: str) -> bool:
        """Whether a lock does not show the digits that it holds."""
        return masks(self.seen.plan.fleet["locks"][lock]["profile"])

    def is_hidden(self, lock: str, held: Held) -> bool:
        """Whether nobody can know that a lock holds something.

        It masks what it holds, and has shown the past twice since that came there.
        """
        return self.hides(lock) and self._lies_about(lock, held) >= HIDDEN_BY

    def soon_us(self, lock: str, held: Held) -> int:
        """How long a lock within reach may hold what is not wanted there.

        What it has hidden by showing the past is found when the whole lock is read again.
        """
        return READ_AS_A_WHOLE_US if self._lies_about(lock, held) else SOON_US

    def _lies_about(self, lock: str, held: Held) -> int:
        return sum(at_us >= held.at_us for at_us in self._past_us.get(lock, ()))

    # What the locks tell.

    def _hear(self, event: TraceEvent) -> None:
        told = event.fields
        match event.kind:
            case "bench.step" if told.get("verb") in _BY_HAND:
                self._by_hand = (event.at_us, event.delta)
            case "lock.fault.fired" if told.get("fault") == _STRAYS:
                self.strays.add(event.source)
            case "lock.fault.fired" if told.get("fault") == _PAST:
                self._past_us.setdefault(event.source, []).append(event.at_us)
            case "lock.code.stored":
                place = (event.source, int(told["slot"]))
                self.held[place] = self._stored(event, place)
            case "lock.code.cleared":
                self.held.pop((event.source, int(told["slot"])), None)

    def is_by_hand(self, event: TraceEvent) -> bool:
        """Whether people, or the scenario at its start, did what a lock tells."""
        at_start = event.source not in self._last_write
        return at_start or self._by_hand == (event.at_us, event.delta)

    def _stored(self, event: TraceEvent, place: Place) -> Held:
        token = event.fields["pin"]
        before = self.held.get(place)
        if self.is_by_hand(event):
            over = before is not None and (before.row is not None or before.over)
            return Held(token, event.at_us, over=over)
        lock, slot = place
        row = self._sets.get((lock, slot, token))
        if row is not None:
            return Held(token, event.at_us, row)
        # In another slot, or cut short on its way: it came of the command that is under way.
        last = self._last_write[lock]
        meant = None
        if last.slot is not None and last.pin is not None:
            meant = self._sets.get((lock, last.slot, self.token(last.pin)))
        elif last.slot is not None:
            meant = next(iter(self.owners(lock, last.slot)), None)
        return Held(token, event.at_us, meant, astray=last.slot != slot)

    # What passes between the gateway and everybody else.

    def _take(self, note: Note) -> None:
        match note.fact:
            case Loaded(groups, codes):
                self.groups = {group.group_id: group for group in groups}
                self.rows = {row.access_code_id: row for row in codes}
                self.calm.disturb_all(note.at_us)
            case Stored(changes):
                self.groups.update(changes.groups)
                self.rows.update(changes.codes)
                for group_id in changes.deleted_groups:
                    self.groups.pop(group_id, None)
                for code_id in changes.deleted_codes:
                    self.rows.pop(code_id, None)
            case Asked() as asked if asked.word in WRITES and asked.slot is not None:
                self._write(asked, asked.slot, note.at_us)
            case Told() as told:
                self.picture(told.lock).heard(told, note.at_us)

    def _write(self, asked: Asked, slot: int, at_us: int) -> None:
        self.strays.discard(asked.lock)
        self._last_write[asked.lock] = asked
        self.writes[asked.lock, slot] = (asked, at_us)
        if asked.pin is not None:
            owner = next(
                (row for row in self.owners(asked.lock, slot) if row.pin == asked.pin), None
            )
            self._sets[asked.lock, slot, self.token(asked.pin)] = owner


def follow(seen: Seen) -> Iterator[tuple[TraceEvent | Note, Reading]]:
    """Each event and note of a world, and what is known right after it."""
    reading = Reading(seen)
    for one in seen.timeline():
        reading.apply(one)
        yield one, reading


def rows_told(note: Note) -> Iterator[Row]:
    """Every access code that an answer shows, managed ones."""
    if not isinstance(note.fact, Answered) or note.fact.exchange.status != 200:
        return
    exchange = note.fact.exchange
    yield from _rows_in(exchange.reply)


def _rows_in(plain: object) -> Iterator[Row]:
    if isinstance(plain, dict):
        if "access_code_id" in plain and plain.get("is_managed"):
            yield plain
            return
        for value in plain.values():
            yield from _rows_in(value)
    elif isinstance(plain, list | tuple):
        for value in plain:
            yield from _rows_in(value)


@cache
def masks(profile: str) -> bool:
    """Whether locks of a kind do not show the digits that they hold."""
    return load(profile).lock.readback_style not in _SHOWING


_SHOWING: Final = frozenset(style for style in ReadbackStyle if not style.value.startswith("mask"))
