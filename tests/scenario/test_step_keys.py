"""The keys beside the verb: in the background, awaited, repeated, at the end whatever happens."""

from __future__ import annotations

import pytest

from latchbench.pin import Pin
from simulator.scenario.call_expectations import CreateMultipleExpect
from simulator.scenario.calls import Update
from simulator.scenario.interpolate import Late, Reference
from simulator.scenario.verbs import AdvanceTo, Await, HangUp, Keypad, Note, WaitFor
from tests.scenario.helpers import (
    HEAD,
    a_scenario,
    assert_problem,
    assert_problems,
    problems_of,
    read,
)

LOOK = "- expect_device: {front: {slots_used: 0}}\n"
FLYING = "- create_multiple: {device_ids: [front, back]}\n  save_as: booking\n  background: true\n"


def steps_of(steps: str, case: int = 0) -> list[object]:
    return [step.body for step in read(a_scenario(f"{steps}{LOOK}")).cases[case].steps]


def test_a_call_in_the_background_is_awaited_under_its_name() -> None:
    scenario = read(
        a_scenario(
            f"{FLYING}- await: booking\n  timeout: 30s\n"
            "  expect: {shared: [front, back]}\n"
            "- keypad: {lock: front, code: '${booking.code}'}\n"
        )
    )
    start, end, keypad = scenario.cases[0].steps
    assert start.background
    assert start.expects == ()
    assert end.body == Await(call="booking")
    assert end.timeout_us == 30_000_000
    assert isinstance(end.expects[0].what, CreateMultipleExpect)
    assert isinstance(keypad.body, Keypad)
    assert keypad.body.code == Late((Reference(("booking", "code")),))


def test_calls_that_save_nothing_have_a_name_while_they_are_in_flight() -> None:
    update, _, awaiting, _ = steps_of(
        "- update: {access_code_id: x}\n  save_as: change\n  background: true\n"
        "- settle:\n- await: change\n"
    )
    assert isinstance(update, Update)
    assert awaiting == Await(call="change")


