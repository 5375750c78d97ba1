from __future__ import annotations

import re
from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def test_the_track_record_names_every_scenario_and_no_other() -> None:
    text = (SCENARIOS / "README.md").read_text(encoding="utf-8").partition("## The scenarios")[2]
    told = set(re.findall(r"^\| `([^`]+\.yaml)`", text, re.MULTILINE))
    there = {
        str(path.relative_to(SCENARIOS))
        for path in SCENARIOS.rglob("*.yaml")
        if path.parent.name != "fleets"
    }
    assert told == there
