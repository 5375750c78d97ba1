"""Where the events of a case stand in a picture with a lane for each lock: numbers, no drawing.

Time goes to the right and is not to scale: what happens within milliseconds of something else has
room, and a time in which nothing happens is cut short and marked as such.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from simulator.scenario.report import clock_time, event_line, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from latchbench.trace import TraceEvent
    from simulator.scenario.verdict import CaseVerdict

GATEWAY: Final = "gateway"
EVENTS_DRAWN_MAX: Final = 400
LANES_DRAWN_MAX: Final = 40
ROWS_MAX: Final = 4  # codes that are drawn in one lock at one time
CUT_US: Final = 1_000_000  # nothing happens for so long: cut short
_APART: Final = 13
_STEPS_APART: Final = 21
_TICKS_APART: Final = 20
_TICK_LETTER: Final = 6.4
_A_DECADE: Final = 8
_LETTER: Final = 7
_MARGIN: Final = 18

# What is drawn of a lock and of the gateway; the rest stands in the list of events.
_OF_A_LOCK: Final = {
    "lock.code.refused": "bad",
    "lock.fault.armed": "armed",
    "lock.fault.fired": "fault",
    "lock.radio": "world",
    "lock.power": "world",
    "lock.battery": "world",
    "lock.jammed": "world",
    "lock.reset": "world",
    "lock.filled": "world",
    "lock.keypad": "keypad",
}
_OF_THE_GATEWAY: Final = {
    "gateway.create_multiple": "call",
    "gateway.device.apart": "doubt",
    "gateway.refused": "bad",
    "gateway.group.committed": "good",
    "gateway.group.aborted": "bad",
    "gateway.code.verified": "good",
    "gateway.code.gone": "good",
    "gateway.code.expired": "call",
    "gateway.code.not_there": "doubt",
    "gateway.code.refused": "bad",
    "gateway.code.redrawn": "call",
    "gateway.code.cut_short": "bad",
    "gateway.code.changed_at_lock": "doubt",
    "gateway.drift.suspected": "doubt",
    "gateway.deadline": "bad",
}
_AT_KEYPAD: Final = {"opened": "opened", "done": "world", "menu": "world"}  # all else: denied
_WRITES: Final = frozenset({"SetCode", "ClearCode"})


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at one moment; `kind` is how it looks, `title` says it in words."""

    lane: str
    x: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A code in a slot from one moment to another. `row` is its place among others in its lane."""

    lane: str
    row: int
    x: int
    end_x: int
    pin: str
    slot: str
    exposed: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A time in which nothing happened, drawn shorter than it was."""

    x: int
    end_x: int
    words: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """The beginning of a step."""

    x: int
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """What time it is at one place."""

    x: int
    words: str

    @property
    def end_x(self) -> int:
        """Where its words end."""
        return self.x + round(_TICK_LETTER * len(self.words))


@dataclass(slots=True)
class Lanes:
    """The whole picture. `failed_x` is where the failing expectation was looked at."""

    names: list[str]
    marks: list[Mark] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    steps: list[StepLine] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    failed_x: int | None = None
    width: int = 0
    left_out: int = 0  # events before the first that is drawn
    lanes_left_out: int = 0

    def rows(self, lane: str) -> int:
        """How many codes stand below each other in a lane."""
        return max((bar.row + 1 for bar in self.bars if bar.lane == lane), default=0)


def lay_out(verdict: CaseVerdict) -> Lanes:
    """The picture of a case."""
    drawn = list(_worth_drawing(verdict.trace))
    shown = drawn[-EVENTS_DRAWN_MAX:]
    locks = [lock.lock for lock in verdict.left]
    lanes = Lanes([*_busy(locks, shown), GATEWAY])
    lanes.left_out = len(drawn) - len(shown)
    lanes.lanes_left_out = len(locks) + 1 - len(lanes.names)
    painter = _Painter(verdict, lanes)
    for event in drawn[: lanes.left_out]:
        painter.before(event)
    for event in shown:
        painter.draw(event)
    painter.finish()
    return lanes


def _worth_drawing(trace: Sequence[TraceEvent]) -> Iterator[TraceEvent]:
    """What has a place, without the routine reads of a time in which nothing else happens."""
    placed = [event for event in trace if _lane(event) is not None]
    told_us = [event.at_us for event in placed if _kind(event) != "read"]
    for event in placed:
        if _kind(event) != "read":
            yield event
            continue
        next_one = bisect_left(told_us, event.at_us)
        near = told_us[max(next_one - 1, 0) : next_one + 1]
        if any(abs(event.at_us - at_us) < CUT_US for at_us in near):
            yield event


def _busy(locks: Sequence[str], events: Iterable[TraceEvent]) -> list[str]:
    """The locks that are drawn: all, or of many those to which something happened first."""
    if len(locks) <= LANES_DRAWN_MAX:
        return list(locks)
    met = dict.fromkeys(_lane(event) or "" for event in events if _kind(event) != "read")
    chosen = set([lock for lock in met if lock in set(locks)][:LANES_DRAWN_MAX])
    return [lock for lock in locks if lock in chosen]


def _lane(event: TraceEvent) -> str | None:
    """Where an event is drawn: a lock's name, the gateway, `bench` for a step; None: nowhere."""
    if event.kind == "bench.step":
        return "bench"
    if event.kind in ("lock.code.stored", "lock.code.cleared"):
        return event.source
    if _kind(event) is None:
        return None
    return event.fields["lock"] if event.kind == "gateway.command.sent" else event.source


