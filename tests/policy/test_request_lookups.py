"""Attempts, codes that others made, a free code, a backup and a device, as callers ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.policy.cursor import Place
from gateway.policy.errors import InvalidInput, MismatchedPage, NotSupported
from gateway.policy.lookups import (
    ATTEMPT_PARAMETERS,
    ATTEMPTS_PAGE_DEFAULT,
    ATTEMPTS_PARAMETERS,
    GENERATE_PARAMETERS,
    UNMANAGED_PARAMETERS,
    AttemptsQuery,
    UnmanagedQuery,
    parse_attempt,
    parse_attempts,
    parse_generate,
    parse_unmanaged,
)
from gateway.policy.queries import (
    CODES_PAGE_MAX,
    DEVICE_PARAMETERS,
    PULL_PARAMETERS,
    DeviceQuery,
    parse_device,
    parse_list,
    parse_pull,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = Place(7, 2, "a")


def messages(parse: Callable[[object], object], body: object) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(body)
    return [problem.sentence for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("parse", "name"),
    [
        (parse_attempt, "action_attempt_id"),
        (parse_generate, "device_id"),
        (parse_pull, "access_code_id"),
    ],
)
def test_a_call_about_one_thing_needs_its_id(parse: Callable[[object], object], name: str) -> None:
    assert parse({name: "x"}) == "x"
    assert messages(parse, {}) == [f"{name} is required"]
    assert messages(parse, {name: 7}) == [f'Expected string, received number for "{name}"']
    assert messages(parse, []) == ["Expected object, received array"]


def test_attempts_that_nothing_is_said_of_are_all_of_them() -> None:
    assert parse_attempts({}) == AttemptsQuery(None, None, ATTEMPTS_PAGE_DEFAULT)
    assert parse_attempts({"action_attempt_ids": []}).ids == ()


def test_both_filters_of_attempts_are_read() -> None:
    body = {"action_attempt_ids": ["a", "b"], "device_id": "d", "limit": 3}
    assert parse_attempts(body) == AttemptsQuery(("a", "b"), "d", 3)


def test_codes_that_others_made_are_asked_for_by_their_device() -> None:
    assert parse_unmanaged({"device_id": "d"}) == UnmanagedQuery("d", CODES_PAGE_MAX)
    assert messages(parse_unmanaged, {}) == ["device_id is required"]


@pytest.mark.parametrize(
    ("limit", "read"),
    [(1, 1), (CODES_PAGE_MAX, CODES_PAGE_MAX), (CODES_PAGE_MAX + 1, CODES_PAGE_MAX)],
)
def test_a_limit_is_cut_to_a_page(limit: int, read: int) -> None:
    assert parse_attempts({"limit": limit}).limit == read
    assert parse_unmanaged({"device_id": "d", "limit": limit}).limit == read


@pytest.mark.parametrize("parse", [parse_attempts, parse_unmanaged])
def test_a_page_of_nothing_is_refused(parse: Callable[[object], object]) -> None:
    assert len(messages(parse, {"device_id": "d", "limit": 0})) == 1


def test_a_cursor_continues_the_attempts_that_it_is_of() -> None:
    filters = {"action_attempt_ids": ["a"], "device_id": "d"}
    cursor = parse_attempts(filters).cursor(PLACE)
    assert parse_attempts({**filters, "limit": 3, "page_cursor": cursor}).after == PLACE
    for other in ({}, {"device_id": "d"}, {**filters, "device_id": "e"}):
        with pytest.raises(MismatchedPage):
            parse_attempts({**other, "page_cursor": cursor})


def test_a_cursor_continues_the_device_that_it_is_of() -> None:
    cursor = parse_unmanaged({"device_id": "d"}).cursor(PLACE)
    assert parse_unmanaged({"device_id": "d", "page_cursor": cursor}).after == PLACE
    # Of another device, and of other lists that have the same filter.
    for parse, device_id in ((parse_unmanaged, "e"), (parse_attempts, "d"), (parse_list, "d")):
        with pytest.raises(MismatchedPage):
            parse({"device_id": device_id, "page_cursor": cursor})


@pytest.mark.parametrize("name", ["search", "user_identifier_key"])
def test_a_filter_of_unmanaged_codes_that_is_not_built_is_refused(name: str) -> None:
    with pytest.raises(NotSupported) as caught:
        parse_unmanaged({"device_id": "d", name: "x"})
    assert caught.value.parameters == (name,)
    assert parse_unmanaged({"device_id": "d", name: None}).device_id == "d"


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({"device_id": "d"}, DeviceQuery("d", None)),
        ({"name": "front"}, DeviceQuery(None, "front")),
        ({"device_id": "d", "name": "front"}, DeviceQuery("d", "front")),
    ],
)
def test_a_device_is_asked_for_by_its_id_or_its_name(
    body: dict[str, Any], query: DeviceQuery
) -> None:
    assert parse_device(body) == query


def test_a_device_without_either_is_refused_once() -> None:
    assert messages(parse_device, {}) == ["Must specify device_id or name"]
    assert messages(parse_device, {"name": 7}) == ['Expected string, received number for "name"']


def test_every_parameter_says_what_it_is_for() -> None:
    tables = (
        ATTEMPT_PARAMETERS, ATTEMPTS_PARAMETERS, UNMANAGED_PARAMETERS, GENERATE_PARAMETERS,
        PULL_PARAMETERS, DEVICE_PARAMETERS,
    )  # fmt: skip
    assert all(row.about for table in tables for row in table)
