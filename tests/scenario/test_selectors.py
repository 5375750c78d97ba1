"""Which locks a selector means; one that means none is an error."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.problems import Trouble
from simulator.scenario.selectors import (
    LOCKS_MAX,
    Roster,
    assign,
    expand_names,
    select,
    select_each,
)

ROSTER = Roster(
    {
        "front": "deadbolt-30",
        "back": "deadbolt-30",
        "door-01": "lever",
        "door-02": "lever",
        "gate-1": None,
    },
    ("deadbolt-30", "lever", "unused"),
)
KNOWN = Roster({"front": "deadbolt-30", "back": "lever"}, ("deadbolt-30", "lever", "unused"))


def test_a_range_makes_names_of_one_width() -> None:
    names = expand_names("door-{01..60}")
    assert len(names) == 60
    assert (names[0], names[8], names[9], names[59]) == (
        "door-01",
        "door-09",
        "door-10",
        "door-60",
    )


def test_a_range_without_zeros_has_no_fixed_width() -> None:
    assert expand_names("d{9..11}") == ("d9", "d10", "d11")


def test_two_ranges_make_every_pair() -> None:
    assert expand_names("f{1..2}-r{1..2}") == ("f1-r1", "f1-r2", "f2-r1", "f2-r2")


@pytest.mark.parametrize("name", ["front", "Front_2", "a", "x" * 64])
def test_a_plain_name_is_itself(name: str) -> None:
    assert expand_names(name) == (name,)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("door-{60..01}", "runs backwards"),
        ("door-{1..10001}", "10001 locks are too many"),
        ("a{1..999}b{1..999}", "998001 locks are too many"),
        ("1st", "is not a name for a lock"),
        ("{01..60}", "is not a name for a lock"),
        ("front door", "is not a name for a lock"),
        ("door-{1-5}", "is not a name for a lock"),
        ("door-*", "is not a name for a lock"),
        ("a.b", "is not a name for a lock"),
        ("tür", "is not a name for a lock"),
        ("", "is not a name for a lock"),
        ("x" * 65, "is not a name for a lock"),
        ("when", "it has another meaning"),
        ("gateway", "it has another meaning"),
    ],
)
def test_what_is_no_name_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(Trouble, match=message):
        expand_names(pattern)


def test_as_many_locks_as_one_call_takes_can_be_declared() -> None:
    assert len(expand_names(f"d{{1..{LOCKS_MAX}}}")) == LOCKS_MAX


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("front", ("front",)),
        ("door-*", ("door-01", "door-02")),
        ("*", ROSTER.names),
        ("door-0[2-9]", ("door-02",)),
        ("????", ("back",)),
        ({"profile": "lever"}, ("door-01", "door-02")),
        (["back", "front"], ("back", "front")),
        (["door-02", "door-*"], ("door-02", "door-01")),
        (["front", "front"], ("front",)),
        ([{"profile": "lever"}, "front"], ("door-01", "door-02", "front")),
        ([], ()),
    ],
)
def test_a_selector_means_these_locks(selector: object, names: tuple[str, ...]) -> None:
    assert select(selector, ROSTER) == names


def test_a_name_written_twice_is_sent_twice_but_a_pattern_adds_only_new_ones() -> None:
    assert select_each(["front", "front"], ROSTER) == ("front", "front")
    assert select_each(["door-*", "door-*"], ROSTER) == ("door-01", "door-02")
    assert select_each(["door-*", "door-01"], ROSTER) == ("door-01", "door-02", "door-01")


def test_what_is_meant_to_pass_as_it_is_passes() -> None:
    def is_raw(item: object) -> bool:
        return item == "$raw"

    assert select_each("$raw", ROSTER, as_it_is=is_raw) == ("$raw",)
    assert select_each(["$raw", "front"], ROSTER, as_it_is=is_raw) == ("$raw", "front")


@pytest.mark.parametrize(
    ("selector", "at", "message"),
    [
        ("frnt", (), "no lock of this scenario is named 'frnt'; did you mean 'front'?"),
        ("zzz", (), "(one of: front, back)"),
        ("gate-*", (), "'gate-*' fits no lock of this scenario"),
        ({"profile": "unused"}, (), "no lock of this scenario has the profile 'unused'"),
        ({"profile": "levr"}, (), "did you mean 'lever'"),
        ({"profil": "lever"}, (), "{profile: name}"),
        ({"profile": "lever", "x": 1}, (), "{profile: name}"),
        (7, (), "must be the name of a lock, not a number"),
        (None, (), "must be the name of a lock, not nothing"),
        (["front", "bck"], (1,), "did you mean 'back'"),
        ([["front"]], (0,), "must be the name of a lock, not a list"),
    ],
)
def test_a_selector_that_means_no_lock_is_an_error(
    selector: object, at: tuple[int, ...], message: str
) -> None:
    with pytest.raises(Trouble, match=re.escape(message)) as caught:
        select(selector, KNOWN)
    assert [finding.at for finding in caught.value.findings] == [at]


def test_every_wrong_name_of_a_list_is_told() -> None:
    with pytest.raises(Trouble) as caught:
        select(["x", "front", "y"], KNOWN)
    assert [finding.at for finding in caught.value.findings] == [(0,), (2,)]


def test_where_the_locks_cannot_be_read_no_name_is_blamed() -> None:
    unknown = Roster({"front": None}, complete=False)
    assert select(["front", "other", "x-*", {"profile": "y"}], unknown) == ("front",)
    assert assign(["front", "other", "x-*"], unknown) == {"front": "front"}


def test_an_own_name_goes_before_a_pattern_and_the_first_pattern_before_the_next() -> None:
    assert assign(["door-*", "*", "front", "door-02"], ROSTER) == {
        "front": "front",
        "back": "*",
        "door-01": "door-*",
        "door-02": "door-02",
        "gate-1": "*",
    }


def test_a_pattern_of_an_expectation_that_is_about_nothing_is_an_error() -> None:
    with pytest.raises(Trouble, match="it fits no lock") as caught:
        assign(["gate-*"], KNOWN)
    assert caught.value.findings[0].on_key
    with pytest.raises(Trouble, match="every lock that it fits has another entry"):
        assign(["front", "back", "*"], KNOWN)


PATTERNS = st.text("ab?*", min_size=1, max_size=4)
NAMES = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=8, unique=True)


@given(PATTERNS, NAMES)
def test_a_pattern_selects_what_the_same_regular_expression_finds(
    pattern: str, names: list[str]
) -> None:
    roster = Roster(dict.fromkeys(names, "p"))
    regex = re.compile("".join({"*": ".*", "?": "."}.get(c, c) for c in pattern))
    fitting = tuple(name for name in names if regex.fullmatch(name))
    if fitting:
        assert select(pattern, roster) == fitting
    else:
        with pytest.raises(Trouble):
            select(pattern, roster)