def _kind(event: TraceEvent) -> str | None:
    if event.kind == "gateway.command.sent":
        return "write" if event.fields.get("command") in _WRITES else "read"
    if event.kind == "lock.report":
        fields = event.fields
        unheard = fields.get("transmit", "ok") != "ok" or fields.get("supervision") == "fail"
        return "bad" if unheard else None
    if event.kind.startswith("gateway.lock."):
        return "doubt"
    return _OF_A_LOCK.get(event.kind) or _OF_THE_GATEWAY.get(event.kind)


def _look(event: TraceEvent) -> str:
    kind = _kind(event) or "world"
    if kind != "keypad":
        return kind
    feedback = event.fields.get("feedback", "")
    return _AT_KEYPAD.get(feedback, "denied")


class _Painter:
    """Walks through the events from left to right."""

    def __init__(self, verdict: CaseVerdict, lanes: Lanes) -> None:
        self._verdict = verdict
        self._lanes = lanes
        self._named = set(lanes.names)
        self._exposed = {(e.lock, e.slot, e.from_us) for e in verdict.exposures}
        self._failed_us = verdict.failures[0].at_us if verdict.failures else None
        self._x = _MARGIN
        self._at_us: int | None = None
        self._last_x: dict[str, int] = {}
        self._held: dict[tuple[str, str], tuple[str, int, int, bool]] = {}

    def before(self, event: TraceEvent) -> None:
        """An event that is not drawn; codes that it leaves in locks are there from the start."""
        if event.kind in ("lock.code.stored", "lock.code.cleared"):
            self._held.pop((event.source, event.fields["slot"]), None)
        if event.kind == "lock.code.stored":
            self._store(event, 0)

    def draw(self, event: TraceEvent) -> None:
        """The next event."""
        lane = _lane(event)
        if lane is None or (lane != "bench" and lane not in self._named):
            return
        self._move(event.at_us)
        apart = _STEPS_APART if lane == "bench" else _APART
        self._x = max(self._x, self._last_x.get(lane, 0) + apart)
        self._last_x[lane] = self._x
        self._tick(event.at_us)
        title = event_line(event, self._verdict.start_us)
        if event.kind == "bench.step":
            self._lanes.steps.append(StepLine(self._x, event.fields["number"], title))
        elif event.kind in ("lock.code.stored", "lock.code.cleared"):
            self._end_bar((event.source, event.fields["slot"]))
            if event.kind == "lock.code.stored":
                self._store(event, self._x)
        else:
            if event.kind == "lock.reset":
                for place in [place for place in self._held if place[0] == event.source]:
                    self._end_bar(place)
            self._lanes.marks.append(Mark(lane, self._x, _look(event), title))

    def finish(self) -> None:
        """The end of the case."""
        end_us = self._verdict.end_us
        if self._failed_us is not None:
            self._move(self._failed_us)
            self._x += _STEPS_APART
            self._lanes.failed_x = self._x
        self._move(end_us)
        self._x += _MARGIN
        for place in list(self._held):
            self._end_bar(place)
        told_until = (tick.end_x for tick in self._lanes.ticks[-1:])
        self._lanes.width = max(self._x, *told_until, 0) + _MARGIN
        self._lanes.bars.sort(key=lambda bar: (bar.lane, bar.x, bar.row))

    def _move(self, at_us: int) -> None:
        """To the right, by how much time has passed."""
        passed_us = at_us - self._at_us if self._at_us is not None else 0
        self._at_us = at_us
        if passed_us <= 0:
            return
        if passed_us < CUT_US:
            decades = math.log10(max(passed_us / 1_000, 1))
            self._x += _APART + round(_A_DECADE * decades)
            return
        words = span(passed_us)
        told_until = (tick.end_x for tick in self._lanes.ticks[-1:])
        start_x = max(self._x + _APART, *told_until, 0)
        self._x = start_x + _LETTER * len(words) + 2 * _APART
        self._lanes.cuts.append(Cut(start_x, self._x - _APART, words))

    def _tick(self, at_us: int) -> None:
        """Say what time it is, where there is room."""
        before = [tick.end_x + _TICKS_APART for tick in self._lanes.ticks[-1:]]
        before += [cut.end_x + _TICKS_APART for cut in self._lanes.cuts[-1:]]
        if self._x >= max(before, default=0):
            words = clock_time(at_us, self._verdict.start_us)
            self._lanes.ticks.append(Tick(self._x, words))

    def _store(self, event: TraceEvent, x: int) -> None:
        slot, pin = event.fields["slot"], event.fields.get("pin", "")
        rows = {held[1] for place, held in self._held.items() if place[0] == event.source}
        row = next(number for number in range(len(rows) + 1) if number not in rows)
        exposed = (event.source, slot, event.at_us) in self._exposed
        self._held[event.source, slot] = (pin, row, x, exposed)

    def _end_bar(self, place: tuple[str, str]) -> None:
        held = self._held.pop(place, None)
        if held is None:
            return
        pin, row, x, exposed = held
        if row < ROWS_MAX and place[0] in self._named:
            self._lanes.bars.append(Bar(place[0], row, x, self._x, pin, place[1], exposed))
