"""Mistakes in what a scenario says of processes, triggers and invariants: words and place."""

from __future__ import annotations

import pytest

from simulator.scenario.verbs import GatewayProcess, HostProcess
from tests.scenario.helpers import (
    a_file,
    a_scenario,
    assert_fleet_problem,
    assert_problem,
    assert_problems,
    pointed,
    read,
)

LOOK = "- expect_device: {front: {slots_used: 0}}\n"
LIST = "list: {device_id: front}"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("- gateway: ▶klil", "'klil' is no gateway action; did you mean 'kill'?"),
        ("- gateway: {action: ▶9}", "must be a gateway action, not a number"),
        ("- gateway: {action: kill, ▶of: front}", "unknown key 'of'  (allowed: action)"),
        ("- host: {of: front, action: ▶restart}", "'restart' is no host action; did you mean"),
        ("- host: {of: ▶frnt, action: kill}", "no lock of this scenario is named 'frnt'; did"),
        ("- host: ▶{action: kill}", "'of' is missing"),
        ("- host: ▶kill", "must be a map, not text"),
        ("- gateway: kill\n  ▶expect: {opens: true}", "gateway has no expect"),
        ("- gateway: kill\n  save_as: ▶gone", "gateway has nothing to save"),
    ],
)
def test_mistakes_about_processes(step: str, message: str) -> None:
    assert_problem(a_scenario(LOOK + step), message)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("▶{}", "must be a list of maps with match and do, not a map"),
        ("▶[]", "must be a list of maps with match and do, not an empty one"),
        ("[▶7]", "must be a map with match and do, not a number"),
        ("[▶{match: {kind: a.b}}]", "'do' is missing"),
        ("[▶{do: [{gateway: kill}]}]", "'match' is missing"),
        (
            "[{match: {kind: hub.up}, do: [{gateway: kill}], ▶cuont: 2}]",
            "unknown key 'cuont'; did",
        ),
        ("[{match: ▶{source: front}, do: [{gateway: kill}]}]", "match names the kind of event"),
        ("[{match: ▶{kind: {in: [a, b]}}, do: [{gateway: kill}]}]", "match names the kind of"),
        ("[{match: {kind: hub.up, source: ▶frnt}, do: [{gateway: kill}]}]", "'frnt' is no"),
        ("[{match: {kind: hub.up}, do: [{gateway: kill}], count: ▶0}]", "must be 1 or more"),
        ("[{match: {kind: hub.up}, do: [{gateway: kill}], times: ▶x}]", "must be a whole number"),
        ("[{match: {kind: hub.up}, do: ▶[]}]", "must be a list of steps, not an empty one"),
        ("[{match: {kind: hub.up}, do: ▶kill}]", "must be a list of steps, not text"),
        ("[{match: {kind: hub.up}, do: [▶kill]}]", "a step is a map with one verb, not text"),
        ("[{match: {kind: hub.up}, do: [▶{}]}]", "the step has no verb"),
        ("[{match: {kind: hub.up}, do: [{▶gatway: kill}]}]", "unknown verb 'gatway'; did you mean"),
        (
            "[{match: {kind: hub.up}, do: [{▶advance: 3d}]}]",
            "'advance' cannot stand under do: at",
        ),
        ("[{match: {kind: hub.up}, do: [{▶settle: }]}]", "'settle' cannot stand under do: at that"),
        (
            "[{match: {kind: hub.up}, do: [{▶create_multiple: {device_ids: front}}]}]",
            "'create_multiple' cannot stand under do: at that point no time passes",
        ),
        (
            "[{match: {kind: hub.up}, do: [{▶expect_device: {front: {slots_used: 0}}}]}]",
            "'expect_device' cannot stand under do",
        ),
        (
            "[{match: {kind: hub.up}, do: [{keypad: {lock: front, code: '1'}, ▶expect: {}}]}]",
            "a step under do has no expect",
        ),
        (
            "[{match: {kind: hub.up}, do: [{gateway: kill, ▶thumbturn: {}}]}]",
            "a step does one thing: 'gateway' or 'thumbturn'",
        ),
        (
            "[{match: {kind: hub.up}, do: [{radio: {lock: front, state: ▶ded}}]}]",
            "'ded' is no state of the radio; did you mean 'dead'?",
        ),
        (
            "[{match: {kind: hub.up}, do: [{keypad: {lock: front, code: ▶'${x.code}'}}]}]",
            "${x.code} stands for nothing here",
        ),
    ],
)
def test_mistakes_in_a_trigger(entries: str, message: str) -> None:
    assert_problem(a_file(f"on_event: {entries}"), message)


def test_all_mistakes_of_all_triggers_come_together() -> None:
    text = """
        on_event:
        - match: {kind: hub.up, source: ▶nobody}
          do: [{gateway: kill}]
        - match: {kind: hub.up}
          count: ▶0
          do: [{gateway: ▶klil}, {▶advance: 1s}]
        """
    beginnings = ["'nobody' is no", "must be 1", "'klil' is no", "'advance' cannot stand"]
    assert_problems(a_file(text), beginnings)


