"""The catalogue of events is what the sources tell, neither more nor less."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from simulator.scenario.answers import CallResult
from simulator.scenario.events import EVENTS
from tests.scenario.event_tables import PAGE, page

ROOT = Path(__file__).parents[2]
# Functions that a kind is given to, as its own text, with the fields by name.
TELLING = {"emit", "trace", "note", "_trace", "partial"}
TELLERS = ("gateway.", "lock.", "hub.", "bench.")

# Told in a way that hides from the scan: `HostLinks._trace` adds the field, the kinds of strangers
# are made of event types, `CallResult.fields` are handed on whole.
ALSO = {
    "gateway.lock.host_lost": {"lock"},
    "gateway.lock.host_silent": {"lock"},
    "gateway.lock.no_host": {"lock"},
    "gateway.unmanaged.created": {"lock", "slot", "pin"},
    "gateway.unmanaged.removed": {"lock", "slot", "pin"},
    "bench.answered": set(
        CallResult(200, warnings=("w",), error_type="t", reasons={"front": "r"}).fields()
    ),
}


def told_in_sources() -> dict[str, set[str]]:
    """The kinds that stand in the sources, each with the names of its fields."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for side in ("simulator", "gateway", "latchbench"):
        for path in sorted((ROOT / side).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in TELLING:
                    for kind in filter(None, map(_kind, node.args)):
                        found[kind].update(word.arg for word in node.keywords if word.arg)
    for kind, fields in ALSO.items():
        found[kind] |= fields
    return found


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", "") or getattr(function, "id", "")


def _kind(node: ast.expr) -> str | None:
    is_kind = isinstance(node, ast.Constant) and str(node.value).startswith(TELLERS)
    return str(node.value) if is_kind and isinstance(node, ast.Constant) else None


def test_the_catalogue_has_the_kinds_of_the_sources() -> None:
    assert sorted(EVENTS) == sorted(told_in_sources())


def test_each_kind_has_the_fields_of_the_sources() -> None:
    told = told_in_sources()
    assert {kind: set(one.fields) for kind, one in EVENTS.items()} == told


def test_strangers_have_the_two_kinds_that_hide_from_the_scan() -> None:
    strangers = (ROOT / "gateway/engine/strangers.py").read_text()
    assert strangers.count('_unmanaged_event("access_code.unmanaged.created"') == 1
    assert strangers.count('_unmanaged_event("access_code.unmanaged.removed"') == 1
    assert strangers.count("._unmanaged_event(") == 2


@pytest.mark.parametrize("kind", EVENTS)
def test_a_kind_is_explained_in_one_line(kind: str) -> None:
    assert EVENTS[kind].meaning
    assert "|" not in EVENTS[kind].meaning
    assert len(EVENTS[kind].meaning) < 80


def test_the_page_is_the_catalogue() -> None:
    """If not: `python -m tests.scenario.event_tables`."""
    assert PAGE.read_text() == page()
