"""Every kind of mistake in a scenario: its words, and the exact place."""

from __future__ import annotations

import pytest

from tests.scenario.helpers import (
    POINTER,
    a_file,
    a_scenario,
    assert_fleet_problem,
    assert_problem,
    assert_problems,
    pointed,
    problems_of,
)

LOOK = "- expect_device: {front: {slots_used: 0}}\n"


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ("▶nmae: x", "unknown key 'nmae'; did you mean 'name'?"),
        ("▶report: []", "'report' is not built yet"),
        ("seed: ▶-1", "must be 0 to 9007199254740992"),
        ("seed: ▶1.5", "must be a whole number, 0 to 9007199254740992; not a number"),
        ("seed: ▶'7'", "must be a whole number, 0 to 9007199254740992; not text"),
        ("tags: ▶smoke", "must be a list of words, not text"),
        ("tags: [smoke, ▶7]", "must be a word, not a number"),
        ("references: ▶a/b#7", "must be a list of texts, not text"),
        ("references: [a/b#7, ▶7]", "must be text, not a number"),
        ("references: [▶'${x}']", "this is the same in all cases: ${...} is not filled in"),
        ("description: ▶[a]", "must be text, not a list"),
        ("description: ▶''", "must not be empty"),
        (
            "defaults: {profile: nuki}\nlocks: ▶{'a{1..6000}': , 'b{1..6000}': }",
            "12000 locks are too many; the most is 10000",
        ),
        ("clock: ▶now", "must be a map, not text"),
        ("clock: {start: ▶'2030-06-01T14:00:00'}", "the time has no zone: end it with Z"),
        ("clock: {start: ▶tomorrow}", "'tomorrow' is not a time such as 2030-06-01T14:00:00Z"),
        ("clock: {start: ▶2030}", "must be a time such as"),
        (
            "clock: {zone: ▶Europe/Berln}",
            "'Europe/Berln' is no time zone such as Europe/Berlin; did",
        ),
        ("clock: {zone: ▶../etc/passwd}", "'../etc/passwd' is no time zone"),
        ("clock: {▶stat: x}", "unknown key 'stat'; did you mean 'start'?"),
        ("timing: ▶fats", "'fats' is no timing of the radio; did you mean 'fast'?"),
        ("timing: ▶zwav", "'zwav' is no timing of the radio; did you mean 'zwave'?"),
        ("hosts: ▶per-hub", "must be per-lock or a number of hosts, not 'per-hub'"),
        ("hosts: ▶0", "must be 1 to 256"),
        ("hosts: ▶true", "must be a whole number, 1 to 256; not true or false"),
        ("defaults: {profile: ▶deadbolt30}\nlocks: {front: }", "no profile is named 'deadbolt30'"),
        ("gateway: {programming: ▶snyc}", "'snyc' is no way of programming; did you mean 'sync'?"),
        ("gateway: {programming: ▶true}", "must be a way of programming, not true or false"),
        ("gateway: {jit_lead: ▶60 minutes}", "'60 minutes' is not a duration; did you mean '1h'?"),
        ("gateway: {jit_lead: ▶60}", "a duration needs a unit"),
        ("gateway: {sync_deadline: ▶0s}", "must be longer than nothing"),
        ("gateway: {▶jit: 60m}", "unknown key 'jit'; did you mean 'jit_lead'?"),
        ("profiles: ▶[six]", "must be a map from names to profiles, not a list"),
        ("profiles: {six: ▶}", "must be a map with extends, not nothing"),
        ("profiles: {six: ▶{code_lengths: [6]}}", "'extends' is missing"),
        ("profiles: {▶deadbolt-30: {extends: nuki}}", "there is a profile 'deadbolt-30' already"),
        (
            "profiles: {six: {extends: ▶deadbolt30}}",
            "no profile is named 'deadbolt30'; did you mean",
        ),
        ("profiles: {six: {extends: nuki, ▶code_lenths: [6]}}", "unknown field 'code_lenths'; did"),
        ("profiles: {six: {extends: deadbolt-30, code_lengths: ▶6}}", "must be a list"),
        (
            "profiles: {six: {extends: deadbolt-30, code_lengths: ▶[3]}}",
            "every one must be 4 to 10",
        ),
        ("profiles: {s: {extends: nuki, relock_after: ▶30}}", "must be a duration such as"),
        ("profiles: {a: {extends: ▶a}}", "'a' extends 'a', which extends it: a circle"),
        ("profiles: {'▶a b': {extends: nuki}}", "'a b' is not a name"),
        ("locks: ▶{}", "declares no lock"),
        ("locks: ▶[front]", "must be a map from lock names to locks, not a list"),
        ("locks: {▶front: {}}", "the lock has no profile: give it one, or set defaults"),
        ("locks: {front: ▶deadbolt-30}", "must be a map, not text"),
        ("locks: {front: {▶profle: deadbolt-30}}", "unknown key 'profle'; did you mean 'profile'?"),
        (
            "locks: {front: {profile: ▶deadbot-30}}",
            "no profile is named 'deadbot-30'; did you mean",
        ),
        ("locks: {front: {profile: nuki, radio: ▶ded}}", "'ded' is no state of the radio; did you"),
        (
            "locks: {front: {profile: nuki, radio: ▶daef}}",
            "'daef' is no state of the radio; did you",
        ),
        (
            "locks: {front: {profile: nuki, power: ▶lwo}}",
            "'lwo' is no state of the power; did you mean 'low'?",
        ),
        ("locks: {front: {profile: nuki, zone: ▶Mars}}", "'Mars' is no time zone"),
        ("locks: {front: {profile: nuki, hub: ▶attic}}", "no hub is named 'attic': declare it"),
        ("locks: {front: {profile: nuki, fill_slots: ▶-1}}", "must be 0 or more"),
        ("locks: {▶1st: {profile: nuki}}", "'1st' is not a name for a lock"),
        ("locks: {'▶d-{9..1}': {profile: nuki}}", "the range {9..1} runs backwards"),
        ("hubs: {h: {locks: [▶frnt]}}", "no lock of this scenario is named 'frnt'; did you mean"),
        ("hubs: {h: {locks: ▶[]}}", "the list is empty: name a lock"),
        ("vars: ▶[a]", "must be a map from names to values, not a list"),
        ("vars: {a: ▶'${b}'}", "${b} stands for nothing here"),
        ("matrix: {policy: ▶[]}", "must be a list of values, not an empty one"),
        ("matrix: {a: [1]}\nvars: {▶a: 1}", "the matrix has a variable 'a' already"),
    ],
)
def test_mistakes_at_the_top_level(top: str, message: str) -> None:
    if top.startswith(("profiles: {'▶", "locks: {'▶")):
        # The place of a quoted key is its quote.
        top = top.replace("'▶", "▶'")
    assert_problem(a_file(top), message)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ("{31: ▶'4821'}", "the lock has no such slot"),
        ("{1: ▶'48'}", "a code is 4 to 10 digits"),
        ("{1: ▶'48x1'}", "a code is 4 to 10 digits"),
        ("{1: ▶'482142142'}", "a code of 9 digits; deadbolt-30 takes 4 or 5 or 6 or 7 or 8"),
        ("{1: '4821', 2: ▶'4821'}", "another slot of this lock, or its admin, has this code"),
        ("{1: ▶4821}", "a code is text in quotes, not a number"),
        ("{1: ▶}", "a code is text in quotes, not nothing"),
        ("{1: ▶''}", "a code is text in quotes, not empty"),
        ("{▶x: '4821'}", "'x' is not a slot number"),
        ("{▶0: '4821'}", "'0' is not a slot number"),
        ("▶['4821']", "must be a map from slot numbers to codes, not a list"),
        ("{1: ▶0123}", "digits with a leading zero must be in quotes"),
    ],
)
def test_codes_that_the_lock_would_not_take(codes: str, message: str) -> None:
    assert_problem(a_file(f"locks: {{front: {{profile: deadbolt-30, codes: {codes}}}}}"), message)


