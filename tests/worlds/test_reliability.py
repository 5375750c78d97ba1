"""`docs/RELIABILITY.md` says what the checkers promise and what the planted bugs are."""

from __future__ import annotations

import pytest

from tests.worlds.reliability import PAGE, tables, written


def test_the_page_has_the_promises_and_the_planted_bugs_of_today() -> None:
    page = PAGE.read_text()
    assert written(page, tables()) == page


def test_a_part_without_a_place_on_the_page_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for weather reports"):
        written(PAGE.read_text(), {"weather reports": "rain"})
