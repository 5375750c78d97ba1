"""The track record of the scenarios is written from what there is, and by nobody's hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.product import track_record
from tests.product.shipped import SCENARIOS
from tests.product.track_record import BEGIN, README, main, written

if TYPE_CHECKING:
    from pathlib import Path

PAGE = README.read_text(encoding="utf-8")


def test_the_track_record_is_what_the_command_writes() -> None:
    assert written(PAGE) == PAGE, "run: python -m tests.product.track_record --write"


def test_the_track_record_names_every_scenario_and_no_other() -> None:
    told = re.findall(r"\]\(([a-z]+/[^)]+\.yaml)\)", PAGE.partition(BEGIN)[2])
    there = {
        str(path.relative_to(SCENARIOS))
        for path in SCENARIOS.rglob("*.yaml")
        if path.parent.name != "fleets"
    }
    assert sorted(told) == sorted(there)


def test_every_issue_in_the_track_record_is_a_link() -> None:
    record = PAGE.partition(BEGIN)[2]
    named = set(re.findall(r"\[([\w.-]+/[\w.-]+#\d+)\](?!:)", record))
    addressed = set(re.findall(r"^\[([^\]]+)\]: https://", record, re.MULTILINE))
    assert named == addressed
    assert not re.search(r"(?<![\[/\w.-])[\w.-]+/[\w.-]+#\d", record)


def test_a_page_that_is_stale_is_told_and_then_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "README.md"
    page.write_text(PAGE.replace("| the lock says working, for ever |", "| it works |"), "utf-8")
    monkeypatch.setattr(track_record, "README", page)
    assert main(["--check"]) == 1
    assert "is stale: python -m tests.product.track_record --write" in capsys.readouterr().err
    assert main(["--write"]) == 0
    assert main(["--check"]) == 0
    assert page.read_text(encoding="utf-8") == PAGE


def test_a_page_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="the page has no place for it"):
        written(PAGE.replace(BEGIN, ""))