def test_the_rules_of_a_profile_judge_the_codes_of_its_locks() -> None:
    assert_problem(
        a_file("locks: {front: {profile: nuki, codes: {1: ▶'120456'}}}"),
        "nuki refuses this code: no_zeros",
    )
    assert_problem(
        a_file("locks: {front: {profile: kwikset-914, codes: {1: '1357', 2: ▶'2468'}}}"),
        "the keypad cannot tell this code from another one of this lock",
    )


def test_a_lock_is_not_filled_beyond_its_slots() -> None:
    assert_problem(
        a_file("locks: {front: {profile: deadbolt-30, fill_slots: ▶31}}"),
        "deadbolt-30 has room for 30 codes, not for 31",
    )


def test_a_lock_is_declared_once() -> None:
    assert_problem(
        a_file(
            "defaults: {profile: nuki}\nlocks:\n  d-{1..3}:\n  ▶d-2:\n",
        ),
        "'d-2' is already declared by 'd-{1..3}'",
    )


def test_a_constraint_that_is_misspelt_is_suggested() -> None:
    text, _ = pointed(a_file("profiles: {six: {extends: nuki, constraints: [▶no_zero]}}"))
    ((_, _, _, message),) = problems_of(text)
    assert message.endswith("did you mean 'no_zeros'?")