@pytest.mark.parametrize(
    ("always", "message"),
    [
        ("▶{no_orphan_codes: true}", "must be a list of invariants, not a map"),
        ("▶[]", "must be a list of invariants, not an empty one"),
        ("[▶no_orphans]", "'no_orphans' is no invariant; did you mean 'no_orphan_codes'?"),
        ("[▶{no_orphan_codes: false}]", "an invariant is asked for with true"),
        ("[▶7]", "must be an invariant, not a number"),
        ("[throw_is_atomic, ▶{throw_is_atomic: true}]", "'throw_is_atomic' is there already"),
    ],
)
def test_mistakes_in_what_must_always_hold(always: str, message: str) -> None:
    assert_problem(a_file(f"always: {always}"), message)


@pytest.mark.parametrize("key", ["always", "on_event"])
def test_a_fleet_has_nothing_that_hangs_on_steps(key: str) -> None:
    head = "version: 1\nlocks: {front: {profile: deadbolt-30}}\n"
    assert_fleet_problem(f"{head}▶{key}: []\n", f"a fleet file has no {key}")


def test_what_a_trigger_means() -> None:
    top = """
        vars: {often: 3}
        on_event:
        - match: {kind: lock.code.stored, source: front}
          count: ${often}
          times: 2
          do:
          - name: away with it
            gateway: kill
          - host: {of: front, action: kill}
        """
    (case,) = read(a_file(top)).cases
    (trigger,) = case.triggers
    assert (trigger.number, trigger.kind) == (1, "lock.code.stored")
    assert (trigger.count, trigger.times) == (3, 2)
    assert [step.name for step in trigger.do] == ["away with it", None]
    assert trigger.do[0].body == GatewayProcess.model_validate({"action": "kill"})
    assert isinstance(trigger.do[1].body, HostProcess)
    assert trigger.do[1].body.of == ("front",)


def test_a_trigger_takes_part_only_in_the_cases_that_its_when_fits() -> None:
    head = """
        version: 1
        name: a test
        locks: {front: {profile: deadbolt-30}}
        matrix: {crash: [never, gateway]}
        on_event:
        - when: {crash: gateway}
          match: {kind: lock.code.stored}
          do: [{gateway: kill}]
        """
    never, gateway = read(a_scenario(LOOK, head)).cases
    assert [len(case.triggers) for case in (never, gateway)] == [0, 1]


def test_an_invariant_is_a_word_or_a_map_that_says_true() -> None:
    (case,) = read(a_file("always: [throw_is_atomic, {no_orphan_codes: true}]")).cases
    assert [always.word for always in case.always] == ["throw_is_atomic", "no_orphan_codes"]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            f"- gateway: kill\n- ▶{LIST}",
            "step after 'gateway: kill' calls the API before any",
        ),
        (f"- gateway: stop\n- ▶{LIST}", "before any 'gateway: continue'"),
        (
            f"- gateway: stop\n- ▶{LIST}\n  expect: {{raises: {{type: connection_refused}}}}",
            "before any 'gateway: continue'",
        ),
        (
            f"- gateway: kill\n- ▶{LIST}\n  expect: {{raises: {{type: device_not_found}}}}",
            "before any 'gateway: start'",
        ),
        (
            f"- gateway: kill\n- advance: 1h\n- note: waits\n- ▶{LIST}",
            "before any 'gateway:",
        ),
        (f"- gateway: kill\nfinally:\n- ▶{LIST}", "before any 'gateway: start'"),
    ],
)
def test_a_call_that_nobody_will_answer_is_warned_of(steps: str, message: str) -> None:
    text, [place] = pointed(a_scenario(LOOK + steps))
    (warning,) = read(text).warnings
    assert (warning.severity, warning.line, warning.col) == ("warning", *place)
    assert message in warning.message


@pytest.mark.parametrize(
    "steps",
    [
        f"- gateway: kill\n- gateway: start\n- {LIST}\n",
        f"- gateway: stop\n- gateway: continue\n- {LIST}\n",
        f"- gateway: restart\n- {LIST}\n",
        f"- gateway: kill\n- {LIST}\n  expect: {{raises: {{type: connection_refused}}}}\n",
        f"- gateway: kill\n- {LIST}\n  expect: {{raises: {{status: 0}}}}\n",
        "- gateway: kill\n- expect_device: {front: {slots_used: 0}}\n",
        f"- gateway: kill\n- {LIST}\n"
        "on_event: [{match: {kind: hub.up}, do: [{gateway: start}]}]",
    ],
)
def test_what_may_well_be_answered_or_is_expected_not_to_be_is_not_warned_of(steps: str) -> None:
    assert read(a_scenario(LOOK + steps)).warnings == ()
