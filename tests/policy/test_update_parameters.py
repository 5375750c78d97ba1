"""`update` and `update_multiple` as their callers may write them."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.create import CREATE_PARAMETERS, parse_create
from gateway.policy.errors import InvalidInput
from gateway.policy.request import PARAMETERS, Behavior
from gateway.policy.update import (
    UPDATE_PARAMETERS,
    Update,
    UpdateMultiple,
    UpdateOne,
    parse_update,
    parse_update_multiple,
)
from latchbench.pin import Pin
from tests.policy.parameter_rows import LATER, NOW_US
from tests.policy.parameter_rows import ROWS as CREATE_ROWS

HOUR_US = 3_600_000_000
STARTS_US, ENDS_US = NOW_US + HOUR_US, NOW_US + 2 * HOUR_US
ONE = {"access_code_id": "c"}


def problems(parse: Any, body: object) -> list[tuple[str | None, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse(body, NOW_US)
    return [(problem.parameter, problem.message) for problem in caught.value.problems]


# update


def test_the_shortest_update_changes_nothing() -> None:
    assert parse_update(ONE, NOW_US) == UpdateOne("c", None, Update())


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"name": "Jane"}, Update(name="Jane")),
        ({"name": ""}, Update(name="")),
        ({"name": None}, Update()),
        ({"code": "0482"}, Update(code=Pin("0482"))),
        (LATER, Update(starts_at_us=STARTS_US, ends_at_us=ENDS_US)),
        (
            {**LATER, "type": "time_bound"},
            Update(starts_at_us=STARTS_US, ends_at_us=ENDS_US, type="time_bound"),
        ),
        ({"type": "ongoing"}, Update(type="ongoing")),
        ({"type": "time_bound"}, Update(type="time_bound")),
        ({"is_managed": False}, Update(is_managed=False)),
        ({"allow_external_modification": True}, Update(external_modification_allowed=True)),
        ({"is_external_modification_allowed": False}, Update(external_modification_allowed=False)),
        (
            {"allow_external_modification": True, "is_external_modification_allowed": True},
            Update(external_modification_allowed=True),
        ),
    ],
)
def test_what_is_given_is_read(given: dict[str, Any], read: Update) -> None:
    assert parse_update({**ONE, **given}, NOW_US).update == read


def test_what_is_of_the_call_and_not_of_the_row_is_read() -> None:
    more = {"device_id": "d", "attempt_for_offline_device": False, "sync": True, "nmae": "x"}
    assert parse_update({**ONE, **more}, NOW_US) == UpdateOne(
        "c",
        "d",
        Update(),
        attempt_for_offline_device=False,
        sync=True,
        ignored_parameters=("nmae",),
    )


BOTH_TIMES = "Both starts_at and ends_at must be provided if one is"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"access_code_id": None}, [("access_code_id", "Expected string, received null")]),
        ({"starts_at": LATER["starts_at"]}, [(None, BOTH_TIMES)]),
        ({"ends_at": LATER["ends_at"]}, [(None, BOTH_TIMES)]),
        (
            {"starts_at": LATER["ends_at"], "ends_at": LATER["starts_at"]},
            [("ends_at", "ends_at must be after starts_at")],
        ),
        (
            {"starts_at": "2025-01-01T00:00:00Z", "ends_at": "2025-01-02T00:00:00Z"},
            [("ends_at", "ends_at must be in the future")],
        ),
        (
            {**LATER, "type": "ongoing"},
            [("type", "An ongoing code has no starts_at and ends_at")],
        ),
        (
            {"is_managed": False, "name": "x"},
            [("is_managed", "A code that is let go cannot be changed in the same call")],
        ),
        (
            {"allow_external_modification": True, "is_external_modification_allowed": False},
            [
                (
                    None,
                    "allow_external_modification and is_external_modification_allowed mean the "
                    "same and must not differ",
                )
            ],
        ),
    ],
)
def test_what_does_not_fit_together_is_said(
    given: dict[str, Any], told: list[tuple[str | None, str]]
) -> None:
    assert problems(parse_update, {**ONE, **given}) == told


def test_all_problems_of_an_update_come_at_once() -> None:
    body = {"name": 7, "code": 4821, "type": "x", "sync": "yes", "starts_at": "soon"}
    assert [name for name, _ in problems(parse_update, body)] == [
        "access_code_id",
        "name",
        "code",
        "starts_at",
        "type",
        "sync",
    ]


def test_every_parameter_says_what_it_is_for() -> None:
    assert all(row.about for row in (*UPDATE_PARAMETERS, *CREATE_PARAMETERS))


# update_multiple


def test_linked_codes_are_read_with_their_key() -> None:
    body = {"common_code_key": "k", "name": "Jane", **LATER}
    update = Update(name="Jane", starts_at_us=STARTS_US, ends_at_us=ENDS_US)
    assert parse_update_multiple(body, NOW_US) == UpdateMultiple("k", update)


def test_no_key_is_a_problem_and_a_null_key_is_nobodys() -> None:
    assert problems(parse_update_multiple, {"name": "x"}) == [("common_code_key", "Required")]
    assert parse_update_multiple({"common_code_key": None}, NOW_US).common_code_key is None
    assert problems(parse_update_multiple, []) == [(None, "Expected object, received array")]


def test_a_code_for_linked_codes_is_refused_and_not_ignored() -> None:
    told = problems(parse_update_multiple, {"common_code_key": "k", "code": "4821"})
    assert told == [("code", "The code of linked access codes cannot be changed together")]


# create


def test_create_has_the_parameters_of_create_multiple_but_for_the_group() -> None:
    names = [row.name for row in CREATE_PARAMETERS]
    of_groups = {"device_ids", "behavior_when_code_cannot_be_shared"}
    assert set(names) == {row.name for row in PARAMETERS} - of_groups | {
        "device_id",
        "common_code_key",
    }


@pytest.mark.parametrize(
    ("name", "value", "parsed"),
    [
        pytest.param(name, *case, id=f"{name}: {label}")
        for name, row in CREATE_ROWS.items()
        if name not in ("device_ids", "behavior_when_code_cannot_be_shared")
        for label, case in row.good.items()
    ],
)
def test_a_good_value_of_create_reads_as_in_create_multiple(
    name: str, value: object, parsed: object
) -> None:
    row = CREATE_ROWS[name]
    create = parse_create({"device_id": "a", **row.beside, name: value}, NOW_US)
    assert getattr(create.request, row.reads) == parsed
    assert create.request.device_ids == ("a",)
    assert create.request.behavior is Behavior.THROW


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param(name, *case, id=f"{name}: {label}")
        for name, row in CREATE_ROWS.items()
        if name not in ("device_ids", "behavior_when_code_cannot_be_shared")
        for label, case in row.bad.items()
    ],
)
def test_a_bad_value_of_create_is_the_problem_that_it_is_in_create_multiple(
    name: str, value: object, message: str
) -> None:
    body = {"device_id": "a", **CREATE_ROWS[name].beside, name: value}
    assert problems(parse_create, body) == [(name, message)]


def test_a_code_alone_shares_with_nobody_and_one_with_a_key_does() -> None:
    alone = parse_create({"device_id": "a"}, NOW_US)
    joined = parse_create({"device_id": "a", "common_code_key": "k"}, NOW_US)
    assert (alone.common_code_key, alone.request.about_one) == (None, True)
    assert (joined.common_code_key, joined.request.about_one) == ("k", False)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, [("device_id", "Required")]),
        (
            {"device_ids": ["a"]},
            [
                ("device_id", "Required"),
                ("device_ids", 'Did you mean "device_id", or the call create_multiple?'),
            ],
        ),
        (
            {"device_id": "a", "common_code_key": ""},
            [("common_code_key", "String must contain at least 1 character(s)")],
        ),
        ({"device_id": "a", "starts_at": LATER["starts_at"]}, [(None, BOTH_TIMES)]),
    ],
)
def test_what_is_wrong_with_a_create_is_said(
    body: dict[str, Any], told: list[tuple[str | None, str]]
) -> None:
    assert problems(parse_create, body) == told


def test_create_asks_for_an_offline_code_and_for_the_pool_as_create_multiple_does() -> None:
    offline = parse_create({"device_id": "a", "is_offline_access_code": True, **LATER}, NOW_US)
    assert offline.request.is_offline
    pool = parse_create({"device_id": "a", "use_backup_access_code_pool": True, **LATER}, NOW_US)
    assert pool.request.uses_backup_pool