HUBS = "defaults: {profile: nuki}\nlocks: {a: , b: }\nhubs: {attic: {locks: [a, b]}}\n"


def test_locks_that_share_a_hub_cannot_have_a_host_each() -> None:
    assert_problem(
        a_file(f"{HUBS}hosts: ▶per-lock"),
        "the locks of 'attic' share one radio, and a radio lives in one host",
    )


@pytest.mark.parametrize(
    ("hubs", "message"),
    [
        ("{▶attic: }", "no lock hangs on this hub"),
        ("{▶hub of a: {locks: b}}", "'hub of a' is not a name: letters, digits"),
    ],
)
def test_a_hub_has_a_name_and_a_lock(hubs: str, message: str) -> None:
    text = f"defaults: {{profile: nuki}}\nlocks: {{a: , b: }}\nhubs: {hubs}"
    assert_problem(a_file(text), message)


def test_a_hub_carries_no_more_locks_than_a_host_serves() -> None:
    text = 'defaults: {profile: nuki}\nlocks: {"d-{1..1025}": }\nhubs: {▶attic: {locks: "*"}}'
    assert_problem(a_file(text), "1025 locks on one hub are too many; the most is 1,024")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{hub: ▶atic, state: down}", "no hub is named 'atic'; did you mean 'attic'?"),
        ("{hub: ▶a, state: down}", "no hub is named 'a'"),
        ("{hub: ▶[attic], state: down}", "must be the name of a hub, not a list"),
        ("{hub: attic, state: ▶off}", "a bare 'off' is true or false to some"),
        ("{hub: attic, state: ▶donw}", "'donw' is no state of a hub; did you mean 'down'?"),
        ("▶{hub: attic}", "'state' is missing"),
    ],
)
def test_the_hub_of_a_step_is_a_declared_one(step: str, message: str) -> None:
    rest = "- expect_device: {a: {slots_used: 0}}\n"
    assert_problem(f"version: 1\nname: x\n{HUBS}steps:\n- hub: {step}\n{rest}", message)


