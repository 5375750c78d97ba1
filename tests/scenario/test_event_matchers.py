"""What no event of a trace can fit is an error of the file, wherever a file speaks of events."""

from __future__ import annotations

import pytest

from simulator.scenario.event_matchers import in_words
from simulator.scenario.events import EVENTS
from simulator.scenario.interpolate import Late, Reference
from simulator.scenario.reader import read_scenario_text
from tests.scenario.helpers import a_file, a_scenario, assert_problem, read

# Each place in a file at which an event is asked for.
PLACES = {
    "in_order": a_scenario("- expect_events: {in_order: [EVENT]}\n"),
    "contains": a_scenario("- expect_events: {contains: [{kind: lock.reset}, EVENT]}\n"),
    "none": a_scenario("- expect_events: {none: [EVENT]}\n"),
    "wait_for": a_scenario("- wait_for: {event: EVENT}\n- expect_events: {none: [{slot: 9}]}\n"),
    "on_event": a_file("on_event:\n- match: EVENT\n  do: [{gateway: kill}]\n"),
}
STORED = "kind: lock.code.stored"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            "{kind: ▶lock.code.storred}",
            "'lock.code.storred' is no kind of event; did you mean 'lock.code.stored'?",
        ),
        (
            f"{{{STORED}, ▶slto: 1}}",
            "unknown field 'slto' of lock.code.stored; did you mean 'slo",
        ),
        (
            f"{{{STORED}, ▶lock: front}}",
            "unknown field 'lock' of lock.code.stored  (one of: kin",
        ),
        (f"{{{STORED}, ▶pinn: {{absent: true}}}}", "unknown field 'pinn' of lock.code.stored; did"),
        (
            f"{{{STORED}, source: ▶gateway}}",
            "'gateway' is not the source of such events, which",
        ),
        (
            "{kind: gateway.deadline, source: ▶front}",
            "'front' is not the source of such events, w",
        ),
        (f"{{{STORED}, source: ▶{{absent: true}}}}", "every event has a source"),
        ("{kind: gateway.code.redrawn, was: ▶'4827'}", "codes are masked here: ask for has_code"),
        (f"{{{STORED}, code: ▶'4827'}}", "codes are masked here: ask for has_code"),
    ],
)
def test_an_event_that_cannot_be_is_an_error_at_its_place(
    place: str, event: str, message: str
) -> None:
    assert_problem(PLACES[place].replace("EVENT", event), message)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("{kind: {in: [lock.reset, ▶lock.rset]}}", "'lock.rset' is no kind of event; did you mean"),
        ("{kind: {any_of: [{not: ▶lock.rset}]}}", "'lock.rset' is no kind of event; did you mean"),
        (
            "{kind: {not: ▶lock.rset}}",
            "'lock.rset' is no kind of event; did you mean 'lock",
        ),
        ("{kind: ▶{in: [lock.reset], not: lock.reset}}", "no kind of event fits this"),
        (
            "{kind: {in: [hub.up, lock.bolt]}, ▶slot: 1}",
            "unknown field 'slot' of these kinds of",
        ),
        ("{kind: ▶null}", "an event has no empty fields: write {absent: true}"),
        ("{kind: ▶{absent: true}}", "every event has a kind"),
        ("{kind: ▶7}", "'7' is no kind of event"),
        ("{▶slto: 1}", "unknown field 'slto' of an event; did you mean 'slot'?"),
        ("{source: front, ▶group: x}", "unknown field 'group' of these kinds of events"),
        ("{any_of: [{kind: lock.reset}, {kind: ▶lock.rset}]}", "'lock.rset' is no kind of event"),
        ("▶{percent: 7, slot: 1}", "no event has all of these: percent, slot"),
        ("{kind: hub.up, source: ▶hub attic}", "'hub attic' is no lock of this scenario"),
    ],
)
def test_what_a_matcher_leaves_open_is_judged_as_far_as_it_goes(event: str, message: str) -> None:
    assert_problem(a_scenario(f"- expect_events: {{none: [{event}]}}\n"), message)


@pytest.mark.parametrize(
    "event",
    [
        f"{{{STORED}, source: front, slot: 1, pin: {{absent: false}}}}",
        "{kind: {in: [lock.code.stored, lock.bolt]}, bolt: locked}",
        "{kind: {matches: ^lock}, slot: {between: [1, 3]}}",
        "{kind: {not: lock.reset}, lock: front}",
        "{source: {in: [front, gateway]}, slot: 1}",
        "{kind: {same_as: booking.name}, slot: 1}",
        "{kind: '${booking.name}', slot: 1}",
        "{percent: {absent: true}, slot: 1}",
        "{kind: lock.radio, state: {any_of: [dead, {absent: true}]}}",
        "{any_of: [{kind: hub.up}, {kind: lock.bolt, bolt: locked}]}",
        "{kind: gateway.lock.back, lock: {not: front}}",
    ],
)
def test_what_an_event_can_be_is_no_mistake(event: str) -> None:
    call = "- create: {device_id: front, name: lock.reset}\n  save_as: booking\n"
    read(a_scenario(f"{call}- expect_events: {{none: [{event}]}}\n"))


@pytest.mark.parametrize("kind", EVENTS)
def test_all_fields_of_a_kind_can_be_asked_for(kind: str) -> None:
    fields = "".join(f", {name}: {{absent: true}}" for name in EVENTS[kind].fields)
    read(a_scenario(f"- expect_events: {{none: [{{kind: {kind}{fields}}}]}}\n"))


def test_the_hub_of_an_event_is_one_that_is_declared() -> None:
    file = """\
        version: 1
        name: a test
        hubs: {attic: {}}
        locks: {front: {profile: deadbolt-30, hub: attic}}
        """
    read(a_scenario("- expect_events: {none: [{kind: hub.up, source: hub attic}]}\n", file))
    assert_problem(
        a_scenario("- expect_events: {none: [{kind: hub.up, source: ▶hub atic}]}\n", file),
        "'hub atic' is no lock of this scenario; did you mean 'hub attic'?",
    )


def test_nothing_is_done_behind_what_the_bench_tells() -> None:
    assert_problem(
        a_file("on_event:\n- match: {kind: ▶bench.step}\n  do: [{gateway: kill}]\n"),
        "bench.step is told by the bench itself",
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"kind": "lock.reset", "slot": 1}, "{kind: lock.reset, slot: 1}"),
        ({"kind": {"in": ["a", "b"]}, "lost": True}, "{kind: {in: [a, b]}, lost: true}"),
        ({"text": "4827"}, "{text: ••••}"),
        ({"text": {"matches": "^4827$"}}, "{text: {matches: ^••••$}}"),
        ({"text": Late((Reference.parse("booking.name"),))}, "{text: ${booking.name}}"),
        ({"text": ["a"] * 200}, "{text: [" + "a, " * 50 + "a…"),
    ],
)
def test_what_is_wanted_is_told_on_one_line(raw: object, words: str) -> None:
    assert in_words(raw) == words


def test_a_matcher_knows_what_it_was_in_the_file() -> None:
    (case,) = read_scenario_text(PLACES["on_event"].replace("EVENT", f"{{{STORED}}}"), "a").cases
    assert case.triggers[0].match.words == "{kind: lock.code.stored}"
