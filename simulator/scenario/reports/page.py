"""A run as one page for a browser, with nothing from outside it: no script, font or picture.

What failed comes first and is open, its failing expectation before anything else. All else is
folded, so that a thousand cases are a list that can be read.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Final

from simulator.scenario.report import count
from simulator.scenario.reports.case_page import case_section, comparison_section
from simulator.scenario.reports.markup import Markup, joined, page, tag
from simulator.scenario.reports.svg import legend, symbols
from simulator.scenario.verdict import Ended, Outcome, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.scenario.verdict import CaseVerdict

OPEN_MAX: Final = 5  # failed cases that are unfolded
_WORDS: Final = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.BROKEN: "broken by latchbench itself",
    Outcome.NOT_JUDGED: "not judged",
}
_ENDS: Final = {
    Ended.BROKEN: "latchbench itself failed, and the run ended there.",
    Ended.TIME_LIMIT: "The run was ended at its time limit.",
    Ended.INTERRUPTED: "The run was interrupted.",
}
# Nothing is loaded, whatever a name in a scenario may try.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

Numbered = tuple[int, "CaseVerdict"]


def html_report(summary: Summary) -> bytes:
    """The whole page, in UTF-8."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{_headline(summary)} – latchbench"),
        tag("style", Markup(files(__package__).joinpath("page.css").read_text(encoding="utf-8"))),
    )
    body = tag("body", symbols(), tag("main", joined(_sections(summary))))
    return page(head, body, lang="en")


def _sections(summary: Summary) -> Iterator[Markup]:
    numbered = list(enumerate(summary.verdicts, 1))
    yield tag("h1", _headline(summary))
    yield tag("p", _told(summary), class_="soft")
    yield tag("ul", joined(_counts(summary)), class_="counts")
    if summary.ended in _ENDS:
        yield tag("p", _ENDS[summary.ended], class_="bad")
    bad = [one for one in numbered if one[1].outcome in (Outcome.FAILED, Outcome.BROKEN)]
    if bad:
        yield tag("h2", "What failed")
        if len(bad) > 1:
            yield tag("ul", joined(_contents(bad)))
        opened = {number for number, _ in bad[:OPEN_MAX]}
        yield joined(case_section(v, n, is_open=n in opened) for n, v in bad)
    if summary.comparisons:
        yield tag("h2", "Both policies, side by side")
        numbers = {id(verdict): number for number, verdict in numbered}
        is_open = len(summary.comparisons) <= OPEN_MAX
        for comparison in summary.comparisons:
            links = tuple(numbers[id(side)] for side in comparison.sides)
            yield comparison_section(comparison, links, is_open=is_open)
    rest = [one for one in numbered if one not in bad]
    if rest:
        yield tag("h2", "Each case alone" if summary.comparisons else "What passed")
        yield joined(_by_file(rest, is_open=len(numbered) == 1))
    yield tag("h2", "How to read the pictures", id="legend")
    yield legend()
    yield tag("p", joined(_explained()), class_="soft")


def _explained() -> Iterator[str]:
    yield "Time goes to the right and is not to scale; a grey band with a length of time is a time "
    yield "in which nothing happened. Numbers in circles are steps. A coloured bar is a code in a "
    yield "lock’s own memory: the same letter is the same PIN. A bar with a broken red edge is a "
    yield "code that was withdrawn and opened the door until then."


def _headline(summary: Summary) -> str:
    failed = summary.count(Outcome.FAILED) + summary.count(Outcome.BROKEN)
    total = len(summary.verdicts)
    if failed:
        return f"{failed} of {count(total, 'case')} failed"
    return f"{count(total, 'case')}, nothing failed"


def _told(summary: Summary) -> str:
    paths = {verdict.path for verdict in summary.verdicts}
    cases = count(len(summary.verdicts), "case")
    return f"latchbench run: {cases} of {count(len(paths), 'file')}, in virtual time"


def _counts(summary: Summary) -> Iterator[Markup]:
    numbers = [(_WORDS[outcome], summary.count(outcome)) for outcome in Outcome]
    numbers.append(("not run", summary.not_run))
    for words, number in numbers:
        if number:
            yield tag("li", tag("b", str(number)), words)


def _contents(bad: Sequence[Numbered]) -> Iterator[Markup]:
    """What failed, a line for each, before it is told at length."""
    for number, verdict in bad:
        messages = [message for failure in verdict.failures for message in failure.messages]
        why = verdict.fault or messages[0]
        yield tag("li", tag("a", verdict.title, href=f"#c{number}"), ": ", why)


def _by_file(numbered: Sequence[Numbered], *, is_open: bool) -> Iterator[Markup]:
    """A fold for each file when there are many."""
    cases = list(numbered)
    for path, group in groupby(cases, key=lambda one: one[1].path):
        of_file = list(group)
        sections = joined(case_section(v, n, is_open=is_open) for n, v in of_file)
        if len(cases) <= 3 * OPEN_MAX:
            yield sections
            continue
        how_many = count(len(of_file), "case")
        summary = tag("summary", tag("span", path, class_="mono"), " – ", how_many)
        yield tag("details", summary, tag("div", sections, class_="inside"))