def test_a_lock_has_one_hub() -> None:
    head = "defaults: {profile: nuki}\nlocks: {a: {hub: ▶g}, b: }\n"
    assert_problem(a_file(f"{head}hubs: {{g: , h: {{locks: a}}}}"), "'a' hangs on 'h' already")
    head = "defaults: {profile: nuki}\nlocks: {a: , b: }\n"
    assert_problem(
        a_file(f"{head}hubs: {{g: {{locks: a}}, h: {{locks: ▶a}}}}"), "'a' hangs on 'g' already"
    )


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("- ▶create_multple: {}", "unknown verb 'create_multple'; did you mean 'create_multiple'?"),
        ("- ▶frobnicate: {}", "unknown verb 'frobnicate'  (verbs: create_multiple, create"),
        ("- ▶{}", "the step has no verb"),
        ("- ▶name: x", "the step has no verb"),
        ("- ▶settle", "a step is a map with one verb, not text"),
        ("- settle:\n  ▶advance: 3d", "a step does one thing: 'settle' or 'advance'"),
        ("- settle:\n  ▶expct: {}", "unknown key 'expct'; did you mean 'expect'?"),
        ("- settle:\n  ▶expect: {}", "settle has no expect: nothing can be expected of it"),
        ("- settle:\n  save_as: ▶x", "settle has nothing to save"),
        ("- settle:\n  name: ▶7", "the name of a step must be text"),
        ("- settle:\n  name: ▶to ${polcy}", "${polcy} stands for nothing"),
        ("- settle:\n  name: ▶''", "the name of a step must be text"),
        ("- settle:\n  when: {▶polcy: throw}", "the matrix has no variable 'polcy'; did you mean"),
        ("- settle:\n  when: {policy: ▶thow}", "'policy' is never 'thow'; did you mean 'throw'?"),
        ("- settle:\n  when: ▶throw", "must be a map from variables of the matrix to values"),
        ("- advance: ▶10", "a duration needs a unit: ms, s, m, h or d, as in 10s"),
        ("- advance: ▶3 days", "'3 days' is not a duration; did you mean '3d'?"),
        ("- advance: ▶0s", "must be longer than nothing"),
        ("- advance: ▶[3d]", "must be a duration such as 10s or 3d"),
        ("- advance:▶", "must be a duration such as 10s or 3d"),
        ("- settle: {within: ▶soon}", "'soon' is not a duration: write it as 500ms, 10s or 3d"),
        ("- settle: {▶witin: 1m}", "unknown key 'witin'; did you mean 'within'?"),
        ("- keypad: ▶{code: '4827'}", "'lock' is missing"),
        ("- keypad: ▶{lock: front}", "say either code or keys"),
        ("- keypad: {lock: ▶'*', code: '4827'}", "a person is at one lock, and this is 3"),
        ("- keypad: ▶{lock: front, code: '1', keys: '1#'}", "say either code or keys"),
        ("- keypad: {lock: front, code: ▶4827}", "a code is text in quotes, not a number"),
        ("- keypad: {lock: front, keys: ▶'12 34'}", "must be keys in quotes: digits, and # for"),
        ("- keypad: {lock: ▶frnt, code: '4827'}", "no lock of this scenario is named 'frnt'; did"),
        ("- keypad: {lock: ▶'gate-*', code: '4827'}", "'gate-*' fits no lock of this scenario"),
        ("- keypad: {lock: [front, ▶bck], code: '1'}", "no lock of this scenario is named 'bck'"),
        (
            "- keypad: {lock: ▶{profile: nuki}, code: '1'}",
            "no lock of this scenario has the profile",
        ),
        ("- keypad: {lock: ▶[], code: '1'}", "the list is empty: name a lock"),
        ("- inject: {lock: front, fault: ▶lost_akc, times: 1}", "'lost_akc' is no fault; did you"),
        ("- inject: {lock: front, fault: ▶dealy, times: 1}", "'dealy' is no fault; did you mean"),
        ("- inject: ▶{lock: front, fault: refuse}", "say either times or probability"),
        (
            "- inject: ▶{lock: front, fault: refuse, times: 1, probability: 0.5}",
            "say either times or probability",
        ),
        ("- inject: {lock: front, fault: refuse, times: ▶0}", "must be 1 or more"),
        (
            "- inject: {lock: front, fault: refuse, probability: ▶1.5}",
            "must be above 0 and up to 1",
        ),
        ("- inject: {lock: front, fault: refuse, probability: ▶x}", "must be a number above 0"),
        (
            "- inject: {lock: front, fault: refuse, times: 1, command: ▶ping}",
            "the fault refuse never meets the command ping",
        ),
        (
            "- inject: {lock: front, fault: refuse, times: 1, command: ▶set_code}",
            "'set_code' is no command; did you mean 'set_user_code'?",
        ),
        ("- program_at_keypad: ▶{lock: front, slot: 1}", "'code' is missing"),
        ("- program_at_keypad: {lock: front, slot: ▶0, code: null}", "must be 1 or more"),
        ("- thumbturn: {lock: front, locked: ▶'true'}", "must be true or false, not text: take"),
        ("- thumbturn: {lock: front, locked: ▶on}", "a bare 'on' is true or false to some"),
        ("- radio: {lock: front, state: ▶offline}", "'offline' is no state of the radio"),
        ("- radio: {lock: front, state: deaf, ▶loss: 0.5}", "only a degraded radio has this"),
        ("- radio: {lock: front, state: dead, ▶latency: 1s}", "only a degraded radio has this"),
        ("- radio: {lock: front, state: degraded, loss: ▶2}", "must be 0 to 1"),
        ("- radio: {lock: front, state: degraded, loss: ▶much}", "must be a number from 0 to 1"),
        ("- battery: {lock: front, percent: ▶101}", "must be 0 to 100"),
        ("- battery: ▶{lock: front}", "'percent' is missing"),
        ("- factory_reset: {lock: ▶frunt}", "no lock of this scenario is named 'frunt'"),
        ("- jam: {lock: front, jammed: ▶1}", "must be true or false"),
        ("- keypad_state: {lock: front, state: ▶holiday}", "'holiday' is no condition of a keypad"),
        ("- clear_faults: {lock: front, fault: ▶freez}", "'freez' is no fault; did you mean"),
        (
            "- inject: {lock: front, fault: event_suppressed, times: 1, command: ▶ping}",
            "the fault event_suppressed never meets the command ping",
        ),
        ("- power: {lock: front, action: ▶kill}", "'kill' is no power action"),
        ("- power: ▶{lock: front}", "'action' is missing"),
    ],
)
def test_mistakes_in_a_step(steps: str, message: str) -> None:
    assert_problem(a_scenario(f"{steps}\n{LOOK}"), message)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("▶{}", "'device_ids' is missing"),
        ("{device_ids: [front], ▶device_id: [front]}", "unknown key 'device_id'; did you mean"),
        ("{device_ids: [front], ▶behaviour: throw}", "unknown key 'behaviour'; did you mean 'beh"),
        (
            "{device_ids: [▶frnt]}",
            "no lock of this scenario is named 'frnt'; did you mean 'front'?",
        ),
        ("{device_ids: [front, ▶'gate-*']}", "'gate-*' fits no lock of this scenario"),
        ("{device_ids: [front, ▶7]}", "must be the name of a lock, not a number"),
        ("{device_ids: front, code: ▶4827}", "must be text in quotes, not a number; `extra` sends"),
        ("{device_ids: front, name: ▶[x]}", "must be text in quotes, not a list; `extra` sends"),
        ("{device_ids: front, preferred_code_length: ▶'6'}", "must be a number, not text; `extra`"),
        (
            "{device_ids: front, is_one_time_use: ▶1}",
            "must be true or false, not a number; `extra`",
        ),
        (
            "{device_ids: front, starts_at: ▶'+2 hours'}",
            "'2 hours' is not a duration; did you mean",
        ),
        ("{device_ids: front, sync: ▶'true'}", "must be true or false, not text: take the quotes"),
        ("{device_ids: front, extra: ▶[x]}", "must be a map of body keys, not a list"),
        ("{device_ids: front, name: x, extra: {▶name: z}}", "is also given beside extra"),
    ],
)
def test_mistakes_in_a_call(call: str, message: str) -> None:
    assert_problem(a_scenario(f"- create_multiple: {call}\n{LOOK}"), message)


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("▶{}", "this expects nothing: say raises, devices, shared, random or warnings"),
        ("▶[]", "the list is empty, so nothing is expected"),
        ("▶set", "must be a map, not text"),
        ("{▶device: {}}", "unknown key 'device'; did you mean 'devices'?"),
        ("{devices: ▶{}}", "this map is empty, so it is about nothing"),
        (
            "{devices: {▶odd: {status: set}}}",
            "no lock of the create_multiple of this step is named",
        ),
        ("{devices: {▶'gate-*': {status: set}}}", "'gate-*' is about nothing: it fits no lock"),
        (
            "{devices: {front: {status: set}, back: {status: set}, ▶'*': {status: set}}}",
            "'*' is about nothing: every lock that it fits has another entry",
        ),
        ("{devices: {front: {▶statu: set}}}", "unknown field 'statu'; did you mean 'status'?"),
        ("{devices: {front: {status: ▶sett}}}", "'sett' is no status; did you mean 'set'?"),
        ("{devices: {front: {code: ▶4827}}}", "a code is text: put it in quotes"),
        ("{devices: {front: {code: {▶maches: x}}}}", "unknown matcher 'maches'; did you mean"),
        (
            "{devices: {'*': {errors: [{▶code: x}]}}}",
            "unknown field 'code'; did you mean 'error_co",
        ),
        ("{shared: [▶odd]}", "no lock of the create_multiple of this step is named 'odd'"),
        ("{random: ▶front}", "must be a list of locks, not text"),
        ("{raises: ▶code_cannot_be_shared}", "must be a map, not text"),
        ("{raises: {▶reason: x}}", "unknown key 'reason'"),
        (
            "{raises: {devices: {front: ▶no_spce}}}",
            "'no_spce' is no reason; did you mean 'no_space'",
        ),
        ("{raises: {status: ▶'400'}}", "must be a number, not text"),
        (
            "▶{raises: {status: 400}, shared: [front]}",
            "a call that raises has no answer, so no sha",
        ),
        (
            "[{raises: {status: 400}}, ▶{shared: [front]}]",
            "in this case another expectation of this step says that the call raises",
        ),
        (
            "[{when: {policy: ▶thow}, shared: []}]",
            "'policy' is never 'thow'; did you mean 'throw'?",
        ),
    ],
)
def test_mistakes_in_what_a_call_is_expected_to_do(expect: str, message: str) -> None:
    step = f"- create_multiple: {{device_ids: [front, back]}}\n  expect: {expect}\n"
    assert_problem(a_scenario(f"{step}{LOOK}"), message)


