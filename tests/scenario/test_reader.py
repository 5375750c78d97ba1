"""What comes out of a file without mistakes."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import PlainValidator

from latchbench.pin import Pin
from simulator import profiles
from simulator.scenario.actions import ACTIONS
from simulator.scenario.call_expectations import CreateMultipleExpect
from simulator.scenario.calls import After, CreateMultiple
from simulator.scenario.expectations import (
    CodesExpect,
    DeviceExpect,
    EventsExpect,
    KeypadExpect,
)
from simulator.scenario.fields import Body
from simulator.scenario.interpolate import MISSING, Late, Reference
from simulator.scenario.matchers import Matcher, match
from simulator.scenario.problems import ScenarioInvalid
from simulator.scenario.reader import (
    read_fleet,
    read_fleet_text,
    read_scenario,
    read_scenario_text,
    validate,
)
from simulator.scenario.scalars import Locks, whole
from simulator.scenario.verbs import (
    VERBS,
    Keypad,
    Verb,
)
from tests.scenario.helpers import a_file, a_scenario, problems_of, read

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.scenario.cases import Case, Step

BOOKING = """\
    version: 1
    name: one lock cannot share
    description: what does each policy leave behind?
    tags: [policy, smoke]
    seed: 7
    clock: {start: "2030-06-01T14:00:00+02:00", zone: Europe/Berlin}
    timing: fast
    hosts: per-lock
    gateway: {programming: sync, jit_lead: 30m, sync_deadline: 2m}

    profiles:
      fixed6: {extends: deadbolt-30, code_lengths: [6]}
      fixed6-small: {extends: fixed6, slots_max: 10}

    locks:
      front: {profile: deadbolt-30, codes: {3: "0482"}, zone: Europe/London}
      back: {profile: deadbolt-30, radio: dead, hub: cellar}
      odd: {profile: "${trouble.profile}", fill_slots: "${trouble.fill}"}
    hubs: {cellar: }

    vars: {wanted: [front, odd], guest: "Guest ${trouble.id}"}
    matrix:
      policy: [throw, create_random_code]
      trouble:
        - {id: length, profile: fixed6, fill: 0, reason: length_not_supported}
        - {id: slots, profile: fixed6-small, fill: 10, reason: no_space}
      exclude: [{policy: create_random_code, trouble: slots}]

    steps:
    - name: book for ${policy}
      create_multiple:
        device_ids: ${wanted}
        code: "4827"
        starts_at: "+2h"
        ends_at: "2030-06-03T10:00:00Z"
        behavior_when_code_cannot_be_shared: ${policy}
      save_as: booking
      expect:
      - when: {policy: throw}
        raises: {type: code_cannot_be_shared, status: 400, devices: {odd: "${trouble.reason}"}}
      - when: {policy: create_random_code}
        devices: {odd: {code: {not: "4827"}}, "*": {status: set, code: "4827"}}
        shared: [front]
        random: [odd]
    - when: {policy: create_random_code}
      keypad: {lock: front, code: "${booking.code}"}
      expect: {opens: true}
    - when: {policy: throw}
      expect_device: {"*": {lacks_code: "4827"}}
