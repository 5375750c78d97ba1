"""Which events are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.errors import InvalidInput, NotSupported
from gateway.policy.fields import from_query
from gateway.policy.history import (
    EVENTS_DEFAULT,
    EVENTS_MAX,
    EVENTS_PARAMETERS,
    FILTER_MAX,
    EventsQuery,
    parse_events,
)
from gateway.policy.times import time_from_text, time_text

NOON = "2026-01-01T12:00:00.000Z"
NOON_US = time_from_text(NOON)


def query(**body: Any) -> EventsQuery:
    return parse_events({"since": NOON, **body})


def messages(body: object) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse_events(body)
    return [problem.sentence for problem in caught.value.problems]


def is_in(asked: EventsQuery, at_us: int) -> bool:
    return at_us >= asked.from_us and (asked.before_us is None or at_us < asked.before_us)


def test_what_is_not_asked_for_filters_nothing() -> None:
    assert query() == EventsQuery(NOON_US + 1_000, limit=EVENTS_DEFAULT)
    assert query(device_ids=None, event_type=None) == query()


@pytest.mark.parametrize("us", [0, 1, 999, 1_000, 123_456, 999_999])
def test_the_last_event_that_was_seen_is_not_told_again(us: int) -> None:
    happened_us = NOON_US + us
    seen = time_text(happened_us)
    assert not is_in(query(since=seen), happened_us)
    assert is_in(query(since=seen), happened_us - happened_us % 1_000 + 1_000)


def test_an_interval_is_without_its_ends() -> None:
    asked = parse_events({"between": [NOON, "2026-01-01T12:00:00.002Z"]})
    inside = [us for us in range(-1_000, 4_000, 500) if is_in(asked, NOON_US + us)]
    assert inside == [1_000, 1_500]
    finer = parse_events({"between": ["2026-01-01T12:00:00.0005Z", "2026-01-01T12:00:00.0015Z"]})
    assert [us for us in range(-1_000, 4_000, 500) if is_in(finer, NOON_US + us)] == [1_000, 1_500]


@pytest.mark.parametrize(
    ("body", "fit"),
    [
        ({"device_id": "a"}, ("a",)),
        ({"device_ids": ["a", "b"]}, ("a", "b")),
        ({"device_ids": []}, ()),
        ({"device_id": "a", "device_ids": ["a", "b"]}, ("a",)),
        ({"device_id": "c", "device_ids": ["a", "b"]}, ()),
    ],
)
def test_one_and_several_must_both_hold(body: dict[str, Any], fit: tuple[str, ...]) -> None:
    assert query(**body).device_ids == fit
    others = {name.replace("device", "access_code"): value for name, value in body.items()}
    assert query(**others).access_code_ids == fit
    kinds = {name.replace("device_id", "event_type"): value for name, value in body.items()}
    assert query(**kinds).event_types == fit


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, ["Must specify either since or between"]),
        ({"device_id": "d"}, ["Must specify either since or between"]),
        ({"since": NOON, "between": [NOON, NOON]}, ["Cannot specify both since and between"]),
        ({"since": 7}, ['Expected string, received number for "since"']),
        ({"since": "yesterday"}, ['Must be parsable date string if defined for "since"']),
        ({"between": NOON}, ['Expected array, received string for "between"']),
        ({"between": [NOON]}, ['Array must contain at least 2 element(s) for "between"']),
        ({"between": [NOON] * 3}, ['Array must contain at most 2 element(s) for "between"']),
        ({"between": [NOON, 7]}, ['Expected string, received number for "between"']),
        (
            {"between": [NOON, "2026-01-01T12:00:00"]},
            [
                "Must say its offset from UTC: end it with Z or with an offset such as +01:00 "
                'for "between"'
            ],
        ),
        ({"since": NOON, "limit": 0}, ['Number must be greater than or equal to 1 for "limit"']),
        (
            {"since": NOON, "device_ids": ["d"] * (FILTER_MAX + 1)},
            [f'Array must contain at most {FILTER_MAX} element(s) for "device_ids"'],
        ),
    ],
)
def test_what_is_wrong_is_said(body: dict[str, Any], told: list[str]) -> None:
    assert messages(body) == told


def test_a_filter_that_is_not_built_is_refused_by_name() -> None:
    with pytest.raises(NotSupported) as caught:
        query(space_id="s", customer_key="c")
    assert caught.value.parameters == ("customer_key", "space_id")


def test_a_large_limit_is_cut() -> None:
    assert query(limit=10**9).limit == EVENTS_MAX
    assert query(limit="20", unstable_offset="3").offset == 3


def test_a_query_string_can_say_all_of_it() -> None:
    pairs = [
        ("between", NOON), ("between", NOON), ("event_types", "x"), ("limit", "7"),
        ("_strict", "true"),
    ]  # fmt: skip
    assert from_query(EVENTS_PARAMETERS, pairs) == {
        "between": [NOON, NOON],
        "event_types": ["x"],
        "limit": "7",
    }
