from __future__ import annotations

from simulator.radio.words import (
    HEARS,
    IS_HEARD,
    CommandKind,
    RadioState,
    TransmitOutcome,
)


def test_the_states_are_the_words_of_scenario_files() -> None:
    assert [state.value for state in RadioState] == [
        "awake",
        "asleep",
        "degraded",
        "deaf",
        "dead",
        "key_lost",
    ]


def test_who_hears_and_who_is_heard_in_which_state() -> None:
    assert {state.value for state in HEARS} == {"awake", "asleep", "degraded", "key_lost"}
    assert {state.value for state in IS_HEARD} == {"awake", "asleep", "degraded", "deaf"}


def test_outcomes_stand_in_the_order_of_z_waves_transmit_status() -> None:
    assert [outcome.value for outcome in TransmitOutcome] == [
        "ok",
        "no_ack",
        "fail",
        "not_idle",
        "no_route",
    ]


def test_what_sets_clears_assigns_or_operates_writes_and_nothing_else_does() -> None:
    for kind in CommandKind:
        assert kind.writes == kind.value.startswith(("set_", "clear_", "operate_", "assign_"))


def test_there_is_a_word_for_every_command() -> None:
    assert {kind.value for kind in CommandKind} == {
        "set_user_code",
        "clear_user_code",
        "get_user_code",
        "walk_user_codes",
        "get_checksum",
        "get_lock_info",
        "ping",
        "get_battery",
        "operate_bolt",
        "get_bolt",
        "set_schedule",
        "set_clock",
        "get_clock",
        "get_schedule",
        "assign_user_code",
        "set_keypad_mode",
    }
