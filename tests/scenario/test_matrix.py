"""The cases of a matrix, against a plain enumeration of all combinations."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.matrix import ALWAYS, CASES_MAX, Matrix, parse_matrix
from simulator.scenario.problems import Trouble

POLICIES = ["throw", "create_random_code"]
TROUBLES = [{"id": "length", "fill": 0}, {"id": "slots", "fill": 10}, {"id": "none", "fill": 0}]


def ids(matrix: Matrix) -> list[str]:
    return [row.id for row in matrix.rows]


def complaints(raw: object) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(Trouble) as caught:
        parse_matrix(raw)
    return [(finding.at, finding.message) for finding in caught.value.findings]


def test_every_combination_is_a_case_named_by_its_ids() -> None:
    assert ids(parse_matrix({"policy": POLICIES, "trouble": TROUBLES})) == [
        "policy=throw,trouble=length",
        "policy=throw,trouble=slots",
        "policy=throw,trouble=none",
        "policy=create_random_code,trouble=length",
        "policy=create_random_code,trouble=slots",
        "policy=create_random_code,trouble=none",
    ]


def test_a_case_knows_the_values_of_its_variables() -> None:
    row = parse_matrix({"policy": POLICIES, "trouble": TROUBLES}).rows[1]
    assert row.values() == {"policy": "throw", "trouble": {"id": "slots", "fill": 10}}


def test_scalars_are_their_own_ids_with_their_yaml_spelling() -> None:
    matrix = parse_matrix({"v": [1, 2.5, True, None, "text"]})
    assert ids(matrix) == ["v=1", "v=2.5", "v=true", "v=null", "v=text"]


def test_what_may_be_a_pin_or_is_no_word_is_numbered_instead() -> None:
    matrix = parse_matrix({"code": ["0482", "481", "a b", "x=y", ""]})
    assert ids(matrix) == ["code=#1", "code=481", "code=#3", "code=#4", "code=#5"]
    assert matrix.read_when({"code": "0482"}).holds(matrix.rows[0])
    assert "0482" not in repr(matrix)


def test_exclude_takes_cases_out_and_include_adds_whole_ones() -> None:
    matrix = parse_matrix(
        {
            "policy": POLICIES,
            "trouble": TROUBLES,
            "exclude": [{"policy": "throw"}, {"trouble": ["length", "none"]}],
            "include": [
                {"policy": "throw", "trouble": "none"},
                {"policy": "throw", "trouble": {"id": "odd", "fill": 3}},
            ],
        }
    )
    assert ids(matrix) == [
        "policy=create_random_code,trouble=slots",
        "policy=throw,trouble=none",
        "policy=throw,trouble=odd",
    ]
    assert matrix.rows[2].values()["trouble"] == {"id": "odd", "fill": 3}
    assert matrix.read_when({"trouble": "odd"}).holds(matrix.rows[2])


@pytest.mark.parametrize(
    ("raw", "at", "message"),
    [
        ([], (), "must be a map"),
        ({}, (), "has no variable"),
        ({"exclude": []}, (), "has no variable"),
        ({"policy": []}, ("policy",), "must be a list of values, not an empty one"),
        ({"policy": "throw"}, ("policy",), "must be a list of values, not text"),
        ({"a b": [1]}, ("a b",), "is not a name"),
        ({"v": [[1]]}, ("v", 0), "must be one value"),
        ({"v": [{"fill": 1}]}, ("v", 0), "needs an id"),
        ({"v": [{"id": None}]}, ("v", 0), "needs an id"),
        ({"v": [{"id": "a b"}]}, ("v", 0), "an id is up to 40 characters"),
        ({"v": [1, "1"]}, ("v", 1), "'v' has '1' twice"),
        ({"v": [True, {"id": "true"}]}, ("v", 1), "'v' has 'true' twice"),
        ({"v": [1, 2], "exclude": {"v": 1}}, ("exclude",), "must be a list of maps"),
        ({"v": [1, 2], "exclude": [{}]}, ("exclude", 0), "must be a map from variables"),
        ({"v": [1, 2], "exclude": [{"w": 1}]}, ("exclude", 0, "w"), "has no variable 'w'"),
        ({"v": [1, 2], "exclude": [{"v": 3}]}, ("exclude", 0, "v"), "'v' is never '3'"),
        ({"v": [1, 2], "exclude": [{"v": [1, 3]}]}, ("exclude", 0, "v", 1), "'v' is never '3'"),
        ({"v": [1, 2], "exclude": [{"v": []}]}, ("exclude", 0, "v"), "the list is empty"),
        ({"v": [1], "exclude": [{"v": 1}]}, (), "every case is excluded"),
        ({"v": [1, 2], "include": [{"w": 1}]}, ("include", 0), "names every variable: v"),
        ({"v": [1, 2], "include": [{"v": 1}]}, ("include", 0), "this case is there already"),
        ({"v": [1, 2], "include": [{"v": [3]}]}, ("include", 0, "v"), "must be one value"),
        ({"v": [True], "include": [{"v": "true"}]}, ("include", 0, "v"), "is already the id"),
        ({"v": list(range(CASES_MAX + 1))}, (), "1001 cases are too many"),
        ({"v": list(range(40)), "w": list(range(40))}, (), "1600 cases are too many"),
    ],
)
def test_a_matrix_that_means_nothing_is_an_error(
    raw: object, at: tuple[str | int, ...], message: str
) -> None:
    found = complaints(raw)
    assert [place for place, _ in found] == [at], found
    assert message in found[0][1]


def test_a_value_that_only_an_included_case_has_cannot_be_excluded() -> None:
    raw = {"a": [1], "exclude": [{"a": 3}], "include": [{"a": 3}]}
    assert complaints(raw)[0][0] == ("exclude", 0, "a")


def test_included_cases_count_too() -> None:
    raw = {"v": list(range(CASES_MAX)), "include": [{"v": "one more"}]}
    assert complaints(raw) == [(("include",), "1001 cases are too many; the most is 1000")]


def test_a_whole_number_and_a_truth_value_are_different_choices() -> None:
    matrix = parse_matrix({"v": [1, True]})
    assert [matrix.read_when({"v": 1}).holds(row) for row in matrix.rows] == [True, False]
    assert [matrix.read_when({"v": True}).holds(row) for row in matrix.rows] == [False, True]


def test_an_id_can_be_a_number() -> None:
    matrix = parse_matrix({"v": [{"id": 4, "x": "a"}, {"id": 5, "x": "b"}]})
    assert matrix.read_when({"v": 5}).holds(matrix.rows[1])


def test_without_when_every_case_fits() -> None:
    assert all(ALWAYS.holds(row) for row in parse_matrix({"policy": POLICIES}).rows)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"polcy": "throw"}, "did you mean 'policy'"),
        ({"policy": "thow"}, "did you mean 'throw'"),
        ({"policy": "throw", "trouble": "none"}, "no case of the matrix fits this"),
        ({}, "must be a map"),
        ("throw", "must be a map"),
        ({"policy": {"a": 1}}, "'policy' is never"),
    ],
)
def test_a_when_that_never_holds_is_an_error(raw: object, message: str) -> None:
    matrix = parse_matrix(
        {
            "policy": POLICIES,
            "trouble": TROUBLES,
            "exclude": [{"policy": "throw", "trouble": "none"}],
        }
    )
    with pytest.raises(Trouble, match=message):
        matrix.read_when(raw)


VARIABLES = st.dictionaries(
    st.sampled_from("abc"),
    st.lists(st.sampled_from([1, 2, 3, "x", "y"]), min_size=1, max_size=4, unique=True),
    min_size=1,
)


@given(VARIABLES, st.data())
def test_cases_are_those_that_a_plain_filter_leaves(
    variables: dict[str, list[Any]], data: st.DataObject
) -> None:
    condition = st.fixed_dictionaries(
        {},
        optional={
            name: st.lists(st.sampled_from(values), min_size=1) | st.sampled_from(values)
            for name, values in variables.items()
        },
    ).filter(bool)
    excluded = data.draw(st.lists(condition, max_size=3))

    def fits(case: dict[str, Any], rule: dict[str, Any]) -> bool:
        return all(
            case[name] in wanted if isinstance(wanted, list) else case[name] == wanted
            for name, wanted in rule.items()
        )

    every = [
        dict(zip(variables, combination, strict=True))
        for combination in itertools.product(*variables.values())
    ]
    left = [case for case in every if not any(fits(case, rule) for rule in excluded)]
    raw = {**variables, "exclude": excluded}
    if not left:
        assert "every case is excluded" in complaints(raw)[0][1]
        return
    matrix = parse_matrix(raw)
    assert [row.values() for row in matrix.rows] == left
    assert len(set(ids(matrix))) == len(left)
    when = data.draw(condition)
    if any(fits(case, when) for case in left):
        read = matrix.read_when(when)
        assert [read.holds(row) for row in matrix.rows] == [fits(case, when) for case in left]
    else:
        with pytest.raises(Trouble, match="no case"):
            matrix.read_when(when)
