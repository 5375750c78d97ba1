"""The scan of all that a run says finds codes, and takes no other number for one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.product.outputs import codes_in, outputs, shown_in
from tests.reports import made

if TYPE_CHECKING:
    from simulator.scenario.verdict import CaseVerdict

PLANTED = "604182"


def showing(verdict: CaseVerdict) -> set[str]:
    return {what for what, text in outputs(verdict).items() if shown_in(text, {PLANTED})}


def test_a_code_that_is_planted_in_a_lock_or_an_event_is_found_in_every_output_of_it() -> None:
    clean = made.verdict()
    assert showing(clean) == set()
    (lock, *others) = clean.left
    in_lock = replace(clean, left=(replace(lock, slots={1: PLANTED}), *others))
    counted = {"brief", "brief, failed"}  # it says how many codes there are, and of none which
    assert showing(in_lock) == set(outputs(clean)) - {"trace"} - counted
    event = made.event(clean.end_us - made.START_US, "front", "lock.code.stored", pin=PLANTED)
    in_event = replace(clean, trace=(*clean.trace, event))
    assert showing(in_event) == {"trace", "terminal, failed", "JSON, failed", "JUnit, failed"}
    titled = replace(clean, name=f"a guest with {PLANTED}")
    assert showing(titled) >= counted


@pytest.mark.parametrize(
    "text",
    ["4827", "slot 1 4827, slot 2", "pin=4827", '{"code": "4827"}', '"code": 4827', "seed 1 4827",
     "x4827x", "4827.", "4827, 12"],
)  # fmt: skip
def test_a_code_is_found_wherever_it_stands(text: str) -> None:
    assert shown_in(f"12\n{text}\n", {"4827", "5702"}) == {"4827"}


@pytest.mark.parametrize(
    "text",
    ["", "14827", "48271", "0.4827", "4827.5", "4,827,000", "seed 4827", "--seed 4827", "pid 4827",
     "127.0.0.1:4827", '"at_us": 4827', '"us": 4827', '"seed": 4827', '"rounds": 4827'],
)  # fmt: skip
def test_other_numbers_are_no_codes(text: str) -> None:
    assert shown_in(text, {"4827"}) == set()


def test_codes_stand_in_quotes_of_either_kind() -> None:
    text = """{code: "4827", other: '0042', keys: "913355#", slot: 5702, name: "123", x: "12a45"}"""
    assert codes_in(text) == {"4827", "0042", "913355"}
