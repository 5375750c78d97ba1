"""Each fault through a lock at work: what becomes of the lock, and what its hub learns of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from latchbench.pin import Pin
from simulator.control.truth import truth
from simulator.host.messages import CommandId
from simulator.host.nvm import read_nvm
from simulator.host.treatments import DRIFT_US, RESTART_US
from simulator.model.effects import ClockReport, CodeReport, KeypadAnswer, WalkReport
from simulator.model.events import (
    ENTER,
    ClearCode,
    KeyPressed,
    Operate,
    Ping,
    PowerCut,
    PowerRestored,
    ProgrammedAtKeypad,
    ReadClock,
    ReadCode,
    SetCode,
    SetSchedule,
    ThumbTurned,
    WalkCodes,
)
from simulator.model.words import NOTICE_NUMBERS, Bolt, Feedback, Notice, Outcome, Power
from simulator.radio.faults import FAULTS, arm
from simulator.radio.words import RadioState, TransmitOutcome
from tests.host.builders import SECOND_US, START_US, Rig, lock_settings

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.model.events import Event
    from simulator.radio.words import CommandKind

UNSUPERVISED = "schlage-be469"
WITH_CLOCK = "nuki"
ADDED = NOTICE_NUMBERS[Notice.CODE_ADDED][1]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def give(rig: Rig, fault: str, times: int = 1, kind: CommandKind | None = None) -> None:
    rig.lock.change_link(arm(rig.lock.link, fault, times=times, kind=kind))


def fired(rig: Rig) -> list[str]:
    return [e.fields["fault"] for e in rig.trace() if e.kind == "lock.fault.fired"]


def put(rig: Rig, state: RadioState) -> None:
    rig.lock.change_link(replace(rig.lock.link, state=state))


def keyed(rig: Rig, digits: str) -> Feedback:
    """What the keypad answers to a code and enter."""
    answers: list[Feedback] = []
    for key in (*digits, ENTER):
        effects = rig.lock.do(KeyPressed(key))
        answers += [effect.feedback for effect in effects if isinstance(effect, KeypadAnswer)]
    return answers[-1]


# In the air


def test_lost_frame_leaves_the_lock_alone(rig: Rig) -> None:
    give(rig, "lost_frame")
    assert rig.set(3, "4821").transmit is TransmitOutcome.NO_ACK
    assert (rig.codes(), fired(rig)) == ({}, ["lost_frame"])


def test_lost_ack_still_lets_the_lock_tell_of_the_code(rig: Rig) -> None:
    give(rig, "lost_ack")
    assert rig.set(3, "4821").transmit is TransmitOutcome.NO_ACK
    assert (rig.codes(), fired(rig)) == ({3: "4821"}, ["lost_ack"])
    assert [(news.event, news.slot) for news in rig.told] == [(ADDED, 3)]


def test_duplicate_is_obeyed_twice_and_answered_once(rig: Rig) -> None:
    give(rig, "duplicate")
    reports = rig.send(SetCode(3, Pin("4821")), CommandId(1, 1))
    rig.run()
    assert [report.supervision for report in reports] == [Outcome.SUCCESS]
    assert rig.kinds().count("lock.code.stored") == 2
    assert rig.codes() == {3: "4821"}
    assert [news.slot for news in rig.told] == [3, 3]
    assert rig.work.count == 0


def test_a_second_copy_under_way_is_work_under_way(rig: Rig) -> None:
    give(rig, "duplicate")
    rig.send(SetCode(3, Pin("4821")))
    while rig.clock.next_timer_us() is not None:
        assert rig.work.count > 0
        rig.fire_one()
    assert rig.work.count == 0


def test_delay_is_obeyed_late_and_answered_in_time(rig: Rig) -> None:
    plain = rig.clock.now_us()
    assert rig.set(3, "4821").transmit is TransmitOutcome.OK
    usual_us = rig.clock.now_us() - plain
    give(rig, "delay")
    start_us = rig.clock.now_us()
    report = rig.set(4, "9137")
    assert (report.transmit, report.supervision) == (TransmitOutcome.OK, Outcome.SUCCESS)
    assert rig.clock.now_us() - start_us > 5 * usual_us
    assert (rig.codes(), fired(rig)) == ({3: "4821", 4: "9137"}, ["delay"])


def test_reorder_is_obeyed_after_the_next_command(rig: Rig) -> None:
    give(rig, "reorder")
    assert rig.set(3, "4821").transmit is TransmitOutcome.NO_ACK
    assert rig.codes() == {}
    assert rig.work.count == 0, "nobody knows that it will still come"
    assert rig.read(3) == ""
    rig.run(SECOND_US)
    assert (rig.codes(), fired(rig)) == ({3: "4821"}, ["reorder"])
    assert [news.event for news in rig.told] == [ADDED]


def test_a_clear_that_is_overtaken_takes_out_what_was_set_after_it(rig: Rig) -> None:
    rig.set(3, "4821")
    give(rig, "reorder")
    assert rig.ask(ClearCode(3)).transmit is TransmitOutcome.NO_ACK
    assert rig.set(3, "9137").supervision is Outcome.SUCCESS
    rig.run(SECOND_US)
    assert rig.codes() == {}


def test_what_is_overtaken_is_not_heard_by_a_lock_that_went_away(rig: Rig) -> None:
    give(rig, "reorder")
    rig.set(3, "4821")
    reports = rig.send(Ping())
    rig.fire_one()
    rig.lock.do(PowerCut())
    rig.run(SECOND_US)
    assert (rig.codes(), rig.work.count, len(reports)) == ({}, 0, 1)


# Writing


def test_write_without_ack_stores_and_is_silent_even_about_the_code(rig: Rig) -> None:
    give(rig, "write_without_ack")
    report = rig.set(3, "4821")
    rig.run()
    assert (report.transmit, report.incarnation) == (TransmitOutcome.NO_ACK, None)
    assert (rig.codes(), rig.told, fired(rig)) == ({3: "4821"}, [], ["write_without_ack"])
    assert rig.read(3) == "4821"
    rig.lock.do(ProgrammedAtKeypad(4, Pin("9137")))
    rig.run()
    assert [news.number for news in rig.told] == [1], "no gap tells of it"


def test_wrong_slot_stores_in_the_next_one_and_tells_of_that(rig: Rig) -> None:
    give(rig, "wrong_slot")
    assert rig.set(3, "4821").supervision is Outcome.SUCCESS
    rig.run()
    assert (rig.codes(), fired(rig)) == ({4: "4821"}, ["wrong_slot"])
    assert [(news.event, news.slot) for news in rig.told] == [(ADDED, 4)]
    assert rig.read(3) == ""


def test_wrong_slot_takes_out_the_next_code_and_after_the_last_slot_the_first(rig: Rig) -> None:
    rig.set(1, "4821")
    rig.set(30, "9137")
    give(rig, "wrong_slot")
    rig.ask(ClearCode(30))
    assert rig.codes() == {30: "9137"}
    give(rig, "wrong_slot")
    rig.ask(ClearCode(0))
    assert rig.codes() == {}, "all slots are no wrong slot"


def test_truncated_code_stores_the_first_digits(rig: Rig) -> None:
    give(rig, "truncated_code")
    assert rig.set(3, "482176").supervision is Outcome.SUCCESS
    assert (rig.codes(), fired(rig)) == ({3: "4821"}, ["truncated_code"])
    assert (keyed(rig, "482176"), keyed(rig, "4821")) == (Feedback.REJECTED, Feedback.OPENED)


def test_truncated_code_of_the_shortest_length_is_no_code_any_more(rig: Rig) -> None:
    give(rig, "truncated_code")
    assert rig.set(3, "4821").supervision is Outcome.FAIL
    assert rig.codes() == {}


def test_supervision_stuck_does_as_told_and_never_says_so(rig: Rig) -> None:
    give(rig, "supervision_stuck", times=2)
    first, second = rig.set(3, "4821"), rig.set(4, "4821")
    assert (first.transmit, first.supervision) == (TransmitOutcome.OK, Outcome.WORKING)
    assert second.supervision is Outcome.WORKING, "it was refused, which is not said either"
    assert (rig.codes(), fired(rig)) == ({3: "4821"}, ["supervision_stuck"] * 2)


def test_supervision_is_not_stuck_where_there_is_none(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile=UNSUPERVISED))
    give(rig, "supervision_stuck")
    assert rig.set(3, "4821").supervision is Outcome.NONE


# Reading


def test_stale_read_shows_what_was_there_before_the_last_change(rig: Rig) -> None:
    rig.set(3, "4821")
    give(rig, "stale_read", times=4)
    assert rig.read(3) == ""
    rig.set(3, "9137")
    assert rig.read(3) == "4821"
    rig.set(4, "5702")
    assert rig.read(3) == "9137", "one change behind, no more"
    body = rig.ask(WalkCodes()).body
    assert isinstance(body, WalkReport)
    assert [code.slot for code in body.codes] == [3]
    assert rig.read(4) == "5702"
    assert (rig.codes(), fired(rig)) == ({3: "9137", 4: "5702"}, ["stale_read"] * 4)


def test_stale_read_shows_a_code_that_was_taken_out(rig: Rig) -> None:
    rig.set(3, "4821")
    rig.ask(ClearCode(3))
    give(rig, "stale_read")
    assert (rig.read(3), rig.read(3)) == ("4821", "")


def test_what_was_before_outlives_the_host(rig: Rig) -> None:
    rig.set(3, "4821")
    rig.set(3, "9137")
    give(rig, "stale_read")
    after = rig.restarted()
    assert (after.read(3), after.read(3)) == ("4821", "9137")


def test_masked_read_shows_asterisks_and_the_right_status(rig: Rig) -> None:
    rig.set(3, "48217")
    give(rig, "masked_read", times=2)
    held, empty = rig.ask(ReadCode(3)).body, rig.ask(ReadCode(4)).body
    assert isinstance(held, CodeReport)
    assert isinstance(empty, CodeReport)
    assert (held.raw.reveal(), held.status.value) == ("*****", "enabled")
    assert (empty.raw.reveal(), empty.status.value) == ("", "available")
    assert rig.read(3) == "48217"
    assert fired(rig) == ["masked_read"] * 2


# Unasked


def test_event_suppressed_leaves_no_gap(rig: Rig) -> None:
    give(rig, "event_suppressed")
    rig.lock.do(ProgrammedAtKeypad(1, Pin("4821")))
    rig.lock.do(ProgrammedAtKeypad(2, Pin("9137")))
    rig.run()
    assert [(news.number, news.slot) for news in rig.told] == [(1, 2)]
    told = [(e.kind, e.fields.get("slot")) for e in rig.trace() if e.kind == "lock.notified"]
    assert told == [("lock.notified", "2")]


def test_event_duplicated_comes_twice_with_one_number(rig: Rig) -> None:
    give(rig, "event_duplicated")
    rig.lock.do(ProgrammedAtKeypad(1, Pin("4821")))
    rig.lock.do(ProgrammedAtKeypad(2, Pin("9137")))
    rig.run()
    assert [(news.number, news.slot) for news in rig.told] == [(1, 1), (1, 1), (2, 2)]
    assert (fired(rig), rig.work.count) == (["event_duplicated"], 0)


# The lock itself


def test_freeze_hangs_until_the_power_is_cycled(rig: Rig) -> None:
    rig.set(3, "4821")
    give(rig, "freeze")
    assert rig.set(4, "9137").transmit is TransmitOutcome.NO_ACK
    assert (rig.codes(), fired(rig)) == ({3: "4821"}, ["freeze"])
    assert truth(rig.lock).is_frozen
    assert keyed(rig, "4821") is Feedback.IGNORED
    rig.run(3_600 * SECOND_US)
    assert rig.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    rig.lock.do(ThumbTurned(locked=False))
    assert truth(rig.lock).bolt is Bolt.UNLOCKED
    rig.lock.do(PowerRestored())
    assert rig.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    rig.lock.do(PowerCut())
    rig.lock.do(PowerRestored())
    assert rig.ask(Ping()).transmit is TransmitOutcome.OK
    assert keyed(rig, "4821") is Feedback.OPENED


def test_a_lock_that_hangs_still_does_when_its_host_starts_again(rig: Rig) -> None:
    give(rig, "freeze")
    rig.ask(Ping())
    after = rig.restarted()
    assert truth(after.lock).is_frozen
    assert after.ask(Ping()).transmit is TransmitOutcome.NO_ACK


def test_reboot_is_away_for_a_moment_and_says_when_it_is_back(rig: Rig) -> None:
    give(rig, "reboot")
    assert rig.set(3, "4821").transmit is TransmitOutcome.NO_ACK
    assert (truth(rig.lock).power, rig.codes()) == (Power.REBOOTING, {})
    assert keyed(rig, "4821") is Feedback.IGNORED
    assert rig.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    rig.run(RESTART_US)
    assert truth(rig.lock).power is Power.GOOD
    assert [(news.kind, news.event) for news in rig.told] == [NOTICE_NUMBERS[Notice.POWER_APPLIED]]
    assert rig.set(3, "4821").supervision is Outcome.SUCCESS
    assert fired(rig) == ["reboot"]


def test_brown_out_tears_the_write_and_restarts_the_lock(rig: Rig) -> None:
    rig.set(3, "4821")
    give(rig, "brown_out")
    reports = rig.send(SetCode(4, Pin("9137")), CommandId(1, 1))
    whole = read_nvm(rig.lock.nvm.path)
    while truth(rig.lock).power is Power.GOOD:
        rig.fire_one()
    assert rig.codes() == {3: "4821"}
    held = read_nvm(rig.lock.nvm.path)
    assert held.generation == whole.generation + 1, "the torn write counts for nothing"
    assert held.record.memory.slots == rig.lock.state.memory.slots
    rig.run()
    assert [report.transmit for report in reports] == [TransmitOutcome.NO_ACK]
    kinds = rig.kinds()
    assert kinds.count("lock.write.torn") == kinds.count("lock.fault.fired") == 1
    assert kinds.count("lock.code.stored") == 1
    assert rig.told[-1].kind == NOTICE_NUMBERS[Notice.POWER_APPLIED][0]
    assert rig.set(4, "9137").supervision is Outcome.SUCCESS


def test_brown_out_stops_a_bolt_half_way(rig: Rig) -> None:
    give(rig, "brown_out")
    assert rig.ask(Operate(locked=False)).transmit is TransmitOutcome.NO_ACK
    assert truth(rig.lock).bolt is Bolt.UNKNOWN
    rig.run()
    assert rig.ask(Operate(locked=True)).supervision is Outcome.SUCCESS
    assert truth(rig.lock).bolt is Bolt.LOCKED


def test_clock_drift_keeps_a_guest_before_the_door(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile=WITH_CLOCK))
    begin_us = START_US + 3_600 * SECOND_US
    rig.set(3, "482176")
    give(rig, "clock_drift")
    assert rig.ask(SetSchedule(3, begin_us, None)).supervision is Outcome.SUCCESS
    rig.run(begin_us - rig.clock.now_us())
    body = rig.ask(ReadClock()).body
    assert isinstance(body, ClockReport)
    assert body.lock_us < begin_us <= rig.clock.now_us()
    assert keyed(rig, "482176") is Feedback.OUTSIDE_SCHEDULE
    rig.run(DRIFT_US)
    assert keyed(rig, "482176") is Feedback.OPENED
    assert fired(rig) == ["clock_drift"]


# States of the radio


def test_a_deaf_lock_tells_of_what_happens_there_and_hears_nothing(rig: Rig) -> None:
    put(rig, RadioState.DEAF)
    assert rig.set(3, "4821").transmit is TransmitOutcome.NO_ACK
    rig.lock.do(ProgrammedAtKeypad(1, Pin("5702")))
    rig.run()
    assert (rig.codes(), [news.slot for news in rig.told]) == ({1: "5702"}, [1])


def test_a_lock_without_its_key_acknowledges_and_understands_nothing(rig: Rig) -> None:
    put(rig, RadioState.KEY_LOST)
    for action in (SetCode(3, Pin("4821")), ReadCode(3), Ping()):
        report = rig.ask(action)
        assert (report.transmit, report.supervision) == (TransmitOutcome.OK, Outcome.NONE)
        assert (report.body, report.incarnation) == (None, None)
    rig.lock.do(ProgrammedAtKeypad(1, Pin("5702")))
    rig.run()
    assert (rig.codes(), rig.told) == ({1: "5702"}, [])
    assert rig.kinds().count("lock.not_understood") == 3
    put(rig, RadioState.AWAKE)
    assert rig.set(3, "4821").supervision is Outcome.SUCCESS
    rig.run()
    assert rig.told[0].number == 2, "the gap tells that something was missed"


def test_a_key_that_is_lost_under_way_is_lost_to_the_frame(rig: Rig) -> None:
    reports = rig.send(SetCode(3, Pin("4821")))
    put(rig, RadioState.KEY_LOST)
    rig.run()
    assert (rig.codes(), reports[0].transmit) == ({}, TransmitOutcome.OK)


def test_a_degraded_link_loses_some_and_the_lock_obeyed_some_of_those(rig: Rig) -> None:
    put(rig, RadioState.DEGRADED)
    ends = {slot: rig.set(slot, f"48{slot:02}").transmit for slot in range(1, 31)}
    rig.run()
    lost = {slot for slot, end in ends.items() if end is TransmitOutcome.NO_ACK}
    assert 5 <= len(lost) <= 25
    assert lost & set(rig.codes())
    assert lost - set(rig.codes())
    assert set(ends) - lost <= set(rig.codes())


# All of them


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_fires_as_often_as_it_says_whatever_becomes_of_the_host(
    tmp_path: Path, fault: str
) -> None:
    rig = Rig(tmp_path, lock_settings(profile=WITH_CLOCK, codes={1: "571934"}))
    give(rig, fault, times=2)
    actions: list[Event] = [SetCode(3, Pin("482176")), ReadCode(3), ClearCode(3)]
    seen: list[str] = []
    for _ in range(4):
        for action in actions:
            rig.send(action)  # type: ignore[arg-type]
            rig.run()
            rig.lock.do(ProgrammedAtKeypad(5, Pin("681752")))
            rig.run()
        rig.lock.do(PowerCut())
        rig.lock.do(PowerRestored())
        seen += fired(rig)
        rig = rig.restarted()
    assert seen == [fault, fault]
    assert truth(rig.lock).faults_armed == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_said_sooner_than_the_timers_promise_with_any_fault(
    tmp_path: Path, fault: str
) -> None:
    for seed in range(12):
        folder = tmp_path / str(seed)
        folder.mkdir()
        rig = Rig(folder, lock_settings(profile=WITH_CLOCK), seed=seed)
        give(rig, fault, times=3)
        for action in (SetCode(3, Pin("482176")), ReadCode(3), Operate(locked=False)):
            rig.told.clear()
            reports = rig.send(action)
            said, promised_us = 0, 0
            while (next_us := rig.clock.next_send_us()) is not None:
                promised_us = max(promised_us, next_us)
                rig.fire_one()
                if len(reports) + len(rig.told) > said:
                    assert rig.clock.now_us() >= promised_us
                    said = len(reports) + len(rig.told)
            assert len(reports) == 1
