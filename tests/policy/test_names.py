"""Names as a lock shows them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.names import UNNAMED, device_name


def test_a_name_that_fits_stays_as_it_is() -> None:
    assert device_name("Jane's reservation", [], None) == "Jane's reservation"


def test_a_long_name_is_cut_without_a_blank_at_its_end() -> None:
    assert device_name("Jane's reservation", [], 12) == "Jane's reser"
    assert device_name("Jane's reservation", [], 7) == "Jane's"


def test_a_name_that_is_taken_is_numbered_within_the_length() -> None:
    assert device_name("Jane's reservation", ["Jane's reser"], 12) == "Jane's res 2"
    assert device_name("Jane", ["Jane", "Jane 2"], None) == "Jane 3"


def test_upper_and_lower_case_are_one_name() -> None:
    assert device_name("jane", ["JANE"], None) == "jane 2"


def test_white_space_becomes_single_blanks() -> None:
    assert device_name(" Jane\n\t Doe ", [], None) == "Jane Doe"


def test_a_code_without_a_name_is_called_something() -> None:
    for name in (None, "", "  "):
        assert device_name(name, [], None) == UNNAMED
    assert device_name(None, [UNNAMED], None) == f"{UNNAMED} 2"


def test_two_digits_take_one_letter_more() -> None:
    taken = ["Jane", *(f"Ja {number}" for number in range(2, 10))]
    assert device_name("Jane", taken, 4) == "J 10"


def test_where_no_number_fits_any_more_the_name_stays_double() -> None:
    taken = ["J", *"23456789"]
    assert device_name("Jane", taken[:5], 1) == "6"
    assert device_name("Jane", taken, 1) == "J"


@given(
    st.one_of(st.none(), st.text()), st.lists(st.text(max_size=4)), st.one_of(st.integers(3, 20))
)
def test_the_name_is_short_enough_and_its_own(
    name: str | None, taken: list[str], length_max: int
) -> None:
    shown = device_name(name, taken, length_max)
    assert 0 < len(shown) <= length_max
    assert shown.casefold() not in {other.casefold() for other in taken}
    assert shown == shown.strip()