def test_a_caller_can_hang_up_on_a_call_in_the_background() -> None:
    _, hanging_up, _ = steps_of(f"{FLYING}- hang_up: booking\n")
    assert hanging_up == HangUp(call="booking")


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            FLYING.replace("background", "▶background"),
            "nobody awaits this call: add a step 'await: ",
        ),
        (f"{FLYING}- await: booking\n- await: ▶booking\n", "step 2 has awaited 'booking' already"),
        (
            f"{FLYING}- await: booking\n- await: ▶bookin\n",
            "no call is in the background as 'bookin' here",
        ),
        (
            f"{FLYING}- hang_up: booking\n- await: ▶booking\n",
            "step 2 has hung up on 'booking' already",
        ),
        (
            f"{FLYING}- await: booking\n- hang_up: ▶booking\n",
            "step 2 has awaited 'booking' already",
        ),
        ("- hang_up: ▶booking\n", "no call is in the background as 'booking' here"),
        (
            f"{FLYING}- hang_up: booking\n- keypad: {{lock: front, code: ▶'${{booking.code}}'}}\n",
            "'booking' is not saved here: step 2 hangs up, so its answer is not heard",
        ),
        (f"{FLYING}- hang_up: booking\n  ▶repeat: 2\n", "a caller hangs up once"),
        (
            f"{FLYING}- hang_up: booking\n  ▶expect: {{raises: {{}}}}\n",
            "hang_up has no expect: nothing can be expected of it",
        ),
        (f"{FLYING}- hang_up: booking\n  ▶timeout: 1m\n", "hang_up has no timeout beside it"),
        ("- await: ▶7\n", "must be text, not a number: put it in quotes"),
        ("- await: ▶booking\n", "no call is in the background as 'booking' here"),
        (
            f"{FLYING}- keypad: {{lock: front, code: ▶'${{booking.code}}'}}\n- await: booking\n",
            "'booking' is not saved here: its call is in the background until a step awaits it",
        ),
        (
            f"{FLYING}- await: booking\n  expect: {{raises: {{}}}}\n"
            "- keypad: {lock: front, code: ▶'${booking.code}'}\n",
            "'booking' is not saved here: step 2 is expected to raise",
        ),
        (
            f"{FLYING}- await: booking\n  expect: {{devices: {{▶odd: {{status: set}}}}}}\n",
            "no lock of the create_multiple of this step is named 'odd'",
        ),
        (
            f"{FLYING}- await: booking\n  expect: {{▶access_code: {{status: set}}}}\n",
            "unknown key 'access_code'",
        ),
        (
            f"{FLYING}  ▶expect: {{shared: [front]}}\n- await: booking\n",
            "the answer comes later: this belongs to the step that awaits it",
        ),
        (
            f"{FLYING}  ▶timeout: 1m\n- await: booking\n",
            "the answer comes later: this belongs to the step that awaits it",
        ),
        (
            "- settle:\n  background: ▶true\n",
            "settle cannot be in the background: only a call can  (calls: create_multiple, create,",
        ),
        ("- settle:\n  background: ▶1\n", "must be true or false, not a number"),
        (
            "- delete: {access_code_id: x}\n  background: ▶true\n",
            "needs save_as beside it: the name that a later step awaits",
        ),
        ("- settle:\n  ▶timeout: 1m\n", "settle has no timeout beside it"),
        (
            "- wait_for: {event: {kind: lock.reset}}\n  ▶timeout: 1m\n",
            "wait_for has no timeout beside it: it stands under the verb",
        ),
        ("- delete: {access_code_id: x}\n  timeout: ▶1\n", "a duration needs a unit"),
        ("- settle:\n  repeat: ▶0\n", "must be 1 to 1000"),
        ("- settle:\n  repeat: ▶x\n", "must be a whole number, 1 to 1000; not text"),
        (
            "- get: {device_id: front}\n  save_as: x\n  ▶repeat: 2\n",
            "a step that is repeated saves nothing: each turn would overwrite the last",
        ),
        (f"{FLYING}- await: booking\n  ▶repeat: 2\n", "a call is awaited once"),
        ("- settle:\n  name: ▶'turn ${repeat}'\n", "${repeat} stands for nothing here"),
        (
            "- settle:\n  name: ▶'turn ${repeet}'\n  repeat: 3\n",
            "${repeet} stands for nothing here; did you mean 'repeat'?",
        ),
        (
            "- get: {device_id: front}\n  save_as: ▶repeat\n",
            "'repeat' is already the name of a var",
        ),
        ("- settle:\n  ▶backgrund: true\n", "unknown key 'backgrund'; did you mean 'background'?"),
        ("- ▶wait_fr: {}\n", "unknown verb 'wait_fr'; did you mean 'wait_for'?"),
        ("- wait_for: ▶{timeout: 1m}\n", "'event' is missing"),
        ("- wait_for: {event: ▶{}}\n", "this map is empty, so everything would fit it"),
        ("- wait_for: {event: {source: ▶frnt}}\n", "'frnt' is no lock of this scenario; did you"),
        ("- wait_for: {event: {pin: ▶'4827'}}\n", "codes are masked here: ask for has_code"),
        ("- wait_for: {event: {kind: lock.reset}, count: ▶0}\n", "must be 1 or more"),
        (
            "- wait_for: {event: {kind: lock.reset}, ▶timeut: 1m}\n",
            "unknown key 'timeut'; did you mean 'time",
        ),
        ("- wait_for: {event: {kind: lock.reset}, timeout: ▶1}\n", "a duration needs a unit"),
        ("- advance_to: ▶3d\n", "'3d' is not a time such as 2030-06-01T14:00:00Z"),
        ("- advance_to: ▶'2030-06-01T14:00:00'\n", "the time has no zone: end it with Z or +02:00"),
        ("- note: ▶7\n", "must be text, not a number: put it in quotes"),
        ("- expect_metrics: ▶{}\n", "this map is empty, so it is about nothing"),
        ("- expect_metrics: {▶comands: 1}\n", "the gateway does not count 'comands'; did you mean"),
        ("- expect_metrics: {commands: ▶'1'}\n", "must be a number, not text"),
        ("- expect_metrics: {commands: {▶les: 1}}\n", "unknown matcher 'les'"),
        ("- expect_metrics: [▶commands]\n", "must be a map from counters to numbers, not text"),
    ],
)
def test_mistakes_beside_and_under_a_verb(steps: str, message: str) -> None:
    assert_problem(a_scenario(f"{steps}{LOOK}"), message)


