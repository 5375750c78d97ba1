"""The page is whole, loads nothing, and can be used by everybody."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from simulator.scenario.reports.case_page import EVENTS_LISTED_MAX
from simulator.scenario.reports.lanes import EVENTS_DRAWN_MAX
from simulator.scenario.reports.page import html_report
from simulator.scenario.verdict import Ended, Summary
from tests.reports.made import (
    HOSTILE,
    TRACE,
    broken,
    compared,
    event,
    failed,
    hostile_run,
    run_of,
    verdict,
)

VOID = frozenset({"meta", "br", "rect", "line", "path", "circle", "use"})
# Whatever could make a browser fetch or run something.
LOADING = frozenset(
    {"src", "srcset", "data", "action", "formaction", "poster", "background", "ping"}
)
ELEMENTS = frozenset({
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "ul", "li",
    "b", "a", "div", "span", "pre", "code", "table", "thead", "tbody", "tr", "th", "td",
    "details", "summary", "svg", "symbol", "path", "use", "g", "rect", "line", "circle", "text",
})  # fmt: skip


class Page(HTMLParser):
    """Reads a page, and fails where an element is not closed in its place."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(data.decode("utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} has an attribute twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


RUNS = {
    "passed": run_of(verdict()),
    "failed": run_of(failed(), verdict()),
    "broken": run_of(verdict(), broken()),
    "interrupted": run_of(verdict(), not_run=3, ended=Ended.INTERRUPTED),
    "nothing was done": run_of(not_run=4, ended=Ended.TIME_LIMIT),
    "compared": run_of(*compared().sides),
    "hostile": hostile_run(),
}
comparison = compared()
RUNS["compared"] = run_of(*comparison.sides, comparisons=(comparison,))


@pytest.mark.parametrize("summary", RUNS.values(), ids=RUNS.keys())
def test_every_element_is_closed_and_every_id_is_there_once(summary: Summary) -> None:
    page = Page(html_report(summary))
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(set(ids)) == len(ids)
    referred = [a["href"] or "" for name in ("a", "use") for a in page.all(name)]
    referred += [
        f"#{svg['aria-labelledby']}" for svg in page.all("svg") if "aria-labelledby" in svg
    ]
    assert referred
    assert {target.removeprefix("#") for target in referred} <= set(ids)


@pytest.mark.parametrize("summary", RUNS.values(), ids=RUNS.keys())
def test_nothing_is_loaded_from_anywhere_and_nothing_runs(summary: Summary) -> None:
    data = html_report(summary)
    page = Page(data)
    assert {name for name, _ in page.elements} <= ELEMENTS
    for name, attributes in page.elements:
        assert not LOADING & set(attributes), name
        assert not any(attribute.startswith("on") for attribute in attributes), name
        assert attributes.get("href", "#").startswith("#"), name  # type: ignore[union-attr]
    css = data.decode().partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in css
    assert "@import" not in css
    policies = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_a_hostile_name_is_shown_as_it_is_and_does_nothing() -> None:
    page = Page(html_report(hostile_run()))
    for text in (HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[4], HOSTILE[-1]):
        assert page.text.count(text) >= 3
    for character in "\x00\x1b\x07\u202e\u2028\ufffe\ud800":
        assert character not in page.text
    assert r"\x1b[31mred" in page.text


def test_the_failing_expectation_comes_before_anything_else_of_the_run() -> None:
    page = Page(html_report(run_of(verdict(name="another"), failed())))
    text = page.text
    first = text.index("garage.slots_used: wanted 0, got 1")
    assert first < text.index("What was asked and answered")
    assert first < text.index("another")
    assert "scenarios/a.yaml:28:5" in text[:first]
    folds = [one for one in page.all("details") if one.get("class") == "case"]
    assert ["open" in fold for fold in folds] == [True, False]


def test_several_failures_are_listed_with_their_first_words_before_they_are_told() -> None:
    page = Page(html_report(run_of(failed(), broken(), verdict())))
    listed = page.text.partition("What failed")[2].partition("FAIL")[0]
    assert listed == (
        "a guest [policy=throw]: garage.slots_used: wanted 0, got 1"
        "a guest [policy=throw]: latchbench itself failed: host-1 ended in the middle of a step"
    )
    assert [link["href"] for link in page.all("a")][:2] == ["#c1", "#c2"]


def test_a_failed_case_says_what_led_to_it_and_how_to_run_it_again() -> None:
    text = Page(html_report(run_of(failed()))).text
    assert "garage     code stored                slot=3 pin=••••A   <-- still in the lock" in text
    assert "latchbench run scenarios/a.yaml --seed 7 --case policy=throw" in text
    assert "front held the withdrawn ••••B for 81 ms" in text


def test_a_comparison_marks_what_differs_also_for_those_who_hear_it() -> None:
    text = Page(html_report(RUNS["compared"])).text
    assert text.count("(the policies differ)") == 1
    assert "left out: step 5, keypad: cannot run: booking.code was never saved" in text
    assert "NOT JUDGED" in text


def test_tables_have_heads_and_pictures_have_names() -> None:
    page = Page(html_report(run_of(failed(), verdict())))
    assert all(head.get("scope") in ("row", "col") for head in page.all("th"))
    for picture in page.all("svg"):
        assert picture.get("aria-hidden") == "true" or picture.get("role") == "img"
    # What scrolls can be reached with the keyboard.
    scrolling = [one for one in page.all("div") if one.get("class") == "scroll"]
    assert len(scrolling) == 2
    assert all(one["tabindex"] == "0" and one["aria-label"] for one in scrolling)
    assert page.all("html") == [{"lang": "en"}]


def test_a_thousand_cases_are_a_list_that_is_folded_and_not_too_big() -> None:
    cases = [verdict(path=f"f{n // 10}.yaml", case_id=f"n={n}") for n in range(999)]
    page = html_report(run_of(failed(), *cases))
    assert len(page) < 20_000_000
    assert len(re.findall(rb'<details [^>]*class="case"', page)) == 1_000
    assert len(re.findall(rb"<details [^>]*open", page)) == 1
    assert page.count(b"<details><summary>") == 100  # a fold for each file


def test_a_long_case_is_cut_and_says_so() -> None:
    many = [event(n * 10, "front", "lock.radio", state="asleep") for n in range(2_000)]
    page = Page(html_report(run_of(verdict(trace=[*TRACE, *many]))))
    listed = len(TRACE) + 2_000
    assert f"list of {listed:,} events, the last {EVENTS_LISTED_MAX} of them" in page.text
    assert len(page.all("use")) < EVENTS_DRAWN_MAX + 50
    assert "events before the first that is drawn" in page.text