BOOKING = "- create_multiple: {device_ids: [front, back]}\n  save_as: booking\n"


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("- keypad: {lock: front, code: '1'}\n  expect: {opens: ▶'true'}", "must be true or false"),
        (
            "- keypad: {lock: front, code: '1'}\n  expect: {▶open: true}",
            "unknown field 'open'; did",
        ),
        (
            "- keypad: {lock: front, code: '1'}\n  expect: {feedback: ▶opend}",
            "'opend' is no feedback of a keypad; did you mean 'opened'?",
        ),
        ("- expect_device: {▶grage: {slots_used: 0}}", "no lock of this scenario is named 'grage'"),
        ("- expect_device: {front: {▶slot_used: 0}}", "unknown field 'slot_used'; did you mean"),
        ("- expect_device: {front: {slots: {▶x: '1234'}}}", "'x' is not a slot number"),
        ("- expect_device: {front: {radio: ▶offline}}", "'offline' is no state of the radio"),
        ("- expect_device: {front: {power: ▶on}}", "a bare 'on' is true or false to some"),
        ("- expect_device: {front: {bolt: ▶open}}", "'open' is no place of a bolt"),
        ("- expect_device: ▶{}", "this map is empty, so it is about nothing"),
        ("- expect_device: {front: ▶0}", "must be a map, not a number"),
        ("- expect_device: {front: {slots_used: 0}}\n  ▶expect: {}", "expect_device has no expect"),
        ("- expect_codes: ▶{count: 2}", "'of' is missing"),
        ("- expect_codes: ▶{of: booking}", "this expects nothing: say count, each, devices or lis"),
        (
            "- expect_codes: {of: ▶bookin, count: 2}",
            "nothing is saved as 'bookin'; did you mean 'b",
        ),
        ("- expect_codes: {of: ▶7, count: 2}", "must be the save_as of an earlier step"),
        ("- expect_codes: {of: booking, ▶cont: 2}", "unknown key 'cont'; did you mean 'count'?"),
        ("- expect_codes: {of: booking, each: {▶stat: x}}", "unknown field 'stat'; did you mean"),
        (
            "- expect_codes: {of: booking, devices: {▶odd: {status: set}}}",
            "no lock of 'booking' is named 'odd'",
        ),
        ("- expect_codes: {of: booking, listed: ▶1}", "must be true or false, not a number"),
        ("- expect_events: ▶{}", "this expects nothing: say in_order, contains or none"),
        ("- expect_events: {none: ▶[]}", "must be a list of events, each a map of fields"),
        ("- expect_events: {none: [▶x]}", "must be a map, not text"),
        ("- expect_events: {none: [{source: ▶frnt}]}", "'frnt' is no lock of this scenario; did"),
        ("- expect_events: {none: [{pin: ▶'4827'}]}", "codes are masked here: ask for has_code"),
        ("- expect_events: {none: [{code: ▶{not: '1'}}]}", "codes are masked here: ask for has_c"),
        ("- expect_events: {none: [{lock: ▶bck}]}", "'bck' is no lock of this scenario; did you"),
        ("- expect_events: {▶order: []}", "unknown key 'order'; did you mean 'in_order'?"),
        ("- keypad: {lock: front, code: ▶'${bookin.code}'}", "${bookin.code} stands for nothing"),
        ("- keypad: {lock: front, code: ▶'${booking}'}", "say what of 'booking' is meant"),
        (
            "- keypad: {lock: front, code: ▶'${booking.cod}'}",
            "'booking' has no 'cod'; did you mean",
        ),
        (
            "- keypad: {lock: front, code: ▶'${booking.devices.front}'}",
            "name a lock and a field, as in booking.devices.front.code",
        ),
        (
            "- keypad: {lock: front, code: ▶'${booking.devices.odd.code}'}",
            "'booking' is not about a lock 'odd'",
        ),
        (
            "- keypad: {lock: front, code: ▶'${booking.devices.front.cde}'}",
            "a device of 'booking' has no 'cde'; did you mean 'code'?",
        ),
        (
            "- radio: {lock: ▶'${booking.code}', state: dead}",
            "must be the name of a lock, not a val",
        ),
        (
            "- settle:\n  name: ▶'${booking.code}'",
            "the name of a step must be known before the run",
        ),
        (
            "- expect_device: {front: {has_code: {same_as: ▶booking.cod}}}",
            "'booking' has no 'cod'; did you mean 'code'?",
        ),
        ("- settle: {within: ▶'${booking.code}'}", "must be a duration such as 10s or 3d"),
        (
            "- create_multiple: {device_ids: [front]}\n  save_as: ▶booking",
            "step 1 has already saved 'booking'",
        ),
        ("- create_multiple: {device_ids: front}\n  save_as: ▶'a b'", "must be a name: letters"),
        (
            "- create_multiple: {device_ids: front}\n  save_as: ▶policy",
            "'policy' is already the nam",
        ),
    ],
)
def test_mistakes_in_what_is_looked_at_and_referred_to(steps: str, message: str) -> None:
    assert_problem(a_scenario(f"{BOOKING}{steps}\n{LOOK}"), message)