def test_a_call_must_be_awaited_in_every_case() -> None:
    assert_problem(
        a_scenario(
            FLYING.replace("background", "▶background")
            + "- await: booking\n  when: {policy: throw}\n"
            + LOOK
        ),
        "nobody awaits this call: add a step 'await: booking'  (in case policy=create_random_code)",
    )


def test_the_mistakes_of_several_steps_come_together() -> None:
    assert_problems(
        a_scenario(
            "- update: {access_code_id: x, ▶nme: y}\n"
            "  repeat: ▶no\n"
            "- wait_for: {event: {kind: lock.reset}, timeout: ▶1 minute}\n"
            "- advance_to: ▶tomorrow\n" + LOOK
        ),
        [
            "unknown key 'nme'; did you mean 'name'?",
            "a bare 'no' is true or false",
            "'1 minute' is not a duration; did you mean '1m'?",
            "'tomorrow' is not a time",
        ],
    )


def test_each_turn_of_a_repeated_step_has_its_number() -> None:
    scenario = read(
        a_scenario(
            "- name: attempt ${repeat}\n"
            "  keypad: {lock: front, code: '000${repeat}'}\n"
            "  repeat: 3\n" + LOOK
        )
    )
    *turns, look = scenario.cases[0].steps
    assert [step.turn for step in turns] == [(1, 3), (2, 3), (3, 3)]
    assert [step.name for step in turns] == ["attempt 1", "attempt 2", "attempt 3"]
    assert [step.body.code for step in turns if isinstance(step.body, Keypad)] == [
        Pin("0001"),
        Pin("0002"),
        Pin("0003"),
    ]
    assert (look.number, look.turn) == (2, None)


def test_how_often_can_depend_on_the_case() -> None:
    head = HEAD + "  turns: [1, 4]\n"
    scenario = read(a_scenario(f"- settle:\n  repeat: ${{turns}}\n{LOOK}", head))
    assert [len(case.steps) for case in scenario] == [2, 5, 2, 5]


def test_turns_count_towards_the_most_steps_of_a_scenario() -> None:
    head = HEAD + f"  n: {list(range(60))}\n"
    ((_, _, _, message),) = problems_of(a_scenario(f"- settle:\n  repeat: 1000\n{LOOK}", head))
    assert message.startswith("with all its turns the scenario has too many steps  (in case policy")


@pytest.mark.parametrize("section", ["vars", "matrix"])
def test_no_variable_is_called_repeat(section: str) -> None:
    head = "version: 1\nname: x\nlocks: {front: {profile: nuki}}\n" + section
    assert_problem(
        a_scenario(LOOK, f"{head}: {{▶repeat: [1]}}\n"),
        "'repeat' is taken: it counts the turns of a step that is repeated",
    )


def test_what_stands_under_finally_comes_last_and_counts_on() -> None:
    scenario = read(a_scenario(f"- settle:\n- settle:\nfinally:\n{LOOK}"))
    case = scenario.cases[0]
    assert [step.number for step in case.steps] == [1, 2]
    assert [(step.number, step.at) for step in case.endings] == [(3, ("finally", 0))]


@pytest.mark.parametrize(
    ("endings", "message"),
    [
        ("finally: ▶[]\n", "must be a list of steps, not an empty one"),
        ("finally:\n- ▶setle:\n", "unknown verb 'setle'; did you mean 'settle'?"),
        ("finally:\n- radio: {lock: ▶frnt, state: dead}\n", "no lock of this scenario is named"),
        (
            "finally:\n- get: {device_id: front}\n  save_as: x\n  background: ▶true\n",
            "what ends a scenario does not run in the background",
        ),
        ("▶finaly:\n- settle:\n", "unknown key 'finaly'; did you mean 'finally'?"),
    ],
)
def test_mistakes_under_finally(endings: str, message: str) -> None:
    assert_problem(a_scenario(f"{LOOK}{endings}"), message)


def test_what_the_verbs_of_time_mean() -> None:
    to, for_event, note, _ = steps_of(
        "- advance_to: '2030-06-02T14:00:00+02:00'\n"
        "- wait_for: {event: {source: front, kind: lock.code.stored}, count: 2, timeout: 1m}\n"
        "- note: half of it\n"
    )
    assert isinstance(to, AdvanceTo)
    assert to.at_us == 1_906_632_000_000_000
    assert isinstance(for_event, WaitFor)
    assert (for_event.count, for_event.timeout_us) == (2, 60_000_000)
    assert note == Note(text="half of it")
