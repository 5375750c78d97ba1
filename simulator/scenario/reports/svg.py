"""Draws the lanes: shapes that differ in form and not in colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from latchbench.pin import MASK
from simulator.scenario.reports.lanes import GATEWAY, Lanes
from simulator.scenario.reports.markup import Markup, joined, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.scenario.reports.lanes import Bar, Cut, Mark, StepLine

LABEL_WIDTH: Final = 132
_TOP: Final = 26  # the steps' numbers
_LANE: Final = 26  # the marks of a lane
_ROW: Final = 17  # a code below them
_GAP: Final = 8
_BOTTOM: Final = 18
_COLOURS: Final = 8
_NAME_MAX: Final = 17

# Each as a path around 0,0. The form alone tells them apart.
SHAPES: Final[Mapping[str, str]] = {
    "write": "M-4 -5L4 0L-4 5Z",
    "read": "M0 -3L0 3",
    "bad": "M-4 -4L4 4M4 -4L-4 4",
    "good": "M-5 0L-1 4L5 -4",
    "doubt": "M0 -5L5 0L0 5L-5 0Z",
    "call": "M-5 -5H5V5H-5Z",
    "armed": "M0 -6L6 5H-6Z",
    "fault": "M1 -7L-5 1H-1L-1 7L5 -1H1Z",
    "world": "M-5 -3H5V3H-5Z",
    "opened": "M-4 -5H4V5H-4ZM-1 0L1 0",
    "denied": "M-4 -5H4V5H-4ZM-4 5L4 -5",
}
LEGEND: Final[Mapping[str, str]] = {
    "call": "call to the gateway",
    "write": "code sent or cleared",
    "read": "lock read",
    "good": "the gateway has proof",
    "bad": "refused, unheard, withdrawn",
    "doubt": "the gateway is in doubt",
    "armed": "fault armed",
    "fault": "fault fired",
    "world": "radio, power or hands at the lock",
    "opened": "keypad: it opens",
    "denied": "keypad: it stays shut",
}


def symbols() -> Markup:
    """The shapes, once for the page."""
    drawn = (
        tag("symbol", tag("path", d=path), id=f"m-{kind}", overflow="visible")
        for kind, path in SHAPES.items()
    )
    return tag("svg", joined(drawn), width=0, height=0, aria_hidden="true", class_="symbols")


def legend() -> Markup:
    """What the shapes mean."""
    items = (
        tag("li", tag("svg", _use(kind, 9, 9), width=18, height=18, aria_hidden="true"), words)
        for kind, words in LEGEND.items()
    )
    return tag("ul", joined(items), class_="legend")


def draw(lanes: Lanes, identity: str, title: str) -> Markup:
    """The picture: names that stay where they are, and lanes that can be scrolled."""
    tops: dict[str, int] = {}
    y = _TOP
    for name in lanes.names:
        tops[name] = y
        y += _LANE + _ROW * lanes.rows(name) + _GAP
    height = y + _BOTTOM
    names = (
        tag("text", _short(name), x=4, y=tops[name] + 18, class_=_name_class(name))
        for name in lanes.names
    )
    labels = tag(
        "svg", joined(names), width=LABEL_WIDTH, height=height, class_="names", aria_hidden="true"
    )
    picture = tag(
        "svg",
        tag("title", title, id=f"{identity}-t"),
        joined(_parts(lanes, tops, height)),
        width=lanes.width,
        height=height,
        role="img",
        aria_labelledby=f"{identity}-t",
    )
    scrolled = tag("div", picture, class_="scroll", tabindex=0, role="group", aria_label=title)
    return tag("div", labels, scrolled, class_="lanes")


def _parts(lanes: Lanes, tops: Mapping[str, int], height: int) -> Iterator[Markup]:
    for number, name in enumerate(lanes.names):
        band = _LANE + _ROW * lanes.rows(name) + _GAP
        yield tag(
            "rect", x=0, y=tops[name], width=lanes.width, height=band, class_=f"lane l{number % 2}"
        )
    yield from (_cut(cut, height) for cut in lanes.cuts)
    for tick in lanes.ticks:
        yield tag("text", tick.words, x=tick.x, y=height - 3, class_="tick")
    yield from (_step(step, height) for step in lanes.steps)
    if lanes.failed_x is not None:
        yield _failed(lanes.failed_x, height)
    yield from (_bar(bar, tops[bar.lane]) for bar in lanes.bars)
    yield from (_mark(mark, tops[mark.lane]) for mark in lanes.marks)


def _cut(cut: Cut, height: int) -> Markup:
    return tag(
        "g",
        tag("rect", x=cut.x, y=0, width=cut.end_x - cut.x, height=height),
        tag("text", cut.words, x=(cut.x + cut.end_x) // 2, y=height - 3),
        tag("title", f"nothing happens for {cut.words}: drawn shorter than it is"),
        class_="cut",
    )


def _step(step: StepLine, height: int) -> Markup:
    return tag(
        "g",
        tag("line", x1=step.x, x2=step.x, y1=20, y2=height - _BOTTOM),
        tag("circle", cx=step.x, cy=11, r=9),
        tag("text", step.number, x=step.x, y=15),
        tag("title", step.title),
        class_="step",
    )


def _failed(x: int, height: int) -> Markup:
    return tag(
        "g",
        tag("line", x1=x, x2=x, y1=20, y2=height - _BOTTOM),
        tag("text", "✗", x=x, y=16),
        tag("title", "here an expectation did not hold"),
        class_="failed",
    )


def _bar(bar: Bar, top: int) -> Markup:
    y = top + _LANE + _ROW * bar.row
    width = max(bar.end_x - bar.x, 4)
    letter = bar.pin.removeprefix(MASK)
    withdrawn = ", withdrawn" if bar.exposed else ""
    return tag(
        "g",
        tag("rect", x=bar.x, y=y, width=width, height=_ROW - 3, rx=3),
        tag("text", letter, x=bar.x + 4, y=y + 11) if width > 8 * len(letter) else "",
        tag("title", f"slot {bar.slot} holds {bar.pin}{withdrawn}"),
        class_=f"code p{_colour(letter)}" + (" exposed" if bar.exposed else ""),
    )


def _colour(letter: str) -> int:
    return sum(map(ord, letter)) % _COLOURS


def _mark(mark: Mark, top: int) -> Markup:
    y = top + _LANE // 2 + 2
    return tag("g", _use(mark.kind, mark.x, y), tag("title", mark.title))


def _use(kind: str, x: int, y: int) -> Markup:
    return tag("use", href=f"#m-{kind}", x=x, y=y, class_=f"m {kind}")


def _short(name: str) -> str:
    return name if len(name) <= _NAME_MAX else f"{name[: _NAME_MAX - 1]}…"


def _name_class(name: str) -> str | None:
    return "gateway" if name == GATEWAY else None