def test_an_answer_is_known_only_after_its_step() -> None:
    assert_problem(
        a_scenario(f"- keypad: {{lock: front, code: ▶'${{booking.code}}'}}\n{BOOKING}{LOOK}"),
        "'booking' is saved only later, by step 2",
    )
    assert_problem(
        a_scenario(f"- expect_codes: {{of: ▶booking, count: 2}}\n{BOOKING}"),
        "'booking' is saved only later, by step 2",
    )


def test_a_call_that_raises_saves_nothing() -> None:
    assert_problem(
        a_scenario(
            BOOKING
            + "  expect: [{when: {policy: throw}, raises: {status: 400}}]\n"
            + "- keypad: {lock: front, code: ▶'${booking.code}'}\n"
            + LOOK
        ),
        "'booking' is not saved here: step 1 is expected to raise  (in case policy=throw)",
    )


def test_a_step_of_another_case_saves_nothing() -> None:
    assert_problem(
        a_scenario(
            "- when: {policy: throw}\n  create_multiple: {device_ids: front}\n  save_as: booking\n"
            + "- expect_codes: {of: ▶booking, count: 1}\n"
        ),
        "nothing is saved as 'booking'  (in case policy=create_random_code)",
    )


def test_a_scenario_that_expects_nothing_is_an_error() -> None:
    assert_problem(a_scenario("▶- settle:\n"), "nothing is expected, so this would always pass")