"""


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    return {case.id: case for case in read_scenario_text(dedent(BOOKING))}


def test_a_scenario_knows_where_its_story_was_told() -> None:
    top = 'references: ["set and clear in a loop: a/b#7", c/d#8]'
    scenario = read_scenario_text(a_file(top))
    assert scenario.references == ("set and clear in a loop: a/b#7", "c/d#8")
    assert read_scenario_text(a_file("")).references == ()


def test_a_scenario_knows_what_it_is_called() -> None:
    scenario = read_scenario_text(dedent(BOOKING), "booking.yaml")
    assert scenario.name == "one lock cannot share"
    assert scenario.description == "what does each policy leave behind?"
    assert scenario.tags == ("policy", "smoke")
    assert scenario.warnings == ()
    assert scenario.place(("steps", 1, "expect", "opens")) == "booking.yaml:47:19"
    assert scenario.place(("steps", 1, "expect", "deeper", 3)) == "booking.yaml:47:11"


def test_there_is_one_case_per_row_of_the_matrix(cases: dict[str, Case]) -> None:
    assert list(cases) == [
        "policy=throw,trouble=length",
        "policy=throw,trouble=slots",
        "policy=create_random_code,trouble=length",
    ]


def test_a_case_has_its_own_locks(cases: dict[str, Case]) -> None:
    length = cases["policy=throw,trouble=length"].fleet.locks["odd"]
    slots = cases["policy=throw,trouble=slots"].fleet.locks["odd"]
    assert (length.profile.name, length.profile.lock.slots_max, length.fill_slots) == (
        "fixed6",
        30,
        0,
    )
    assert (slots.profile.name, slots.profile.lock.slots_max, slots.fill_slots) == (
        "fixed6-small",
        10,
        10,
    )
    assert slots.profile.lock.code_lengths == (6,)


def test_a_fleet_has_what_the_file_says(cases: dict[str, Case]) -> None:
    fleet = cases["policy=throw,trouble=slots"].fleet
    assert fleet.seed == 7
    assert fleet.clock.start_us == 1_906_545_600 * 1_000_000  # 2030-06-01T12:00:00Z
    assert fleet.clock.zone == "Europe/Berlin"
    assert (fleet.timing, fleet.hosts) == ("fast", "per-lock")
    assert fleet.gateway.programming == "sync"
    assert fleet.gateway.jit_lead_us == 30 * 60 * 1_000_000
    assert fleet.gateway.sync_deadline_us == 2 * 60 * 1_000_000
    front, back = fleet.locks["front"], fleet.locks["back"]
    assert (front.codes, front.zone, front.radio) == ({3: Pin("0482")}, "Europe/London", "awake")
    assert (back.radio, back.power, back.hub, back.zone) == ("dead", "good", "cellar", None)
    assert fleet.hubs == {"cellar": ("back",)}


def test_variables_are_filled_in_and_selectors_are_lists_of_locks(cases: dict[str, Case]) -> None:
    step = cases["policy=throw,trouble=slots"].steps[0]
    assert step.name == "book for throw"
    assert isinstance(step.body, CreateMultiple)
    assert step.body.parameters() == {
        "device_ids": ("front", "odd"),
        "behavior_when_code_cannot_be_shared": "throw",
        "code": Pin("4827"),
        "starts_at": After(2 * 3_600 * 1_000_000),
        "ends_at": "2030-06-03T10:00:00Z",
    }


def test_a_case_has_the_expectations_that_fit_it(cases: dict[str, Case]) -> None:
    (expectation,) = cases["policy=throw,trouble=slots"].steps[0].expects
    assert isinstance(expectation.what, CreateMultipleExpect)
    assert expectation.at == ("steps", 0, "expect", 0)
    assert expectation.what.raises is not None
    assert expectation.what.raises.devices is not None
    assert fits(expectation.what.raises.devices["odd"], "no_space")
    (other,) = cases["policy=create_random_code,trouble=length"].steps[0].expects
    assert isinstance(other.what, CreateMultipleExpect)
    assert (other.what.shared, other.what.random) == (("front",), ("odd",))
    assert other.what.devices is not None
    assert list(other.what.devices) == ["front", "odd"]
    assert fits(other.what.devices["front"], {"status": "set", "code": Pin("4827")})
    assert not fits(other.what.devices["odd"], {"code": Pin("4827")})


def test_a_case_has_the_steps_that_fit_it(cases: dict[str, Case]) -> None:
    throw = cases["policy=throw,trouble=slots"].steps
    random = cases["policy=create_random_code,trouble=length"].steps
    assert [(step.number, step.verb) for step in throw] == [
        (1, "create_multiple"),
        (3, "expect_device"),
    ]
    assert [(step.number, step.verb) for step in random] == [(1, "create_multiple"), (2, "keypad")]
    assert isinstance(random[1].body, Keypad)
    assert random[1].body.code == Late((Reference(("booking", "code")),))
    assert (random[1].mark.line, random[1].mark.col) == (46, 3)


def fits(matcher: Matcher, value: object) -> bool:
    return not match(matcher, value, lambda reference: MISSING)


def only_step(step: str) -> Step:
    look = "- expect_device: {front: {slots_used: 0}}\n"
    return read(a_scenario(f"{dedent(step)}\n{look}")).cases[0].steps[0]


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("- advance: 3d", {"by_us": 3 * 86_400_000_000}),
        ("- settle: {within: 30m}", {"within_us": 1_800_000_000}),
        ("- settle: {}", {"within_us": None}),
        ("- settle:", {"within_us": None}),
        ("- radio: {lock: front, state: asleep}", {"locks": ("front",), "state": "asleep"}),
        ("- power: {lock: '*', action: cycle}", {"locks": ("front", "back", "odd")}),
        ("- thumbturn: {lock: [odd], locked: false}", {"locks": ("odd",), "locked": False}),
        ("- program_at_keypad: {lock: odd, slot: 3, code: null}", {"slot": 3, "code": None}),
        ("- program_at_keypad: {lock: odd, slot: 3, code: '0482'}", {"code": Pin("0482")}),
        ("- keypad: {lock: odd, keys: '0482#'}", {"keys": Pin("0482#"), "code": None}),
        ("- inject: {lock: odd, fault: refuse, times: 2}", {"times": 2, "command": None}),
        (
            "- inject: {lock: odd, fault: lost_ack, probability: 1, command: set_user_code}",
            {"fault": "lost_ack", "probability": 1.0, "command": "set_user_code"},
        ),
        ("- shift_clock: {lock: odd, by: 90m}", {"by_us": 5_400_000_000}),
        ("- shift_clock: {lock: odd, by: '-90m'}", {"by_us": -5_400_000_000}),
        ("- create_multiple: {device_ids: front}", {"device_ids": ("front",), "sync": None}),
        ("- create_multiple: {device_ids: []}", {"device_ids": ()}),
        ("- create_multiple: {device_ids: [odd, odd]}", {"device_ids": ("odd", "odd")}),
        ("- create_multiple: {device_ids: ['$x-1', odd]}", {"device_ids": ("$x-1", "odd")}),
        ("- create_multiple: {extra: {device_id: [1]}}", {"extra": {"device_id": [1]}}),
        ("- create_multiple: {device_ids: odd, is_one_time_use: true}", {"is_one_time_use": True}),
        (
            "- create_multiple: {device_ids: odd, code: '', preferred_code_length: 4.5}",
            {"code": Pin(""), "preferred_code_length": 4.5},
        ),
    ],
)
def test_what_a_verb_means(step: str, body: dict[str, Any]) -> None:
    read_body = only_step(step).body
    assert read_body is not None
    assert {name: getattr(read_body, name) for name in body} == body


def test_every_verb_that_does_something_has_its_own_body() -> None:
    bodies = [verb.body for verb in VERBS.values() if verb.body is not None]
    assert len(bodies) == len(set(bodies))
    assert {verb for verb, spec in VERBS.items() if spec.body is not None} == set(ACTIONS)


def test_only_what_is_written_is_sent_and_null_is_sent_as_null() -> None:
    step = only_step("- create_multiple: {device_ids: odd, name: null, sync: true, extra: {a: 1}}")
    assert isinstance(step.body, CreateMultiple)
    assert step.body.parameters() == {"name": None, "sync": True, "device_ids": ("odd",)}
    assert step.body.extra == {"a": 1}


def test_an_answer_is_about_the_locks_of_its_call() -> None:
    step = only_step("- create_multiple: {device_ids: ['$x', odd, front, odd]}")
    assert isinstance(step.body, CreateMultiple)
    assert step.body.answered_locks() == ("odd", "front")


def test_verbs_that_only_look_have_no_body() -> None:
    scenario = read(
        a_scenario(
            """\
            - create_multiple: {device_ids: [front, back]}
              save_as: booking
            - expect_device:
                front: {slots_used: 1, slots: {1: "4827", 2: null}, has_code: "4827"}
                "*": {radio: awake, keypad: {not: locked_out}}
            - expect_codes: {of: booking, count: 2, each: {status: set}, listed: true}
            - expect_events:
                in_order: [{kind: lock.code.stored, source: front, slot: 1}]
                none: [{kind: lock.code.refused, source: back, pin: {absent: false}}]
            - keypad: {lock: front, code: "4827"}
              expect: {opens: true, locked_out: false, feedback: opened}
            """
        )
    )
    _, device, codes, events, keypad = scenario.cases[0].steps
    assert device.body is codes.body is events.body is None
    truth = {"slots_used": 1, "slots": {1: Pin("4827")}, "has_code": (Pin("4827"),)}
    what = device.expects[0].what
    assert isinstance(what, DeviceExpect)
    assert list(what.devices) == ["front", "back", "odd"]
    assert fits(what.devices["front"], truth)
    assert not fits(what.devices["front"], {**truth, "slots": {1: Pin("4827"), 2: Pin("1111")}})
    assert fits(what.devices["odd"], {"radio": "awake", "keypad": "clear"})
    of_codes = codes.expects[0].what
    assert isinstance(of_codes, CodesExpect)
    assert (of_codes.of, of_codes.listed) == ("booking", True)
    of_events = events.expects[0].what
    assert isinstance(of_events, EventsExpect)
    stored = {"kind": "lock.code.stored", "source": "front", "slot": "1", "more": "x"}
    assert fits(of_events.in_order[0], stored)
    assert of_events.contains == ()
    answer = keypad.expects[0].what
    assert isinstance(answer, KeypadExpect)
    assert fits(answer.answer, {"opens": True, "locked_out": False, "feedback": "opened"})


def test_an_expectation_of_a_call_can_refer_to_its_own_answer() -> None:
    read(
        a_scenario(
            """\
            - create_multiple: {device_ids: [front, back]}
              save_as: booking
              expect:
                devices: {front: {code: {same_as: booking.devices.back.code}}}
            """
        )
    )


def test_codes_of_a_saved_call_are_about_its_locks() -> None:
    scenario = read(
        a_scenario(
            """\
            - create_multiple: {device_ids: [front, back]}
              save_as: booking
            - expect_codes: {of: booking, devices: {"*": {status: set}}}
            """
        )
    )
    what = scenario.cases[0].steps[1].expects[0].what
    assert isinstance(what, CodesExpect)
    assert what.devices is not None
    assert list(what.devices) == ["front", "back"]


def test_all_alternatives_that_fit_hold_together() -> None:
    scenario = read(
        a_scenario(
            """\
            - expect_device:
              - {front: {slots_used: 0}}
              - {when: {policy: throw}, back: {slots_used: 0}}
              - {when: {policy: [throw, create_random_code]}, odd: {slots_used: 0}}
            """
        )
    )
    assert [len(case.steps[0].expects) for case in scenario] == [3, 2]


def test_without_a_matrix_there_is_one_case_without_a_name() -> None:
    (case,) = read(a_file("")).cases
    assert case.id == ""
    assert case.fleet.seed is None
    assert case.fleet.clock.zone == "UTC"
    assert case.fleet.hosts is None


def test_locks_that_no_variable_touches_are_built_once() -> None:
    scenario = read(a_scenario("- expect_device: {front: {slots_used: 0}}\n"))
    first, second = scenario.cases
    assert first.fleet is second.fleet


def test_a_range_of_names_declares_a_lock_for_each() -> None:
    (case,) = read(a_file("locks: {'door-{01..60}': {profile: nuki, radio: asleep}}")).cases
    assert len(case.fleet.locks) == 60
    assert {plan.radio for plan in case.fleet.locks.values()} == {"asleep"}
    assert case.fleet.locks["door-07"].name == "door-07"


def test_the_seed_can_be_a_variable() -> None:
    text = a_file("seed: ${number}\nmatrix: {number: [1, 2]}")
    assert [case.fleet.seed for case in read(text)] == [1, 2]


def test_every_profile_of_the_product_can_be_used() -> None:
    for name in profiles.names():
        (case,) = read(a_file(f"locks: {{front: {{profile: {name}}}}}")).cases
        assert case.fleet.locks["front"].profile is profiles.load(name)


def test_factory_codes_of_a_derived_profile_have_slot_numbers() -> None:
    (case,) = read(
        a_file(
            """\
            profiles: {mine: {extends: deadbolt-30, factory_codes: {2: "0482"}}}
            locks: {front: {profile: mine, codes: {3: "1111"}}}
            """
        )
    ).cases
    assert case.fleet.locks["front"].profile.lock.factory_codes == ((2, Pin("0482")),)


def test_no_pin_is_in_what_a_scenario_looks_like() -> None:
    scenario = read_scenario_text(dedent(BOOKING))
    for digits in ("4827", "0482"):
        assert digits not in repr(scenario)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "{device_ids: odd, behavior_when_code_cannot_be_shared: thow}",
            "the call will be refused: 'thow' is no behavior; did you mean 'throw'?",
        ),
        (
            "{device_ids: odd, ends_at: '2030-06-01T14:00:00'}",
            "the call will be refused: the time has no zone: end it with Z or +02:00",
        ),
        (
            "{device_ids: odd, starts_at: tomorrow}",
            "the call will be refused: 'tomorrow' is not a time such as 2030-06-01T14:00:00Z",
        ),
    ],
)
def test_a_call_that_will_be_refused_is_warned_of_unless_it_is_expected_to(
    call: str, message: str
) -> None:
    look = "- expect_device: {front: {slots_used: 0}}\n"
    step = f"- create_multiple: {call}\n"
    (warning,) = read(a_scenario(step + look)).warnings
    assert (warning.severity, warning.message) == ("warning", message)
    raises = "  expect: {raises: {status: 400}}\n"
    assert read(a_scenario(step + raises + look)).warnings == ()


def test_a_fleet_is_a_scenario_without_steps() -> None:
    fleet = read_fleet_text("version: 1\nlocks: {'d-{1..3}': {profile: nuki}}\nseed: 3\n")
    assert list(fleet.locks) == ["d-1", "d-2", "d-3"]
    assert (fleet.name, fleet.seed) == (None, 3)


def test_files_are_read_by_their_path(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(dedent(BOOKING), encoding="utf-8")
    (tmp_path / "f.yaml").write_text("version: 1\nlocks: {a: {profile: nuki}}\n", encoding="utf-8")
    assert len(read_scenario(str(tmp_path / "s.yaml")).cases) == 3
    assert list(read_fleet(str(tmp_path / "f.yaml")).locks) == ["a"]


def test_validate_tells_all_problems_of_all_files_and_warnings_too(tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    (tmp_path / "good.yaml").write_text(dedent(BOOKING), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not: [yaml", encoding="utf-8")
    (deep / "fleet.yml").write_text("version: 1\nlocks: {a: {profile: nuky}}\n", encoding="utf-8")
    (deep / "broken.yaml").write_text("a: [", encoding="utf-8")
    warned = a_file("").replace(
        "steps:\n", "steps:\n- create_multiple: {device_ids: front, ends_at: x}\n"
    )
    (tmp_path / "warned.yaml").write_text(warned, encoding="utf-8")
    problems = validate([str(tmp_path), str(deep / "missing.yaml")])
    assert [(p.path.removeprefix(f"{tmp_path}/"), p.line, p.severity) for p in problems] == [
        ("deep/broken.yaml", 1, "error"),
        ("deep/fleet.yml", 2, "error"),
        ("deep/missing.yaml", 1, "error"),
        ("warned.yaml", 6, "warning"),
    ]


def test_a_folder_without_scenarios_is_a_problem(tmp_path: Path) -> None:
    (problem,) = validate([str(tmp_path)])
    assert "has no .yaml file" in problem.message


def test_a_file_is_told_once_however_often_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("a: [", encoding="utf-8")
    assert len(validate([str(path), str(path), str(tmp_path)])) == 1


def test_a_new_verb_is_a_model_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Odour(Body):
        locks: Locks
        percent: Annotated[int, PlainValidator(whole(0, 100))]

    monkeypatch.setitem(VERBS, "odour", Verb(Odour))
    body = only_step("- odour: {locks: 'o*', percent: 9}").body
    assert isinstance(body, Odour)
    assert (body.locks, body.percent) == (("odd",), 9)
    found = problems_of(a_scenario("- odour: {locks: od, percnt: 9}\n"))
    assert [message.split(";")[0] for _, _, _, message in found] == [
        "nothing is expected, so this would always pass",
        "'percent' is missing",
        "no lock of this scenario is named 'od'",
        "unknown key 'percnt'",
    ]


def test_more_cases_and_steps_than_anybody_reads_are_refused() -> None:
    values = list(range(1_000))
    head = f"version: 1\nname: x\nlocks: {{a: {{profile: nuki}}}}\nmatrix: {{v: {values}}}\n"
    found = problems_of(a_scenario("- settle:\n" * 101, head))
    assert any("1000 cases of 101 steps are too many" in message for *_, message in found)


LINES = BOOKING.splitlines()


@given(st.data())
def test_no_damage_to_a_file_makes_the_reader_raise_anything_else(data: st.DataObject) -> None:
    """Lines lost, doubled or cut: a scenario comes out, or problems with a place in the file."""
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "cut", "swap"])):
            case "drop":
                del lines[index]
            case "double":
                lines.insert(index, lines[index])
            case "cut":
                lines[index] = lines[index][: data.draw(st.integers(0, len(lines[index])))]
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[index], lines[other] = lines[other], lines[index]
    text = dedent("\n".join(lines))
    try:
        read_scenario_text(text)
    except ScenarioInvalid as invalid:
        for problem in invalid.problems:
            assert 1 <= problem.line <= len(lines) + 1
            assert problem.col >= 1
            assert problem.message
