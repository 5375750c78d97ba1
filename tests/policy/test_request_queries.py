"""Looking, deleting, and query strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.cursor import Place
from gateway.policy.errors import InvalidInput, MismatchedPage, NotSupported
from gateway.policy.fields import from_query
from gateway.policy.queries import (
    CODES_PAGE_MAX,
    DELETE_PARAMETERS,
    DEVICES_PAGE_DEFAULT,
    DEVICES_PAGE_MAX,
    DEVICES_PARAMETERS,
    GET_PARAMETERS,
    LIST_PARAMETERS,
    DeleteQuery,
    DevicesQuery,
    GetQuery,
    ListQuery,
    parse_delete,
    parse_devices,
    parse_get,
    parse_list,
)
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Callable


def messages(parse: Callable[[object], object], body: object) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(body)
    return [problem.sentence for problem in caught.value.problems]


def test_get_takes_an_id_or_a_device_and_a_code() -> None:
    assert parse_get({"access_code_id": "c"}) == GetQuery("c", None, None)
    by_code = {"device_id": "d", "code": "0482"}
    assert parse_get(by_code) == GetQuery(None, "d", Pin("0482"))
    assert parse_get({"access_code_id": "c", **by_code}) == GetQuery("c", "d", Pin("0482"))


@pytest.mark.parametrize("body", [{}, {"device_id": "d"}, {"code": "4821"}, {"other": 1}])
def test_get_refuses_less_than_that(body: dict[str, Any]) -> None:
    assert messages(parse_get, body) == [
        "Must specify either access_code_id, or both device_id and code"
    ]


def test_get_says_that_a_code_is_text_and_nothing_more() -> None:
    assert messages(parse_get, {"device_id": "d", "code": 4821}) == [
        "Expected string, received number: put the code in quotes, because leading zeros count "
        'for "code"'
    ]


def test_delete_needs_the_id() -> None:
    assert parse_delete({"access_code_id": "c"}) == DeleteQuery("c", None)
    both = {"access_code_id": "c", "device_id": "d", "sync": False}
    assert parse_delete(both) == DeleteQuery("c", "d")
    assert messages(parse_delete, {"device_id": "d"}) == ["access_code_id is required"]
    assert messages(parse_delete, {"access_code_id": None}) == [
        'Expected string, received null for "access_code_id"'
    ]


def test_a_delete_waits_only_if_it_is_asked_to() -> None:
    assert parse_delete({"access_code_id": "c"}) == DeleteQuery("c", None, sync=False)
    assert parse_delete({"access_code_id": "c", "sync": True}).sync is True


def test_list_needs_a_filter() -> None:
    assert parse_list({"device_id": "d"}) == ListQuery("d", None, CODES_PAGE_MAX)
    assert parse_list({"access_code_ids": []}) == ListQuery(None, (), CODES_PAGE_MAX)
    for body in ({}, {"limit": 3}, {"device_id": None}):
        assert messages(parse_list, body) == [
            "Must specify at least one of device_id and access_code_ids"
        ]


def test_a_filter_that_is_not_built_is_refused_rather_than_ignored() -> None:
    with pytest.raises(NotSupported) as caught:
        parse_list({"device_id": "d", "search": "x", "customer_key": "y"})
    assert caught.value.parameters == ("customer_key", "search")
    with pytest.raises(NotSupported):
        parse_list({"access_grant_id": "g"})
    with pytest.raises(NotSupported):
        parse_devices({"manufacturer": "x"})
    assert parse_devices({"manufacturer": None}) == DevicesQuery(None, DEVICES_PAGE_DEFAULT)


@pytest.mark.parametrize(("limit", "read"), [(1, 1), ("7", 7), (20.0, 20), ("20000", 5_000)])
def test_a_limit_may_be_text_and_is_cut_to_a_page(limit: object, read: int) -> None:
    assert parse_list({"device_id": "d", "limit": limit}).limit == read
    assert parse_devices({"limit": limit}).limit == min(read, DEVICES_PAGE_MAX)


@pytest.mark.parametrize("limit", [0, "0", -1, "-1", 1.5, "1.5", "", True, [], "٣", "9" * 5000])
def test_a_limit_that_is_no_count_is_refused(limit: object) -> None:
    assert len(messages(parse_devices, {"limit": limit})) == 1


def test_no_device_ids_means_no_device_and_repeats_do_no_harm() -> None:
    assert parse_devices({}).device_ids is None
    assert parse_devices({"device_ids": []}).device_ids == ()
    assert parse_devices({"device_ids": ["a", "a"]}).device_ids == ("a", "a")


def test_a_cursor_continues_its_own_list_only() -> None:
    place = Place(7, 2, "c")
    cursor = parse_list({"device_id": "d"}).cursor(place)
    assert parse_list({"device_id": "d", "limit": 3, "page_cursor": cursor}).after == place
    for other in ({"device_id": "e"}, {"device_id": "d", "access_code_ids": ["c"]}):
        with pytest.raises(MismatchedPage):
            parse_list({**other, "page_cursor": cursor})
    with pytest.raises(MismatchedPage):
        parse_devices({"page_cursor": cursor})
    devices = parse_devices({"device_ids": ["a"]}).cursor(place)
    assert parse_devices({"device_ids": ["a"], "page_cursor": devices}).after == place
    with pytest.raises(MismatchedPage):
        parse_devices({"page_cursor": devices})


def test_a_problem_of_type_is_told_without_the_rule_about_filters() -> None:
    assert messages(parse_list, {"device_id": 7}) == [
        'Expected string, received number for "device_id"'
    ]


@pytest.mark.parametrize(
    ("table", "pairs", "body"),
    [
        (LIST_PARAMETERS, [("_strict", "true")], {}),
        (LIST_PARAMETERS, [("device_id", "d")], {"device_id": "d"}),
        (LIST_PARAMETERS, [("device_id", "")], {"device_id": None}),
        (LIST_PARAMETERS, [("device_id", "d"), ("device_id", "e")], {"device_id": ["d", "e"]}),
        (LIST_PARAMETERS, [("access_code_ids", "a")], {"access_code_ids": ["a"]}),
        (LIST_PARAMETERS, [("access_code_ids", "")], {"access_code_ids": []}),
        (
            LIST_PARAMETERS,
            [("access_code_ids", "a"), ("access_code_ids", "b")],
            {"access_code_ids": ["a", "b"]},
        ),
        (
            LIST_PARAMETERS,
            [("access_code_ids[]", "a"), ("access_code_ids[]", "b")],
            {"access_code_ids": ["a", "b"]},
        ),
        (LIST_PARAMETERS, [("limit", "20"), ("page_cursor", "x")],
         {"limit": "20", "page_cursor": "x"}),
        (GET_PARAMETERS, [("device_id", "d"), ("code", "0482")],
         {"device_id": "d", "code": "0482"}),
        (DELETE_PARAMETERS, [("sync", "true")], {"sync": True}),
        (DELETE_PARAMETERS, [("sync", "false")], {"sync": False}),
        (DELETE_PARAMETERS, [("sync", "yes")], {"sync": "yes"}),
        (
            DEVICES_PARAMETERS,
            [("custom_metadata_has.floor", "3"), ("custom_metadata_has.wing", "e")],
            {"custom_metadata_has": {"floor": "3", "wing": "e"}},
        ),
        (DEVICES_PARAMETERS, [("other.floor", "3")], {"other.floor": "3"}),
    ],
)  # fmt: skip
def test_a_query_string_has_the_shape_of_a_body(
    table: Any, pairs: list[tuple[str, str]], body: dict[str, object]
) -> None:
    assert from_query(table, pairs) == body


@given(st.lists(st.text(min_size=1)))
def test_any_ids_survive_a_query_string(ids: list[str]) -> None:
    pairs = [("device_ids", one) for one in ids] or [("device_ids", "")]
    assert from_query(DEVICES_PARAMETERS, pairs) == {"device_ids": ids}
