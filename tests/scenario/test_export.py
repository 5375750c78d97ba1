"""The schema for editors says what the reader says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario import source
from simulator.scenario.export import FILE_NAME, export, export_text
from simulator.scenario.outline import STEP_KEYS
from simulator.scenario.schema import File
from simulator.scenario.verbs import VERBS
from tests.scenario.helpers import a_scenario, problems_of
from tests.scenario.schema_check import CHECKED, TOLD, Checker

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SCHEMA = export()
LOOK = "- expect_device: {front: {slots_used: 0}}\n"


def fits(text: str) -> bool:
    return Checker(SCHEMA).fits(source.parse("x.yaml", text).data)


def test_the_committed_schema_is_what_the_reader_exports() -> None:
    committed = (SCENARIOS / "schema" / FILE_NAME).read_text(encoding="utf-8")
    assert committed == export_text(), "run: latchbench schema > scenarios/schema/" + FILE_NAME


@pytest.mark.parametrize(
    "path", sorted(SCENARIOS.rglob("*.yaml")), ids=lambda path: str(path.relative_to(SCENARIOS))
)
def test_every_scenario_that_is_shipped_fits_the_schema(path: Path) -> None:
    assert Checker(SCHEMA).fits(source.load(str(path)).data)


def test_every_key_of_the_reader_is_in_the_schema_with_words_for_people() -> None:
    assert set(SCHEMA["properties"]) == set(File.key_names())
    step = SCHEMA["$defs"]["Step"]
    assert set(step["properties"]) == {*STEP_KEYS, *VERBS}
    bodies = [name for name, verb in VERBS.items() if verb.body is not None]
    for key in (*STEP_KEYS, *bodies):
        assert step["properties"][key]["description"], key


def parts(schema: Any) -> list[Any]:
    """Every schema in a schema; what stands under `properties` are names."""
    if isinstance(schema, list):
        return [part for inner in schema for part in parts(inner)]
    if not isinstance(schema, dict):
        return []
    found: list[Any] = [schema]
    for key, inner in schema.items():
        if key in ("properties", "patternProperties", "$defs"):
            for one in inner.values():
                found += parts(one)
        else:
            found += parts(inner)
    return found


def test_the_schema_is_made_of_words_that_are_checked_and_refers_to_what_is_there() -> None:
    for part in parts(SCHEMA):
        assert part.keys() <= CHECKED | TOLD, part
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/$defs/") in SCHEMA["$defs"]


def test_the_schema_is_plain_json() -> None:
    assert json.loads(export_text()) == SCHEMA


@pytest.mark.parametrize(
    "steps",
    [
        "- settle:\n",
        "- settle: {}\n",
        "- advance: 3d\n",
        "- advance: {by: 3d}\n",
        "- advance: ${policy}\n",
        "- radio: ${policy}\n",
        "- radio: {lock: '${policy}', state: '${policy}'}\n",
        "- keypad: {lock: {profile: nuki}, keys: '4711#'}\n  expect: {opens: {not: true}}\n",
        "- keypad: {lock: front, code: '1'}\n  expect: {any_of: [{opens: true}, {opens: false}]}\n",
        "- create_multiple: {device_ids: front, behavior_when_code_cannot_be_shared: thow}\n",
        "- create_multiple: {device_ids: [front], preferred_code_length: 4.5}\n  timeout: 1m\n",
        "- create_multiple: {device_ids: ['*']}\n  expect:\n  - when: {policy: throw}\n"
        "    raises: {status: {in: [400, 409]}}\n  - {shared: [front]}\n",
        "- await: x\n  expect: {raises: {status: 400}}\n",
        "- expect_device: {'*': {slots: {3: null}, has_code: '1', slots_used: {lt: 3}}}\n",
        "- expect_events: {none: [{kind: lock.code.stored, slot: 1, pin: {absent: true}}]}\n",
        "- expect_metrics: {commands: {lt: 40}}\n",
        "- list: {device_id: front}\n  repeat: 3\n  expect: {each: {errors: []}}\n",
    ],
)
def test_what_the_reader_takes_an_editor_takes(steps: str) -> None:
    assert fits(a_scenario(f"{steps}{LOOK}"))


@pytest.mark.parametrize(
    "steps",
    [
        "- settel:\n",
        "- settle:\n  advance: 3d\n",
        "- name: x\n",
        "- settle:\n  expct: {}\n",
        "- settle:\n  expect: {raises: {}}\n",
        "- settle:\n  save_as: x\n",
        "- settle:\n  background: true\n",
        "- settle:\n  timeout: 1m\n",
        "- advance: 3 days\n",
        "- advance: 3\n",
        "- radio: {lock: front, state: ded}\n",
        "- radio: {lock: front}\n",
        "- radio: {lock: front, state: dead, sate: x}\n",
        "- keypad: {lock: front, code: 4827}\n",
        "- keypad: {lock: front, keys: '12 34'}\n",
        "- keypad: {lock: front, code: '1'}\n  expect: {open: true}\n",
        "- keypad: {lock: front, code: '1'}\n  expect: {shared: [front]}\n",
        "- inject: {lock: front, fault: refuse, times: 0}\n",
        "- inject: {lock: front, fault: refuse, probability: 2}\n",
        "- create_multiple: {device_ids: [front], code: 4827}\n",
        "- create_multiple: {device_ids: [front]}\n  expect: {access_code: {status: set}}\n",
        "- create_multiple: {device_ids: [front]}\n  expect: {devices: {front: {status: sett}}}\n",
        "- create_multiple: {device_ids: [front]}\n"
        "  expect: {raises: {devices: {front: no_spce}}}\n",
        "- expect_device: {front: {slot_used: 0}}\n",
        "- expect_device: {front: {slots_used: {less: 0}}}\n",
        "- expect_device: {}\n  expect: {}\n",
        "- expect_events: {none: []}\n",
        "- expect_metrics: {comands: 1}\n",
        "- settle:\n  repeat: 0\n",
    ],
)
def test_what_an_editor_marks_the_reader_refuses(steps: str) -> None:
    text = a_scenario(f"{steps}{LOOK}")
    assert not fits(text)
    assert problems_of(text)
