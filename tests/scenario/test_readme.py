"""The grammar in `scenarios/README.md` is the grammar of the reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.radio.faults import FAULTS as FAULT_TABLE
from simulator.scenario.always import INVARIANTS
from simulator.scenario.expectations import DEVICE
from simulator.scenario.outline import STEP_KEYS
from simulator.scenario.reader import read_scenario_text
from simulator.scenario.schema import File, Lock
from simulator.scenario.shapes import OPERATORS
from simulator.scenario.triggers import WORLD_VERBS
from simulator.scenario.verbs import VERBS
from simulator.scenario.words import (
    FAULTS,
    FEEDBACKS,
    KEYPAD_STATES,
    METRICS,
    POWER_STATES,
    RADIO_STATES,
    REASONS,
)

README = (Path(__file__).parents[2] / "scenarios" / "README.md").read_text(encoding="utf-8")


def table(header: str) -> list[list[str]]:
    """The cells of the rows under the table header that starts like this."""
    _, _, rest = README.partition(f"\n{header}")
    rows = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_example_is_a_scenario_without_problems() -> None:
    example, _ = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    scenario = read_scenario_text(example)
    assert scenario.warnings == ()
    assert [case.id for case in scenario] == ["policy=throw", "policy=create_random_code"]


def test_the_example_of_a_call_in_the_background_is_right_too() -> None:
    _, steps = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    locks = "locks: {front: {profile: deadbolt-30}, back: {profile: deadbolt-30}}"
    scenario = read_scenario_text(f"version: 1\nname: x\n{locks}\nsteps:\n{steps}")
    assert scenario.warnings == ()
    assert [step.background for step in scenario.cases[0].steps] == [True, False, False, False]


def test_every_top_level_key_has_a_row() -> None:
    assert [word for row in table("| key |") for word in words(row[0])] == [
        "version",
        "name",
        "description",
        "tags",
        "references",
        "seed",
        "clock",
        "timing",
        "hosts",
        "defaults",
        "profiles",
        "locks",
        "hubs",
        "gateway",
        "vars",
        "matrix",
        "always",
        "on_event",
        "steps",
        "finally",
    ]
    assert {word for row in table("| key |") for word in words(row[0])} == set(File.key_names())


def test_every_key_of_a_lock_is_named() -> None:
    (row,) = (row for row in table("| key |") if row[0] == "`locks`")
    (listed,) = re.findall(r"NAME: \{(.*?)\}", row[1])
    assert tuple(listed.split(", ")) == Lock.key_names()


def test_every_verb_has_a_row_and_those_that_can_expect_another() -> None:
    assert [words(row[0])[0] for row in table("| verb |")] == list(VERBS)
    can_expect = [name for name, verb in VERBS.items() if verb.body and verb.expects]
    after = [word for row in table("| after |") for word in words(row[0])]
    assert sorted(after) == sorted([*can_expect, "await"])


def test_every_invariant_has_a_row() -> None:
    assert [words(row[0])[0] for row in table("| invariant |")] == list(INVARIANTS)


def test_the_verbs_of_a_trigger_are_named() -> None:
    named = ", ".join(f"`{verb}`" for verb in WORLD_VERBS if verb in VERBS)
    assert named.replace(", ", " ") in " ".join(README.split())


def test_the_keys_of_a_step_are_named() -> None:
    assert f"any of {', '.join(f'`{key}`' for key in STEP_KEYS)}." in README


def test_every_matcher_has_a_row() -> None:
    shown = " ".join(row[0] for row in table("| written |"))
    assert set(re.findall(r"\{(\w+):", shown)) - {"status"} == set(OPERATORS)


def test_every_fault_is_told_in_its_own_words() -> None:
    told = {words(row[0])[0]: row[1] for row in table("| a fault |")}
    assert told == {name: fault.meaning for name, fault in FAULT_TABLE.items()}


def test_every_state_of_the_radio_is_told() -> None:
    told = tuple(words(row[0])[0] for row in table("| state |"))
    assert told == RADIO_STATES.words


@pytest.mark.parametrize(
    ("title", "known"),
    [
        ("radio", RADIO_STATES.words),
        ("power", POWER_STATES.words),
        ("keypad", KEYPAD_STATES.words),
        ("fault", FAULTS.words),
        ("reason", REASONS),
        ("feedback", FEEDBACKS),
        ("device", tuple(DEVICE.fields)),
        ("counter", METRICS),
    ],
)
def test_the_words_are_those_of_the_reader(title: str, known: tuple[str, ...]) -> None:
    (row,) = (row for row in table("| | words |") if row[0] == title)
    assert tuple(words(row[1])) == known


def test_every_counter_of_the_gateway_can_be_asked_for() -> None:
    root = Path(__file__).parents[2] / "gateway"
    sources = [path.read_text(encoding="utf-8") for path in root.rglob("*.py")]
    counted = {name for text in sources for name in re.findall(r'counters\.add\("(\w+)"', text)}
    assert set(METRICS) == counted | {"commits"}
