"""Events of a time, of devices, of types: what the store finds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gateway.policy.history import FILTER_MAX, EventsQuery
from tests.store.made import NOW_US, an_event, changes

if TYPE_CHECKING:
    from gateway.store.store import Store

EVENTS = [
    an_event(1, device_id="a", access_code_id="c-1"),
    an_event(2, device_id="b", access_code_id=None, occurred_at_us=NOW_US + 1),
    an_event(3, device_id="a", access_code_id="c-2", occurred_at_us=NOW_US + 1),
    an_event(4, device_id="c", event_type="access_code.deleted", occurred_at_us=NOW_US + 2),
]
ALL = EventsQuery(NOW_US)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"from_us": NOW_US + 1}, [2, 3, 4]),
        ({"from_us": NOW_US + 3}, []),
        ({"before_us": NOW_US + 2}, [1, 2, 3]),
        ({"from_us": NOW_US + 1, "before_us": NOW_US + 2}, [2, 3]),
        ({"device_ids": ("a",)}, [1, 3]),
        ({"device_ids": ("c", "a", "nobody")}, [1, 3, 4]),
        ({"device_ids": ()}, []),
        ({"access_code_ids": ("c-2",)}, [3]),
        ({"event_types": ("access_code.deleted",)}, [4]),
        ({"event_ids": ("event-00002", "event-00004")}, [2, 4]),
        ({"device_ids": ("a",), "access_code_ids": ("c-1", "c-2"), "before_us": NOW_US + 1}, [1]),
        ({"limit": 2}, [1, 2]),
        ({"limit": 2, "offset": 1}, [2, 3]),
        ({"offset": 4}, []),
    ],
)
def test_events_are_found_in_the_order_in_which_they_were_stored(
    store: Store, asked: dict[str, Any], found: list[int]
) -> None:
    store.write([changes(*EVENTS[:2]), changes(*EVENTS[2:])])
    events = store.find_events(replace(ALL, **asked))
    assert events == [EVENTS[number - 1] for number in found]


def test_every_filter_may_be_as_long_as_a_call_may_make_it(store: Store) -> None:
    store.write([changes(*EVENTS)])
    many = tuple(f"id-{number}" for number in range(FILTER_MAX - 1))
    asked = replace(
        ALL,
        device_ids=(*many, "c"),
        access_code_ids=(*many, EVENTS[3].access_code_id or ""),
        event_types=(*many, "access_code.deleted"),
        event_ids=(*many, "event-00004"),
    )
    assert store.find_events(asked) == [EVENTS[3]]
