"""`create_multiple`: rules about several parameters at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.errors import InvalidInput
from gateway.policy.request import INTERPLAY, parse_create_multiple
from gateway.policy.times import exact_time_text
from latchbench.pin import Pin

NOW_US = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
PAST, SOON, LATER = "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"

ONE_TIME = "Both starts_at and ends_at must be provided if one is"
BACKWARDS = "ends_at must be after starts_at"
OVER = "ends_at must be in the future"
OFFLINE_POOL = "Cannot use the backup pool for offline codes"
POOL = "Cannot use the backup pool for ongoing codes"
DIFFER = (
    "allow_external_modification and is_external_modification_allowed mean the same "
    "and must not differ"
)
CHOSEN = "code cannot be chosen for an offline access code"
ONE_USE = "A code for one use needs starts_at and no ends_at"
WINDOW = "An offline access code needs both starts_at and ends_at"
LONELY_USE = "is_one_time_use needs is_offline_access_code"
LONELY_ROUNDING = "max_time_rounding needs is_offline_access_code"

LONG = "name is too long for so many devices"
MANY = [str(number) for number in range(10_000)]

REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"device_ids": MANY, "name": "🔑" * 200}, [LONG]),
    ({"starts_at": SOON}, [ONE_TIME]),
    ({"ends_at": SOON}, [ONE_TIME]),
    ({"ends_at": PAST}, [ONE_TIME, OVER]),
    ({"starts_at": LATER, "ends_at": SOON}, [BACKWARDS]),
    ({"starts_at": SOON, "ends_at": SOON}, [BACKWARDS]),
    ({"starts_at": SOON, "ends_at": PAST}, [OVER, BACKWARDS]),
    ({"starts_at": PAST, "ends_at": "2026-01-01T00:00:00Z"}, [OVER]),
    ({"use_backup_access_code_pool": True}, [POOL]),
    (
        {
            "use_backup_access_code_pool": True,
            "is_offline_access_code": True,
            "starts_at": SOON,
            "ends_at": LATER,
        },
        [OFFLINE_POOL],
    ),
    (
        {"allow_external_modification": True, "is_external_modification_allowed": False},
        [DIFFER],
    ),
    (
        {"allow_external_modification": False, "is_external_modification_allowed": True},
        [DIFFER],
    ),
    (
        {"is_offline_access_code": True, "code": "4821", "starts_at": SOON, "ends_at": LATER},
        [CHOSEN],
    ),
    (
        {"use_offline_access_code": True, "code": "4821", "starts_at": SOON, "ends_at": LATER},
        [CHOSEN],
    ),
    ({"is_offline_access_code": True}, [WINDOW]),
    ({"is_offline_access_code": True, "starts_at": SOON}, [WINDOW]),
    ({"is_offline_access_code": True, "is_one_time_use": True}, [ONE_USE]),
    (
        {
            "is_offline_access_code": True,
            "is_one_time_use": True,
            "starts_at": SOON,
            "ends_at": LATER,
        },
        [ONE_USE],
    ),
    ({"is_one_time_use": True}, [LONELY_USE]),
    ({"max_time_rounding": "1h"}, [LONELY_ROUNDING]),
    ({"max_time_rounding": "1h", "is_one_time_use": True}, [LONELY_USE, LONELY_ROUNDING]),
]


def parse(**more: Any) -> Any:
    return parse_create_multiple({"device_ids": ["a"], **more}, NOW_US)


def messages(**more: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(**more)
    return [problem.message for problem in caught.value.problems]


@pytest.mark.parametrize(("more", "told"), REFUSED)
def test_what_does_not_fit_together_is_refused(more: dict[str, Any], told: list[str]) -> None:
    assert sorted(messages(**more)) == sorted(told)


def test_every_rule_is_broken_by_some_row_above() -> None:
    told = {message for _, messages in REFUSED for message in messages} - {DIFFER}
    assert told == {rule.problem.message for rule in INTERPLAY}


def test_either_name_asks_for_an_offline_code_and_one_use_has_no_end() -> None:
    request = parse(
        is_offline_access_code=False,
        use_offline_access_code=True,
        max_time_rounding="1d",
        starts_at=SOON,
        ends_at=LATER,
    )
    assert (request.is_offline, request.is_one_time_use) == (True, False)
    assert request.max_time_rounding == "1d"
    once = parse(is_offline_access_code=True, is_one_time_use=True, starts_at=SOON)
    assert (once.is_offline, once.is_one_time_use, once.ends_at_us) == (True, True, None)


def test_a_malformed_time_is_not_also_called_missing() -> None:
    assert messages(starts_at="soon", ends_at=LATER) == ["Must be parsable date string if defined"]


def test_a_start_in_the_past_is_allowed_while_the_end_is_not_over() -> None:
    request = parse(starts_at=PAST, ends_at=SOON)
    assert request.starts_at_us < NOW_US < request.ends_at_us


def test_a_name_as_long_as_may_be_fits_as_many_devices_as_may_be() -> None:
    assert len(parse(device_ids=MANY, name="n" * 200).device_ids) == 10_000
    assert parse(name="🔑" * 200).name == "🔑" * 200


def test_a_preferred_length_is_checked_and_then_ignored_beside_a_code() -> None:
    request = parse(code="482100", preferred_code_length=4)
    assert (request.code, request.preferred_code_length) == (Pin("482100"), None)
    assert messages(code="482100", preferred_code_length=4.5) == [
        "Expected integer, received float"
    ]


def test_just_in_time_loading_may_be_asked_for() -> None:
    request = parse(prefer_native_scheduling=False, starts_at=SOON, ends_at=LATER)
    assert not request.prefer_native_scheduling


MOMENTS = st.one_of(st.none(), st.integers(-3, 3).map(lambda hours: NOW_US + hours * 3_600_000_000))


@given(MOMENTS, MOMENTS)
def test_times_are_right_exactly_when_the_window_is_whole_and_not_over(
    starts_us: int | None, ends_us: int | None
) -> None:
    given_times = {
        name: exact_time_text(at_us)
        for name, at_us in (("starts_at", starts_us), ("ends_at", ends_us))
        if at_us is not None
    }
    if starts_us is None and ends_us is None:
        right = True
    elif starts_us is None or ends_us is None:
        right = False
    else:
        right = ends_us > max(NOW_US, starts_us)
    if right:
        request = parse(**given_times)
        assert (request.starts_at_us, request.ends_at_us) == (starts_us, ends_us)
    else:
        assert messages(**given_times)
