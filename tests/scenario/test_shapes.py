"""What is found wrong with an expectation before anything runs."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.interpolate import Late, Reference
from simulator.scenario.matchers import Matcher
from simulator.scenario.problems import Trouble
from simulator.scenario.shapes import (
    ANY,
    FLAG,
    MASKED,
    NUMBER,
    PIN,
    TEXT,
    TRACE,
    Shape,
    read_matcher,
)

STATUS = Shape("text", ("set", "setting", "unset"), "status")
ERRORS = Shape("list", item=Shape("map", fields={"error_code": TEXT}))
ROW = Shape("map", fields={"status": STATUS, "code": PIN, "errors": ERRORS, "in": TEXT})
LATE = Late((Reference(("booking", "code")),))


def complaints(raw: object, shape: Shape) -> list[tuple[tuple[str | int, ...], str, bool]]:
    with pytest.raises(Trouble) as caught:
        read_matcher(raw, shape, lambda reference: f"no {reference} here")
    return [(f.at, f.message, f.on_key) for f in caught.value.findings]


@pytest.mark.parametrize(
    ("raw", "shape", "at", "message"),
    [
        ({"statu": "set"}, ROW, ("statu",), "unknown field 'statu'; did you mean 'status'?"),
        ({"status": "sett"}, ROW, ("status",), "'sett' is no status; did you mean 'set'"),
        ({"status": {"in": ["set", "off"]}}, ROW, ("status", "in", 1), "'off' is no status"),
        ({"status": {"not": "ste"}}, ROW, ("status", "not"), "'ste' is no status"),
        ({"status": {"any_of": ["ste"]}}, ROW, ("status", "any_of", 0), "'ste' is no status"),
        ({"status": 5}, ROW, ("status",), "must be text, not a number"),
        ({"code": 4827}, ROW, ("code",), "a code is text: put it in quotes"),
        ({"code": {"in": [4827]}}, ROW, ("code", "in", 0), "a code is text"),
        ({"code": ["4827"]}, ROW, ("code",), "must be a code in quotes, not a list"),
        ({"errors": [{"code": "x"}]}, ROW, ("errors", 0, "code"), "unknown field 'code'"),
        ({"errors": "x"}, ROW, ("errors",), "must be a list, not text"),
        ({"errors": {"error_code": "x"}}, ROW, ("errors", "error_code"), "unknown matcher"),
        ({"errors": {"same_as": "booking.code"}}, ROW, ("errors", "same_as"), "single values"),
        ({"status": "set", "any_of": []}, ROW, (), "fields cannot stand beside any_of"),
        ({}, ROW, (), "this map is empty"),
        ({"status": {}}, ROW, ("status",), "this map is empty"),
        ([], ROW, (), "must be a map, not a list"),
        ("set", ROW, (), "must be a map, not text"),
        ({"maches": "x"}, TEXT, ("maches",), "unknown matcher 'maches'; did you mean 'matches'"),
        ({"lt": 1, "x": 2}, ANY, ("x",), "unknown matcher 'x'"),
        ({"matches": "("}, TEXT, ("matches",), "this is not a regular expression"),
        ({"matches": 5}, TEXT, ("matches",), "'matches' needs a pattern in quotes"),
        ({"matches": "x"}, FLAG, ("matches",), "'matches' is for text; this must be true"),
        ({"lt": "3"}, NUMBER, ("lt",), "'lt' needs a number, not text"),
        ({"gt": True}, NUMBER, ("gt",), "'gt' needs a number, not true or false"),
        ({"lt": 3}, TEXT, ("lt",), "'lt' is for numbers; this must be text"),
        ({"between": [1]}, NUMBER, ("between",), "'between' needs a list of two numbers"),
        ({"between": [2, 1]}, NUMBER, ("between",), "nothing is between 2 and 1"),
        ({"between": [1, "x"]}, NUMBER, ("between",), "'between' needs a number, not text"),
        ({"in": "set"}, TEXT, ("in",), "'in' needs a list of values"),
        ({"in": []}, TEXT, ("in",), "'in' needs a list of values"),
        ({"in": [["a"]]}, TEXT, ("in", 0), "'in' takes plain values; use any_of"),
        ({"any_of": []}, TEXT, ("any_of",), "'any_of' needs a list"),
        ({"absent": "yes"}, TEXT, ("absent",), "'absent' is true or false"),
        ({"absent": True, "in": ["a"]}, TEXT, ("absent",), "what is absent can fit nothing else"),
        ({"same_as": 5}, TEXT, ("same_as",), "'same_as' needs a name"),
        ({"same_as": "a..b"}, TEXT, ("same_as",), "'a..b' is not a name"),
        ({"same_as": "booking.code"}, PIN, ("same_as",), "no booking.code here"),
        ("true", FLAG, (), "must be true or false, not text"),
        (None, FLAG, (), "must be true or false, not nothing"),
        (None, NUMBER, (), "must be a number, not nothing"),
        (True, NUMBER, (), "must be a number, not true or false"),
        (LATE, NUMBER, (), "must be a number; this is text"),
        (None, TRACE, (), "an event has no empty fields"),
        ([1], TRACE, (), "must be text or a number, not a list"),
        ("4827", MASKED, (), "codes are masked here: ask for has_code in expect_device"),
        ({"matches": "^4"}, MASKED, (), "codes are masked here"),
        ("x", Shape("slots"), (), "must be a map from slot numbers to codes"),
        ({}, Shape("slots"), (), "must be a map from slot numbers to codes"),
        ({"0": "1234"}, Shape("slots"), ("0",), "'0' is not a slot number"),
        ({"x": "1234"}, Shape("slots"), ("x",), "'x' is not a slot number"),
        ({"3": 1234}, Shape("slots"), ("3",), "a code is text"),
        (4827, Shape("some"), (), "a code is text"),
        ({"a": {"b": {"lt": "x"}}}, ANY, ("a", "b", "lt"), "'lt' needs a number"),
    ],
)
def test_what_could_never_fit_is_an_error_at_its_place(
    raw: object, shape: Shape, at: tuple[str | int, ...], message: str
) -> None:
    found = complaints(raw, shape)
    assert [place for place, _, _ in found] == [at], found
    assert message in found[0][1]


def test_an_unknown_field_is_shown_at_its_name() -> None:
    assert complaints({"statu": "set"}, ROW)[0][2]


def test_everything_wrong_is_told_at_once() -> None:
    raw = {"status": "ste", "code": 1, "x": 1, "errors": [{"y": 1}, {"error_code": 2}]}
    assert [at for at, _, _ in complaints(raw, ROW)] == [
        ("status",),
        ("code",),
        ("x",),
        ("errors", 0, "y"),
        ("errors", 1, "error_code"),
    ]


def test_a_field_that_is_called_like_an_operator_is_a_field() -> None:
    assert read_matcher({"in": "x", "status": "set"}, ROW, lambda reference: None)


def test_an_open_map_takes_fields_that_nobody_listed() -> None:
    shape = Shape("map", fields={"code": PIN}, open=True, item=TRACE)
    assert read_matcher({"slot": 3, "code": "4827"}, shape, lambda reference: None)
    assert complaints({"slot": None}, shape)[0][0] == ("slot",)


def test_of_a_masked_code_only_its_presence_can_be_asked() -> None:
    assert read_matcher({"absent": False}, MASKED, lambda reference: None)


@pytest.mark.parametrize("shape", [ANY, TEXT, PIN, TRACE])
def test_a_late_value_can_stand_where_text_can(shape: Shape) -> None:
    assert read_matcher(LATE, shape, lambda reference: None)


SCALARS = st.none() | st.booleans() | st.integers(0, 9) | st.text("abcilnotx_", max_size=7)
RAW = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["in", "not", "lt", "any_of", "absent", "status", "code", "3"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(RAW, st.sampled_from([ANY, FLAG, NUMBER, TEXT, PIN, TRACE, ROW, Shape("slots")]))
def test_whatever_is_written_gives_a_matcher_or_a_worded_complaint(
    raw: object, shape: Shape
) -> None:
    with contextlib.suppress(Trouble):
        assert isinstance(read_matcher(raw, shape, lambda reference: None), Matcher)
