"""What only the bench can do to a lock, and the truth about it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from latchbench.pin import Pin
from protos.bench.v1 import bench_pb2 as pb
from simulator.control import acts
from simulator.control.errors import BadAct, ControlError, NotPossible
from simulator.control.truth import truth
from simulator.control.wire import act_from_wire, outcome_to_wire, truth_to_wire
from simulator.host.nvm import read_nvm
from simulator.model.events import Hung, Ping, SetCode
from simulator.model.words import Bolt, Feedback, Keypad, Mechanics, Power
from simulator.radio.link import DEGRADED_LOSS
from simulator.radio.words import RadioState, TransmitOutcome
from tests.host.builders import Rig, lock_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, lock_settings(codes={2: "4821"}))


def press(rig: Rig, keys: str) -> acts.Outcome:
    return acts.perform(rig.lock, acts.PressKeys(Pin(keys)))


def test_a_code_and_the_enter_key_open_the_door(rig: Rig) -> None:
    assert press(rig, "4821#") == acts.Outcome(Feedback.OPENED, slot=2, opened=True)
    assert rig.lock.state.memory.bolt is Bolt.UNLOCKED


def test_a_wrong_code_does_not_open_and_five_stop_the_keypad(rig: Rig) -> None:
    outcomes = [press(rig, "9999#") for _ in range(5)]
    assert [outcome.locked_out for outcome in outcomes] == [False] * 4 + [True]
    assert not any(outcome.opened for outcome in outcomes)
    assert press(rig, "4821#").feedback is Feedback.LOCKED_OUT


def test_keys_without_enter_leave_the_entry_open(rig: Rig) -> None:
    assert press(rig, "48").feedback is Feedback.INCOMPLETE
    assert press(rig, "21#").opened


def test_a_keypad_without_an_enter_key_has_none_to_press(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(codes={2: "4821"}, matches_prefix=True))
    assert press(rig, "4821#") == acts.Outcome(Feedback.OPENED, slot=2, opened=True)
    assert press(rig, "#") == acts.Outcome()


@pytest.mark.parametrize("keys", ["", "48x1", "48 21", "٤"])
def test_what_is_no_key_is_refused_and_not_repeated(rig: Rig, keys: str) -> None:
    with pytest.raises(BadAct, match=r"keys are digits and #") as caught:
        press(rig, keys)
    assert "48" not in str(caught.value)
    assert rig.clock.next_timer_us() is None


def test_the_thumb_turn_moves_the_bolt(rig: Rig) -> None:
    acts.perform(rig.lock, acts.TurnThumb(locked=False))
    assert truth(rig.lock).bolt is Bolt.UNLOCKED


def test_a_person_programs_and_clears_at_the_keypad(rig: Rig) -> None:
    stored = acts.perform(rig.lock, acts.ProgramAtKeypad(5, Pin("9137")))
    assert (stored.feedback, stored.slot) == (Feedback.DONE, 5)
    assert rig.codes() == {2: "4821", 5: "9137"}
    refused = acts.perform(rig.lock, acts.ProgramAtKeypad(6, Pin("9137")))
    assert (refused.feedback, refused.slot) == (Feedback.REJECTED, None)
    acts.perform(rig.lock, acts.ProgramAtKeypad(2, None))
    assert rig.codes() == {5: "9137"}
    fields = [event.fields for event in rig.trace() if event.kind == "lock.code.refused"]
    assert len(fields) == 1
    assert fields[0]["pin"].startswith("pin:")


def test_the_radio_and_the_power_follow_their_words(rig: Rig) -> None:
    acts.perform(rig.lock, acts.SetRadio("dead"))
    assert rig.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    acts.perform(rig.lock, acts.SetRadio("awake"))
    assert rig.ask(Ping()).transmit is TransmitOutcome.OK
    acts.perform(rig.lock, acts.SetPower("cut"))
    assert truth(rig.lock).power is Power.OFF
    assert rig.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    acts.perform(rig.lock, acts.SetPower("restore"))
    assert rig.ask(Ping()).transmit is TransmitOutcome.OK
    told = [e.fields for e in rig.trace() if e.kind in ("lock.radio", "lock.power")]
    assert told == [
        {"state": "dead"},
        {"state": "awake"},
        {"action": "cut"},
        {"action": "restore"},
    ]


def test_a_power_cycle_forgets_what_was_typed_and_keeps_the_codes(rig: Rig) -> None:
    press(rig, "48")
    acts.perform(rig.lock, acts.SetPower("cycle"))
    assert not press(rig, "21#").opened
    assert press(rig, "4821#").opened


def test_faults_are_armed_listed_and_cleared(rig: Rig) -> None:
    acts.perform(rig.lock, acts.ArmFault("lost_ack", "set_user_code", 2, None))
    acts.perform(rig.lock, acts.ArmFault("refuse", None, None, 0.5))
    assert truth(rig.lock).faults_armed == (
        "lost_ack on set_user_code, 2 times",
        "refuse, probability 0.5",
    )
    acts.perform(rig.lock, acts.ClearFaults("refuse"))
    assert len(truth(rig.lock).faults_armed) == 1
    acts.perform(rig.lock, acts.ClearFaults(None))
    assert truth(rig.lock).faults_armed == ()


def test_a_factory_reset_makes_another_lock_of_it(rig: Rig) -> None:
    before = truth(rig.lock)
    acts.perform(rig.lock, acts.FactoryReset())
    after = truth(rig.lock)
    assert dict(after.slots) == {}
    assert after.incarnation != before.incarnation
    assert read_nvm(after.nvm_path).record.memory.incarnation == after.incarnation


def test_batteries_run_down_as_the_bench_says(rig: Rig) -> None:
    powers = []
    for percent in (100, 20, 5, 0):
        acts.perform(rig.lock, acts.SetBattery(percent))
        powers.append(truth(rig.lock).power)
    assert powers == [Power.GOOD, Power.LOW, Power.CRITICAL, Power.DEPLETED]


def test_a_jam_stops_the_bolt(rig: Rig) -> None:
    acts.perform(rig.lock, acts.SetJammed(jammed=True))
    assert press(rig, "4821#").feedback is Feedback.JAMMED
    acts.perform(rig.lock, acts.SetJammed(jammed=False))
    assert press(rig, "4821#").opened


def test_slots_are_filled_by_a_person_at_the_keypad(rig: Rig) -> None:
    acts.perform(rig.lock, acts.FillSlots(30))
    assert len(truth(rig.lock).slots) == 30
    rig.run()
    assert [news.number for news in rig.told] == list(range(1, 30))
    rig.lock.do(SetCode(2, None))
    assert acts.perform(rig.lock, acts.FillSlots(3)) == acts.Outcome()


def test_a_keypad_that_does_not_listen_fills_no_slot(rig: Rig) -> None:
    acts.perform(rig.lock, acts.SetPower("cut"))
    with pytest.raises(NotPossible, match="front: its keypad does not listen: ignored"):
        acts.perform(rig.lock, acts.FillSlots(5))
    assert rig.codes() == {2: "4821"}
    with pytest.raises(NotPossible, match="only 30"):
        acts.perform(rig.lock, acts.FillSlots(31))


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (acts.SetRadio("loud"), "'loud' is none of awake, asleep, degraded, deaf, dead, key_lost"),
        (acts.SetRadio("deaf", loss=0.5), "loss and latency are of a degraded radio"),
        (acts.SetRadio("degraded", loss=1.5), "loss must be 0 to 1"),
        (acts.SetRadio("degraded", loss=math.nan), "loss must be 0 to 1"),
        (acts.SetRadio("degraded", latency_us=-1), "latency must not be below 0"),
        (acts.SetKeypad("jammed"), "none of clear, busy, vacation, privacy, locked_out"),
        (acts.SetPower("good"), "none of cut, restore, cycle"),
        (acts.SetBattery(101), "0 to 100"),
        (acts.ArmFault("lost_akc", None, 1, None), "did you mean lost_ack"),
        (acts.ArmFault("lost_ack", "set_code", 1, None), "none of set_user_code"),
        (acts.ArmFault("lost_ack", None, None, None), "either times or probability"),
        (acts.ClearFaults("lost_akc"), "did you mean lost_ack"),
    ],
)
def test_a_word_that_means_nothing_changes_nothing(rig: Rig, act: acts.Act, words: str) -> None:
    before = truth(rig.lock)
    rig.trace()
    with pytest.raises(BadAct) as caught:
        acts.perform(rig.lock, act)
    assert words in str(caught.value)
    assert truth(rig.lock) == before
    assert rig.trace() == []


@pytest.mark.parametrize(
    ("request_fields", "act"),
    [
        ({"press_keys": {"keys": "12#"}}, acts.PressKeys(Pin("12#"))),
        ({"turn_thumb": {"locked": True}}, acts.TurnThumb(locked=True)),
        ({"program_at_keypad": {"slot": 3}}, acts.ProgramAtKeypad(3, None)),
        ({"program_at_keypad": {"slot": 3, "code": ""}}, acts.ProgramAtKeypad(3, Pin(""))),
        ({"set_radio": {"state": "dead"}}, acts.SetRadio("dead")),
        ({"set_power": {"action": "cut"}}, acts.SetPower("cut")),
        ({"arm_fault": {"fault": "f", "times": 0}}, acts.ArmFault("f", None, 0, None)),
        (
            {"arm_fault": {"fault": "f", "command": "c", "probability": 0.5}},
            acts.ArmFault("f", "c", None, 0.5),
        ),
        ({"clear_faults": {}}, acts.ClearFaults(None)),
        ({"clear_faults": {"fault": "f"}}, acts.ClearFaults("f")),
        ({"factory_reset": {}}, acts.FactoryReset()),
        ({"set_battery": {"percent": 7}}, acts.SetBattery(7)),
        ({"set_jammed": {"jammed": True}}, acts.SetJammed(jammed=True)),
        ({"fill_slots": {"used": 9}}, acts.FillSlots(9)),
    ],
)
def test_every_act_is_read_from_its_message(request_fields: dict[str, Any], act: acts.Act) -> None:
    assert act_from_wire(pb.ActRequest(lock="front", **request_fields)) == act


def test_a_request_without_an_action_is_refused() -> None:
    with pytest.raises(BadAct, match="no action"):
        act_from_wire(pb.ActRequest(lock="front"))


def test_what_was_seen_is_written() -> None:
    seen = outcome_to_wire(acts.Outcome(Feedback.OPENED, slot=2, opened=True))
    assert seen == pb.ActResponse(feedback="opened", slot=2, opened=True)
    assert not outcome_to_wire(acts.Outcome()).HasField("slot")


def test_the_truth_is_written_whole(rig: Rig) -> None:
    acts.perform(rig.lock, acts.ArmFault("lost_ack", None, 1, None))
    written = truth_to_wire(truth(rig.lock))
    assert written == pb.LockTruth(
        lock="front",
        profile="deadbolt-30",
        slots=[pb.TrueSlot(slot=2, code="4821", status="enabled")],
        slots_max=30,
        incarnation=rig.lock.state.memory.incarnation,
        radio=RadioState.AWAKE.value,
        power=Power.GOOD.value,
        keypad=Keypad.CLEAR.value,
        bolt=Bolt.LOCKED.value,
        faults_armed=["lost_ack, once"],
        nvm_path=str(rig.lock.nvm.path),
        nvm_generation=2,
        battery=100,
        mechanics=Mechanics.CLEAR.value,
    )


def test_every_refusal_is_a_control_error() -> None:
    assert issubclass(BadAct, ControlError)
    assert issubclass(NotPossible, ControlError)


@pytest.mark.parametrize("state", Keypad)
def test_a_keypad_is_brought_into_every_condition_from_every_other(
    tmp_path: Path, state: Keypad
) -> None:
    for first in Keypad:
        folder = tmp_path / f"{first}"
        folder.mkdir()
        rig = Rig(folder)
        acts.perform(rig.lock, acts.SetKeypad(first.value))
        assert truth(rig.lock).keypad is first
        if first is Keypad.LOCKED_OUT and state is not first:
            with pytest.raises(NotPossible, match="locked out, which nobody there can end"):
                acts.perform(rig.lock, acts.SetKeypad(state.value))
            assert truth(rig.lock).keypad is first
        else:
            acts.perform(rig.lock, acts.SetKeypad(state.value))
            assert truth(rig.lock).keypad is state


def test_a_keypad_has_only_the_modes_of_its_profile(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile="schlage-be469", lockout=None))
    acts.perform(rig.lock, acts.SetKeypad("busy"))
    for state, why in (("privacy", "no such mode"), ("locked_out", "has no lock-out")):
        with pytest.raises(NotPossible, match=f"front: keypad {state}: the lock {why}|has {why}"):
            acts.perform(rig.lock, acts.SetKeypad(state))
        assert truth(rig.lock).keypad is Keypad.BUSY
    acts.perform(rig.lock, acts.SetPower("cut"))
    with pytest.raises(NotPossible, match="no keypad that works"):
        acts.perform(rig.lock, acts.SetKeypad("clear"))


def test_a_fault_needs_a_lock_that_has_what_goes_wrong(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile="schlage-be469"))
    for fault, why in (("supervision_stuck", "no outcome"), ("clock_drift", "no clock")):
        with pytest.raises(NotPossible, match=f"lock front: fault {fault}: .*{why}"):
            acts.perform(rig.lock, acts.ArmFault(fault, None, 1, None))
    assert truth(rig.lock).faults_armed == ()


def test_the_truth_tells_the_battery_the_bolts_way_and_a_hang(rig: Rig) -> None:
    told = truth(rig.lock)
    assert (told.battery_percent, told.mechanics.value, told.is_frozen) == (100, "clear", False)
    acts.perform(rig.lock, acts.SetBattery(12))
    acts.perform(rig.lock, acts.SetJammed(jammed=True))
    rig.lock.do(Hung())
    told = truth(rig.lock)
    assert (told.battery_percent, told.mechanics.value, told.is_frozen) == (12, "jammed", True)
    assert told.power is Power.LOW
    acts.perform(rig.lock, acts.SetPower("cycle"))
    assert not truth(rig.lock).is_frozen


def test_how_bad_a_degraded_radio_is_can_be_said_and_outlives_the_host(rig: Rig) -> None:
    acts.perform(rig.lock, acts.SetRadio("degraded", loss=1, latency_us=0))
    assert rig.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    again = rig.restarted()
    assert again.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    acts.perform(again.lock, acts.SetRadio("degraded", loss=0))
    assert again.ask(Ping()).transmit is TransmitOutcome.OK
    acts.perform(again.lock, acts.SetRadio("awake"))
    assert again.lock.link.loss == DEGRADED_LOSS
