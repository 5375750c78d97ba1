"""One case on the page, and one comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.scenario.policies import BOTH
from simulator.scenario.report import (
    MARK,
    clock_time,
    cost_line,
    count,
    event_line,
    exposure_lines,
    rerun,
    slots_text,
    timeline,
)
from simulator.scenario.reports.comparison import answers, differing, judgement
from simulator.scenario.reports.lanes import lay_out
from simulator.scenario.reports.markup import Markup, joined, tag
from simulator.scenario.reports.svg import draw
from simulator.scenario.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.scenario.verdict import CaseVerdict, Comparison

EVENTS_LISTED_MAX: Final = 500
_CLASS: Final = {Outcome.PASSED: "passed", Outcome.NOT_JUDGED: "soft"}


def case_section(verdict: CaseVerdict, number: int, *, is_open: bool) -> Markup:
    """A case, folded under its verdict; `number` makes its ids unique on the page."""
    look = _CLASS.get(verdict.outcome, "bad")
    summary = tag(
        "summary",
        tag("span", MARK[verdict.outcome], class_=f"word {look}"),
        verdict.title,
        " ",
        tag("span", verdict.path, class_="meta mono"),
    )
    inside = tag("div", joined(_inside(verdict, f"c{number}")), class_="inside")
    return tag("details", summary, inside, id=f"c{number}", class_="case", open=is_open)


def _inside(verdict: CaseVerdict, identity: str) -> Iterator[Markup]:
    yield from _why(verdict)
    if verdict.story:
        yield tag("h3", "What was asked and answered")
        yield tag("div", verdict.story, class_="story mono")
    yield from (tag("p", line, class_="doubt") for line in exposure_lines(verdict))
    if verdict.outcome is Outcome.FAILED:
        yield tag("h3", "What led to it")
        yield tag("pre", list(timeline(verdict)), tabindex=0)
    if verdict.left:
        yield tag("h3", "The locks’ own memory, before and after")
        yield _slots(verdict)
    if verdict.trace:
        yield from _picture(verdict, identity)
        yield _events(verdict)
    if verdict.costs:
        yield _costs(verdict)
    yield tag("p", cost_line(verdict), class_="meta")
    yield tag("h3", "Run it again")
    yield tag("pre", tag("code", rerun(verdict)), tabindex=0)


def _why(verdict: CaseVerdict) -> Iterator[Markup]:
    """The cause, before anything else."""
    if verdict.fault is not None:
        yield tag("div", tag("p", verdict.fault, class_="what"), class_="why")
    for failure in verdict.failures:
        at = clock_time(failure.at_us, verdict.start_us)
        place = tag("p", f"{failure.place}: {failure.step}, at {at}", class_="meta")
        what = joined(tag("p", message, class_="what") for message in failure.messages)
        yield tag("div", place, what, class_="why")
    for line in verdict.skipped:
        yield tag("p", f"left out: {line}", class_="soft")


def _slots(verdict: CaseVerdict) -> Markup:
    rows = []
    for before, after in zip(verdict.before, verdict.left, strict=True):
        changed = after.slots != before.slots
        rows.append(
            tag(
                "tr",
                tag("th", after.lock, _hidden(" (changed)") if changed else "", scope="row"),
                tag("td", after.profile),
                tag("td", slots_text(before)),
                tag("td", slots_text(after)),
                tag("td", after.process, class_="meta"),
                class_="other" if changed else None,
            )
        )
    return _table(("lock", "profile", "before", "after", "process"), rows)


def _table(heads: Sequence[str], rows: Sequence[Markup]) -> Markup:
    head = tag("thead", tag("tr", joined(tag("th", name, scope="col") for name in heads)))
    return tag("div", tag("table", head, tag("tbody", joined(rows))), class_="table")


def _picture(verdict: CaseVerdict, identity: str) -> Iterator[Markup]:
    lanes = lay_out(verdict)
    locks = count(len(lanes.names) - 1, "lock")
    yield tag("h3", "What happened, lane by lane")
    yield draw(lanes, identity, f"{verdict.title}: the lanes of {locks} and the gateway")
    yield tag("p", tag("a", "how to read this", href="#legend"), class_="meta")
    if lanes.left_out:
        words = f"{count(lanes.left_out, 'event')} before the first that is drawn"
        yield tag("p", words, class_="soft")
    if lanes.lanes_left_out:
        yield tag("p", f"{count(lanes.lanes_left_out, 'more lock')} not drawn", class_="soft")


def _events(verdict: CaseVerdict) -> Markup:
    lines = [event_line(event, verdict.start_us, verdict.end_us) for event in verdict.trace]
    shown = lines[-EVENTS_LISTED_MAX:]
    title = f"The same as a list of {count(len(lines), 'event')}"
    if len(shown) < len(lines):
        title += f", the last {len(shown)} of them"
    return _folded(title, tag("pre", shown, tabindex=0))


def _costs(verdict: CaseVerdict) -> Markup:
    rows = [
        tag(
            "tr",
            tag("th", cost.title, scope="row"),
            tag("td", f"{cost.rounds:,}"),
            tag("td", f"{cost.steps:,}"),
        )
        for cost in verdict.costs
    ]
    heads = ("step", "rounds of lockstep", "process steps")
    return _folded("What each step cost", _table(heads, rows))


def _folded(title: str, content: Markup) -> Markup:
    inside = tag("div", content, class_="inside")
    return tag("details", tag("summary", title), inside, class_="minor")


def comparison_section(comparison: Comparison, numbers: Sequence[int], *, is_open: bool) -> Markup:
    """A case under both policies; `numbers` are those of its sides' own sections."""
    sides = joined(
        tag(
            "div",
            tag("h3", policy),
            tag("div", list(answers(side)), class_="story mono"),
            joined(
                tag("p", line, class_=_CLASS.get(side.outcome, "bad")) for line in judgement(side)
            ),
            tag("p", tag("a", "all of this side", href=f"#c{number}")),
        )
        for policy, side, number in zip(BOTH, comparison.sides, numbers, strict=True)
    )
    content = [tag("div", sides, class_="sides"), tag("h3", "Who holds what in the end")]
    content += _compared(comparison)
    words = f"{comparison.path}, seed {comparison.sides[0].seed} for both"
    summary = tag("summary", comparison.title, " ", tag("span", words, class_="meta"))
    inside = tag("div", joined(content), class_="inside")
    return tag("details", summary, inside, class_="case", open=is_open)


def _compared(comparison: Comparison) -> Iterator[Markup]:
    first, second = comparison.sides
    if len(first.left) != len(second.left):
        yield tag("p", "The locks of the side that broke are not known.", class_="bad")
        return
    differ = differing(comparison)
    rows = [
        tag(
            "tr",
            tag("th", one.lock, _hidden(" (the policies differ)") if other else "", scope="row"),
            *(tag("td", slots_text(lock)) for lock in (was, one, two)),
            class_="other" if other else None,
        )
        for was, one, two, other in zip(first.before, first.left, second.left, differ, strict=True)
    ]
    yield _table(("lock", "before", *BOTH), rows)
    if not any(differ):
        yield tag("p", "Both policies leave the same behind.")


def _hidden(words: str) -> Markup:
    """For those who hear the page: what others see by a mark."""
    return tag("span", words, class_="hidden")