def test_so_is_a_case_that_expects_nothing() -> None:
    assert_problem(
        a_scenario(
            "▶- settle:\n- expect_device: [{when: {policy: throw}, front: {slots_used: 0}}]\n"
        ),
        "nothing is expected, so this would always pass  (in case policy=create_random_code)",
    )


def test_an_expectation_that_no_case_reaches_is_an_error() -> None:
    assert_problem(
        a_scenario(
            "- when: {policy: throw}\n"
            "  expect_device:\n"
            "  - {front: {slots_used: 0}}\n"
            "  - {when: ▶{policy: create_random_code}, back: {slots_used: 0}}\n" + LOOK
        ),
        "no case that takes this step fits this",
    )


def test_values_that_depend_on_the_case_are_checked_in_every_case() -> None:
    head = """\
        version: 1
        name: a test
        locks: {front: {profile: '${trouble.profile}', fill_slots: ▶'${trouble.fill}'}}
        matrix:
          trouble: [{id: ok, profile: nuki, fill: 1}, {id: many, profile: nuki, fill: 9999}]
    """
    text = a_scenario(LOOK, head)
    plain, places = pointed(text)
    ((line, col, _, message),) = problems_of(plain)
    assert (line, col) == places[0]
    assert message.endswith("(in case trouble=many)")


def test_a_problem_of_several_cases_is_told_once() -> None:
    head = """\
        version: 1
        name: a test
        locks: {front: {profile: nuki}}
        matrix: {n: [1, 2, 3, 4]}
    """
    steps = f"- when: {{n: [2, 3, 4]}}\n  radio: {{lock: ▶frnt, state: dead}}\n{LOOK}"
    plain, _ = pointed(a_scenario(steps, head))
    ((_, _, _, message),) = problems_of(plain)
    assert message.endswith("(in case n=2 and 2 more)")


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_the_file() -> None:
    assert_problems(
        """\
version: ▶2
name: ▶7
seed: ▶x
profiles:
  six: {extends: ▶deadbolt30}
locks:
  front: {profile: deadbolt-30, radio: ▶ded}
  back: {profile: ▶deadbot-30}
steps:
- keypad: {lock: ▶frnt, code: ▶4827}
  expect: {▶open: true}
- ▶settel:
- expect_device: {front: {▶slot_used: 0}}
""",
        [
            "version 2 is not read: write 1",
            "must be text, not a number: put it in quotes",
            "must be a whole number",
            "no profile is named 'deadbolt30'",
            "'ded' is no state of the radio",
            "no profile is named 'deadbot-30'",
            "no lock of this scenario is named 'frnt'",
            "a code is text in quotes",
            "unknown field 'open'",
            "unknown verb 'settel'; did you mean 'settle'?",
            "unknown field 'slot_used'",
        ],
    )


