"""Pages: nothing is shown twice or left out, whatever a caller does to a cursor."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.cursor import Place, cursor_after, digest, place_of, take_page
from gateway.policy.errors import MismatchedPage

PLACES = st.builds(Place, st.integers(0, 5), st.integers(0, 5), st.text(max_size=3))
FILTERS = ["access_codes", "d", None]


def sealed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@given(PLACES)
def test_a_cursor_gives_its_place_back(place: Place) -> None:
    cursor = cursor_after(place, FILTERS)
    assert cursor.isascii()
    assert "=" not in cursor
    assert place_of(cursor, FILTERS) == place


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "%%%",
        sealed("null"),
        sealed("[]"),
        sealed("[" * 100_000),
        sealed('["other",1,2,"a"]'),
        sealed(f'["{digest(FILTERS)}","1",2,"a"]'),
        sealed(f'["{digest(FILTERS)}",1,2]'),
        sealed(f'["{digest(FILTERS)}",' + "9" * 5000 + ',2,"a"]'),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_any_other_text_is_refused(cursor: str) -> None:
    with pytest.raises(MismatchedPage):
        place_of(cursor, FILTERS)


@given(st.text())
def test_text_of_any_kind_is_a_place_or_refused(text: str) -> None:
    with pytest.raises(MismatchedPage):
        place_of(text, FILTERS)


@given(st.lists(PLACES, unique=True), st.integers(1, 4))
def test_the_pages_put_together_are_the_sorted_list(places: list[Place], limit: int) -> None:
    seen: list[Place] = []
    after: Place | None = None
    while True:
        page, after = take_page(places, lambda place: place, after, limit)
        seen += page
        assert len(page) <= limit
        if after is None:
            break
    assert seen == sorted(places)


def test_a_deleted_item_does_not_shift_the_next_page() -> None:
    places = [Place(n, 0, "a") for n in range(6)]
    page, after = take_page(places, lambda place: place, None, 3)
    left = [place for place in places if place not in page]
    assert take_page(left, lambda place: place, after, 3) == (places[3:], None)
