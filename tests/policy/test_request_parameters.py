"""`create_multiple`, parameter by parameter, against the hand-written rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.errors import InvalidInput, RequestError
from gateway.policy.request import (
    PARAMETERS,
    Behavior,
    CreateMultiple,
    parse_create_multiple,
)
from tests.policy.parameter_rows import NOW_US, ROWS, Row


def body(**more: Any) -> dict[str, Any]:
    return {"device_ids": ["a", "b"], **more}


def problems_of(request: object) -> list[tuple[str | None, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse_create_multiple(request, NOW_US)
    return [(problem.parameter, problem.message) for problem in caught.value.problems]


GOOD = [
    pytest.param(name, row, *case, id=f"{name}: {label}")
    for name, row in ROWS.items()
    for label, case in row.good.items()
]
BAD = [
    pytest.param(name, row, *case, id=f"{name}: {label}")
    for name, row in ROWS.items()
    for label, case in row.bad.items()
]


def test_every_parameter_has_a_row_here_with_its_default_and_what_is_built() -> None:
    assert {row.name: row.default for row in PARAMETERS} == {
        name: row.default for name, row in ROWS.items()
    }
    assert all(row.built for row in PARAMETERS)
    assert all(row.about for row in PARAMETERS)


def test_the_shortest_call_takes_every_default() -> None:
    assert parse_create_multiple(body(), NOW_US) == CreateMultiple(
        device_ids=("a", "b"),
        behavior=Behavior.THROW,
        preferred_code_length=None,
        name=None,
        code=None,
        starts_at_us=None,
        ends_at_us=None,
        attempt_for_offline_device=True,
        prefer_native_scheduling=True,
        external_modification_allowed=False,
        sync=None,
        ignored_parameters=(),
    )


@pytest.mark.parametrize("name", [name for name in ROWS if name != "device_ids"])
def test_a_default_that_is_spelled_out_changes_nothing(name: str) -> None:
    spelled = body(**{name: ROWS[name].default})
    assert parse_create_multiple(spelled, NOW_US) == parse_create_multiple(body(), NOW_US)


@pytest.mark.parametrize(("name", "row", "value", "parsed"), GOOD)
def test_a_good_value_is_read(name: str, row: Row, value: object, parsed: object) -> None:
    request = parse_create_multiple(body(**{**row.beside, name: value}), NOW_US)
    assert getattr(request, row.reads) == parsed
    assert request.ignored_parameters == ()


@pytest.mark.parametrize(("name", "row", "value", "message"), BAD)
def test_a_bad_value_is_one_problem(name: str, row: Row, value: object, message: str) -> None:
    assert problems_of(body(**{**row.beside, name: value})) == [(name, message)]


@pytest.mark.parametrize(
    ("value", "word"), [([], "array"), ("x", "string"), (None, "null"), (3, "number")]
)
def test_a_body_must_be_an_object(value: object, word: str) -> None:
    assert problems_of(value) == [(None, f"Expected object, received {word}")]


def test_all_problems_come_at_once_in_the_order_of_the_table() -> None:
    request = {
        "code": 4821,
        "behavior_when_code_cannot_be_shared": "maybe",
        "sync": "yes",
        "starts_at": "later",
    }
    assert [name for name, _ in problems_of(request)] == [
        "device_ids",
        "behavior_when_code_cannot_be_shared",
        "code",
        "starts_at",
        "sync",
    ]


def test_a_missing_list_of_devices_reads_as_the_api_says_it() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_create_multiple({}, NOW_US)
    assert str(caught.value) == "device_ids is required"
    assert problems_of({}) == [("device_ids", "Required")]
    with pytest.raises(InvalidInput) as caught:
        parse_create_multiple({"device_ids": "a"}, NOW_US)
    assert str(caught.value) == 'Expected array, received string for "device_ids"'


def test_the_singular_of_an_older_page_gets_a_hint() -> None:
    assert problems_of({"device_id": ["a"]}) == [
        ("device_ids", "Required"),
        ("device_id", 'Did you mean "device_ids"?'),
    ]


def test_what_the_call_does_not_know_is_ignored_and_listed() -> None:
    request = parse_create_multiple(body(device_id="a", _strict=True, nmae="x"), NOW_US)
    assert request.ignored_parameters == ("device_id", "_strict", "nmae")


def test_a_long_list_of_places_is_cut_and_counted() -> None:
    [(_, message)] = problems_of({"device_ids": ["a"] * 40})
    assert message.endswith("device_ids[5] repeats device_ids[0] and 34 more")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*ROWS, "device_id", "other"]), JSON) | JSON)
def test_any_json_is_either_a_call_or_a_request_error(request: object) -> None:
    try:
        parsed = parse_create_multiple(request, NOW_US)
    except RequestError:
        return
    assert isinstance(request, dict)
    assert list(parsed.device_ids) == request["device_ids"]


CANARY = "90210317"


@given(
    st.dictionaries(
        st.sampled_from(list(ROWS)),
        st.sampled_from([CANARY, int(CANARY), [CANARY, 1], {"code": CANARY}, f"{CANARY}x"]),
        min_size=1,
    )
)
def test_no_message_repeats_a_pin_that_was_put_anywhere(request: dict[str, object]) -> None:
    with pytest.raises(RequestError) as caught:
        parse_create_multiple({**request, "device_ids": 1}, NOW_US)
    told = f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert CANARY not in told


def test_a_read_call_masks_its_code() -> None:
    assert CANARY not in repr(parse_create_multiple(body(code=CANARY), NOW_US))