def test_one_broken_step_does_not_blame_those_that_refer_to_it() -> None:
    assert_problem(
        a_scenario(
            "- ▶create_multple: {device_ids: [front]}\n  save_as: booking\n"
            "- keypad: {lock: front, code: '${booking.code}'}\n"
            "- expect_codes: {of: booking, devices: {front: {status: set}}}\n"
        ),
        "unknown verb 'create_multple'",
    )


def test_a_broken_matrix_does_not_blame_those_that_refer_to_it() -> None:
    head = """\
        version: 1
        name: a test
        locks: {front: {profile: nuki}}
        matrix: {policy: ▶throw}
    """
    steps = f"- when: {{policy: throw}}\n  settle:\n{LOOK}"
    assert_problem(a_scenario(steps, head), "must be a list of values, not text")


def test_a_name_of_a_lock_that_cannot_be_read_blames_nobody_else() -> None:
    assert_problem(
        a_file("locks: {▶1st: {profile: nuki}, back: {profile: nuki}}\nhubs: {h: {locks: front}}"),
        "'1st' is not a name for a lock",
    )


def test_a_variable_in_the_locks_that_stands_for_nothing_is_one_error() -> None:
    assert_problem(
        a_file("locks: {front: {profile: ▶'${profle}'}}"), "${profle} stands for nothing here"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("▶[1]", "the file must be a map with version, name and locks, not a list"),
        ("▶hello", "the file must be a map with version, name and locks, not text"),
        (f"▶version: 1\nname: x\nsteps:\n{LOOK}", "'locks' is missing"),
        ("▶name: x\nlocks: {front: {profile: nuki}}\nsteps:\n" + LOOK, "'version' is missing"),
        ("▶version: 1\nlocks: {front: {profile: nuki}}\nsteps:\n" + LOOK, "'name' is missing"),
        ("▶version: 1\nname: x\nlocks: {front: {profile: nuki}}\n", "'steps' is missing"),
        (
            "version: 1\nname: x\nlocks: {front: {profile: nuki}}\nsteps: ▶[]\n",
            "must be a list of steps, not an empty one",
        ),
        (
            "version: 1\nname: x\nlocks: {front: {profile: nuki}}\nsteps: ▶{}\n",
            "must be a list of steps, not a map",
        ),
        (
            "version: ▶'1'\nname: x\nlocks: {front: {profile: nuki}}\nsteps:\n" + LOOK,
            "this version is not read: write 1",
        ),
        (
            "version: 1\nname: ▶${policy}\nlocks: {front: {profile: nuki}}\nsteps:\n" + LOOK,
            "this is the same in all cases",
        ),
    ],
)
def test_what_a_file_must_have(text: str, message: str) -> None:
    assert_problem(text, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1\nlocks: {a: {profile: nuki}}\n▶steps: []\n", "a fleet file has no steps"),
        ("version: 1\nlocks: {a: {profile: nuki}}\n▶matrix: {a: [1]}\n", "a fleet file has no mat"),
        ("version: 1\nlocks: {a: {profile: ▶nuky}}\n", "no profile is named 'nuky'; did you mean"),
        ("▶version: 1\n", "'locks' is missing"),
        (
            "version: 1\nlocks: {a: {profile: nuki}}\n▶step: []\n",
            "unknown key 'step'; did you mean",
        ),
    ],
)
def test_mistakes_in_a_fleet(text: str, message: str) -> None:
    assert_fleet_problem(text, message)


def test_no_message_ever_shows_a_code() -> None:
    steps = (
        "- keypad: {lock: front, code: 4827}\n"
        "- keypad: {lock: front, keys: '4827 '}\n"
        "- keypad: {lock: '4827', code: '1'}\n"
        "- advance: '4827'\n"
        "- radio: {lock: front, state: '4827'}\n"
        "- expect_device: {front: {has_code: 4827, radio: '4827', '4827': 1}}\n"
        "- create_multiple: {device_ids: ['4827'], code: 4827, starts_at: '+4827'}\n"
        "- settle: {within: '4827'}\n  when: {policy: '4827'}\n"
    )
    found = problems_of(a_scenario(steps))
    assert len(found) >= 10
    assert not any("4827" in message for _, _, _, message in found), found


def test_pointers_do_not_stand_in_any_expected_text() -> None:
    assert pointed(f"a: {POINTER}b") == ("a: b", [(1, 4)])
