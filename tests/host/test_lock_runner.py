"""One lock at work: commands from the hub to the lock and back, and what a lock says unasked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from latchbench.pin import Pin
from simulator.control.truth import truth
from simulator.host.messages import Command, CommandId, LockInfo, Rejection, SetClockTo
from simulator.host.nvm import read_nvm
from simulator.model.effects import ClockReport, WalkReport
from simulator.model.events import (
    BatteryLevel,
    ClearCode,
    KeyPressed,
    Operate,
    Ping,
    PowerCut,
    PowerRestored,
    ProgrammedAtKeypad,
    ReadClock,
    ReadInfo,
    SetCode,
    SetSchedule,
    ThumbTurned,
    WalkCodes,
)
from simulator.model.words import NOTICE_NUMBERS, Bolt, Notice, Outcome
from simulator.radio.air import HUB_HOLDS_MAX
from simulator.radio.faults import arm
from simulator.radio.timing import FAST, ZWAVE
from simulator.radio.words import RadioState, TransmitOutcome
from tests.host.builders import SECOND_US, START_US, Rig, lock_settings

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.host.messages import Action, Report

UNSUPERVISED = "schlage-be469"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_a_code_is_stored_and_read_back(rig: Rig) -> None:
    report = rig.set(3, "4821")
    assert (report.transmit, report.supervision) == (TransmitOutcome.OK, Outcome.SUCCESS)
    assert report.incarnation == rig.lock.state.memory.incarnation
    assert report.attempts == 1
    assert rig.codes() == {3: "4821"}
    assert rig.read(3) == "4821"


def test_nothing_happens_at_the_lock_before_the_frame_is_there(rig: Rig) -> None:
    reports = rig.send(SetCode(3, Pin("4821")))
    assert rig.codes() == {}
    rig.fire_one()
    assert rig.codes() == {3: "4821"}
    assert reports == []
    assert rig.work.count > 0
    rig.run(SECOND_US)
    assert len(reports) == 1
    assert rig.work.count == 0


def test_an_unsupervised_command_says_nothing_of_its_outcome(rig: Rig) -> None:
    report = rig.ask(SetCode(3, Pin("4821")), supervised=False)
    assert (report.transmit, report.supervision) == (TransmitOutcome.OK, Outcome.NONE)
    assert rig.codes() == {3: "4821"}


def test_a_lock_without_supervision_never_says_whether_it_wrote(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile=UNSUPERVISED))
    assert rig.set(1, "48213").supervision is Outcome.NONE
    assert rig.codes() == {}


def test_a_refused_code_is_reported_without_a_reason_and_traced_with_one(rig: Rig) -> None:
    rig.set(1, "4821")
    rig.trace()
    report = rig.set(2, "4821")
    assert (report.transmit, report.supervision) == (TransmitOutcome.OK, Outcome.FAIL)
    assert report.body is None
    refused = next(event for event in rig.trace() if event.kind == "lock.code.refused")
    assert refused.fields["why"] == "pin_in_use"
    assert refused.fields["pin"].startswith("pin:")
    assert refused.fields["holder"] == "1"


def test_a_dead_lock_gives_no_acknowledgement(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(radio=RadioState.DEAD))
    report = rig.ask(Ping())
    assert (report.transmit, report.incarnation) == (TransmitOutcome.NO_ACK, None)
    assert report.attempts == FAST.attempts_max
    assert rig.codes() == {}


def test_a_lock_without_power_gives_no_acknowledgement_until_it_is_back(rig: Rig) -> None:
    rig.lock.do(PowerCut())
    assert rig.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    rig.lock.do(PowerRestored())
    assert rig.ask(Ping()).transmit is TransmitOutcome.OK


def test_an_empty_battery_silences_the_radio_too(rig: Rig) -> None:
    rig.lock.do(BatteryLevel(0))
    assert rig.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    rig.lock.do(BatteryLevel(80))
    assert rig.ask(Ping()).transmit is TransmitOutcome.OK


def test_a_frame_that_arrives_after_the_power_went_changes_nothing(rig: Rig) -> None:
    reports = rig.send(SetCode(3, Pin("4821")))
    rig.lock.do(PowerCut())
    rig.run()
    assert [report.transmit for report in reports] == [TransmitOutcome.NO_ACK]
    assert rig.codes() == {}


def test_a_sleeping_lock_takes_a_beam_and_then_none(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(radio=RadioState.ASLEEP), timing=ZWAVE)
    assert [rig.ask(Ping()).attempts, rig.ask(Ping()).attempts] == [2, 1]


def test_a_later_command_does_not_overtake(tmp_path: Path) -> None:
    """Twenty seeds: with latencies of 1 to 50 ms the later frame would often be the faster one."""
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        rig = Rig(folder, seed=seed)
        first = rig.send(SetCode(3, Pin("4821")))
        second = rig.send(ClearCode(3))
        rig.run()
        assert rig.codes() == {}
        assert first[0].supervision is second[0].supervision is Outcome.SUCCESS


def test_a_hub_holds_a_few_commands_and_fails_the_next(rig: Rig) -> None:
    held = [rig.send(Ping()) for _ in range(HUB_HOLDS_MAX)]
    refused = rig.send(Ping())
    assert [report.transmit for report in refused] == [TransmitOutcome.FAIL]
    assert refused[0].attempts == 0
    rig.run()
    assert [reports[0].transmit for reports in held] == [TransmitOutcome.OK] * HUB_HOLDS_MAX
    assert rig.ask(Ping()).transmit is TransmitOutcome.OK
    assert rig.work.count == 0


def test_lock_info_says_whether_there_is_a_master_code(tmp_path: Path) -> None:
    for name, has_one in (("schlage-be469", True), ("nuki", False)):
        body = Rig(tmp_path, lock_settings(name, name)).ask(ReadInfo()).body
        assert isinstance(body, LockInfo)
        assert body.has_admin_code is has_one


def test_a_walk_reports_every_occupied_slot(rig: Rig) -> None:
    rig.set(1, "1111")
    rig.set(7, "7777")
    body = rig.ask(WalkCodes()).body
    assert isinstance(body, WalkReport)
    assert {code.slot: code.raw.reveal() for code in body.codes} == {1: "1111", 7: "7777"}


def test_a_clock_is_set_as_of_the_instant_at_which_the_frame_arrives(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile="nuki"))
    rig.ask(SetClockTo(5_000_000 * SECOND_US))
    arrived_us = 5_000_000 * SECOND_US - rig.lock.state.memory.clock_offset_us
    assert START_US < arrived_us < rig.clock.now_us()
    read = rig.ask(ReadClock()).body
    assert isinstance(read, ClockReport)
    assert read.lock_us > 5_000_000 * SECOND_US


def test_hours_are_told_to_the_trace_whether_they_are_taken_or_not(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile="nuki"))
    assert rig.ask(SetSchedule(3, START_US, None)).supervision is Outcome.SUCCESS
    assert rig.ask(SetSchedule(3, START_US, START_US)).supervision is Outcome.FAIL
    told = [(e.kind, e.fields) for e in rig.trace() if e.kind.startswith("lock.schedule")]
    assert told == [
        ("lock.schedule.stored", {"slot": "3", "not_before_us": str(START_US)}),
        ("lock.schedule.refused", {"slot": "3", "why": "window_empty"}),
    ]


# Ids


def test_an_older_epoch_is_refused_and_changes_nothing(rig: Rig) -> None:
    rig.ask(Ping(), CommandId(5, 1))
    report = rig.ask(SetCode(3, Pin("4821")), CommandId(4, 99))
    assert (report.rejection, report.transmit) == (Rejection.STALE_EPOCH, None)
    rig.run()
    assert rig.codes() == {}


def test_a_lower_sequence_is_refused(rig: Rig) -> None:
    rig.ask(Ping(), CommandId(5, 2))
    assert rig.ask(Ping(), CommandId(5, 1)).rejection is Rejection.STALE_SEQUENCE


def test_a_new_epoch_begins_its_sequences_anew(rig: Rig) -> None:
    rig.ask(Ping(), CommandId(5, 90))
    assert rig.ask(Ping(), CommandId(6, 1)).transmit is TransmitOutcome.OK


def test_a_command_asked_again_is_answered_from_memory(rig: Rig) -> None:
    first = rig.ask(SetCode(3, Pin("4821")), CommandId(1, 1))
    rig.lock.do(ProgrammedAtKeypad(3, None))
    rig.run()
    again = rig.send(SetCode(3, Pin("4821")), CommandId(1, 1))
    assert again == [first]
    rig.run()
    assert rig.codes() == {}


def test_a_command_asked_again_while_it_is_under_way_is_done_once(rig: Rig) -> None:
    first = rig.send(SetCode(3, Pin("4821")), CommandId(1, 1))
    again = rig.send(SetCode(3, Pin("4821")), CommandId(1, 1))
    rig.run()
    assert first == again
    assert len(first) == 1
    assert rig.kinds().count("lock.code.stored") == 1


def test_a_report_with_a_body_is_answered_again_from_memory(rig: Rig) -> None:
    first = rig.ask(WalkCodes(), CommandId(1, 1))
    rig.set(1, "1111")
    assert rig.send(WalkCodes(), CommandId(1, 1)) == [first]


def test_a_foreign_controller_is_obeyed_and_leaves_the_ids_alone(rig: Rig) -> None:
    first = rig.ask(Ping(), CommandId(5, 5))
    assert rig.set(3, "4821").id is None
    assert rig.codes() == {3: "4821"}
    assert rig.send(Ping(), CommandId(5, 5)) == [first]


# A host that is killed


def test_what_was_reported_outlives_the_host(rig: Rig) -> None:
    first = rig.ask(SetCode(3, Pin("4821")), CommandId(2, 7))
    after = rig.restarted()
    assert after.codes() == {3: "4821"}
    assert after.send(SetCode(3, Pin("4821")), CommandId(2, 7)) == [first]
    assert after.ask(Ping(), CommandId(1, 99)).rejection is Rejection.STALE_EPOCH
    assert after.ask(Ping(), CommandId(2, 6)).rejection is Rejection.STALE_SEQUENCE
    assert after.ask(Ping(), CommandId(2, 8)).transmit is TransmitOutcome.OK


def test_a_report_is_never_better_than_what_is_on_the_disk(rig: Rig) -> None:
    on_disk: list[dict[int, str]] = []

    def look(report: Report) -> None:
        assert report.supervision is Outcome.SUCCESS
        slots = read_nvm(rig.lock.nvm.path).record.memory.slots
        on_disk.append({slot: held.pin.reveal() for slot, held in slots.items()})

    for slot in (1, 2):
        action = SetCode(slot, Pin(f"482{slot}"))
        rig.lock.command(Command("id-front", action, CommandId(1, slot), supervised=True), look)
        rig.run()
    assert on_disk == [{1: "4821"}, {1: "4821", 2: "4822"}]


def test_a_kill_between_the_deed_and_its_report_leaves_it_done_and_known(rig: Rig) -> None:
    reports = rig.send(SetCode(3, Pin("4821")), CommandId(2, 7))
    rig.fire_one()
    assert reports == []
    after = rig.restarted()
    assert after.codes() == {3: "4821"}
    again = after.send(SetCode(3, Pin("4821")), CommandId(2, 7))
    assert again[0].supervision is Outcome.SUCCESS
    assert "lock.code.stored" not in after.kinds()


def test_a_kill_before_the_frame_arrives_leaves_it_undone_and_to_be_done_again(rig: Rig) -> None:
    rig.send(SetCode(3, Pin("4821")), CommandId(2, 7))
    after = rig.restarted()
    assert after.codes() == {}
    assert after.ask(SetCode(3, Pin("4821")), CommandId(2, 7)).supervision is Outcome.SUCCESS
    assert after.codes() == {3: "4821"}


def test_a_newer_gateway_is_remembered_from_its_first_command_on(rig: Rig) -> None:
    rig.ask(Ping(), CommandId(1, 1))
    rig.send(Ping(), CommandId(9, 1))
    after = rig.restarted()
    assert after.ask(Ping(), CommandId(1, 2)).rejection is Rejection.STALE_EPOCH


def test_a_lost_acknowledgement_is_remembered_as_one(rig: Rig) -> None:
    rig.lock.change_link(arm(rig.lock.link, "lost_ack", times=1))
    first = rig.ask(SetCode(3, Pin("4821")), CommandId(1, 1))
    assert first.transmit is TransmitOutcome.NO_ACK
    assert rig.codes() == {3: "4821"}
    assert rig.restarted().send(SetCode(3, Pin("4821")), CommandId(1, 1)) == [first]


def test_a_read_is_simply_done_again_after_a_restart(rig: Rig) -> None:
    rig.ask(WalkCodes(), CommandId(1, 1))
    rig.set(1, "1111")
    body = rig.restarted().ask(WalkCodes(), CommandId(1, 1)).body
    assert isinstance(body, WalkReport)
    assert [code.slot for code in body.codes] == [1]


def test_the_world_around_a_lock_outlives_its_host(rig: Rig) -> None:
    rig.lock.change_link(arm(rig.lock.link, "refuse", times=2))
    rig.lock.change_link(replace(rig.lock.link, state=RadioState.ASLEEP))
    rig.lock.do(PowerCut())
    after = rig.restarted()
    assert after.lock.link.state is RadioState.ASLEEP
    assert not after.lock.state.is_powered
    assert after.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    after.lock.do(PowerRestored())
    assert [after.set(1, "4821").supervision for _ in range(3)] == [
        Outcome.FAIL,
        Outcome.FAIL,
        Outcome.SUCCESS,
    ]


# Liars


@pytest.mark.parametrize(
    ("fault", "supervision"), [("ack_without_write", Outcome.SUCCESS), ("refuse", Outcome.FAIL)]
)
def test_a_liar_changes_nothing(rig: Rig, fault: str, supervision: Outcome) -> None:
    rig.lock.change_link(arm(rig.lock.link, fault, times=1))
    report = rig.set(3, "4821")
    assert (report.transmit, report.supervision) == (TransmitOutcome.OK, supervision)
    assert rig.codes() == {}
    assert rig.set(3, "4821").supervision is Outcome.SUCCESS
    fired = [event.fields for event in rig.trace() if event.kind == "lock.fault.fired"]
    assert fired == [{"fault": fault, "left": "0"}]


def test_a_liar_without_supervision_lies_by_saying_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile=UNSUPERVISED))
    rig.lock.change_link(arm(rig.lock.link, "ack_without_write", times=1))
    report = rig.set(3, "4821")
    assert (report.transmit, report.supervision) == (TransmitOutcome.OK, Outcome.NONE)
    assert rig.codes() == {}


# Unasked


def test_a_lock_tells_of_its_codes_in_rising_numbers(rig: Rig) -> None:
    rig.lock.do(ProgrammedAtKeypad(1, Pin("4821")))
    rig.lock.do(ProgrammedAtKeypad(1, None))
    rig.run()
    added, deleted = rig.told
    assert (added.number, deleted.number) == (1, 2)
    assert (added.event, added.slot) == (NOTICE_NUMBERS[Notice.CODE_ADDED][1], 1)
    assert deleted.event == NOTICE_NUMBERS[Notice.CODE_DELETED][1]
    assert added.incarnation == rig.lock.state.memory.incarnation


def test_what_a_dead_radio_loses_leaves_a_gap_in_the_numbers(rig: Rig) -> None:
    rig.lock.do(ProgrammedAtKeypad(1, Pin("4821")))
    rig.lock.change_link(replace(rig.lock.link, state=RadioState.DEAD))
    rig.lock.do(ProgrammedAtKeypad(2, Pin("9137")))
    rig.lock.change_link(replace(rig.lock.link, state=RadioState.AWAKE))
    rig.lock.do(ProgrammedAtKeypad(3, Pin("5555")))
    rig.run()
    assert [(news.number, news.slot) for news in rig.told] == [(1, 1), (3, 3)]
    lost = [event.fields.get("lost") for event in rig.trace() if event.kind == "lock.notified"]
    assert lost == [None, "true", None]


def test_news_of_the_power_cross_with_their_own_type(rig: Rig) -> None:
    rig.lock.do(PowerCut())
    rig.lock.do(PowerRestored())
    rig.lock.do(BatteryLevel(20))
    rig.lock.do(BatteryLevel(5))
    rig.lock.do(ThumbTurned(locked=False))
    rig.run(SECOND_US)
    notices = (
        Notice.POWER_APPLIED,
        Notice.BATTERY_LOW,
        Notice.BATTERY_CRITICAL,
        Notice.MANUAL_UNLOCK,
    )
    assert [(news.number, news.kind, news.event) for news in rig.told] == [
        (number, *NOTICE_NUMBERS[notice]) for number, notice in enumerate(notices, start=1)
    ]


def test_a_lock_locks_itself_when_its_time_has_come(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(profile=UNSUPERVISED, relock_after_us=30 * SECOND_US))
    rig.ask(Operate(locked=False))
    unlocked_us = rig.clock.now_us()
    rig.run(29 * SECOND_US)
    assert truth(rig.lock).bolt is Bolt.UNLOCKED
    rig.run(SECOND_US)
    assert truth(rig.lock).bolt is Bolt.LOCKED
    relocked = [event for event in rig.trace() if event.fields.get("mover") == "auto"]
    assert len(relocked) == 1
    assert START_US + 30 * SECOND_US < relocked[0].at_us < unlocked_us + 30 * SECOND_US
    assert rig.clock.next_timer_us() is None


def test_a_timer_that_is_no_longer_wanted_does_not_stay(rig: Rig) -> None:
    rig.lock.do(KeyPressed("1"))
    assert rig.clock.next_timer_us() is not None
    rig.lock.do(PowerCut())
    assert rig.clock.next_timer_us() is None


def test_a_forgotten_entry_is_told_at_the_keypad(rig: Rig) -> None:
    rig.lock.do(KeyPressed("1"))
    rig.run()
    assert [event.fields for event in rig.trace()] == [{"feedback": "timed_out"}]


# Promises about time


@pytest.mark.parametrize("action", [SetCode(3, Pin("4821")), WalkCodes(), Operate(locked=False)])
def test_nothing_is_said_sooner_than_the_timers_promise(tmp_path: Path, action: Action) -> None:
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        settings = lock_settings(relock_after_us=5 * SECOND_US)
        rig = Rig(folder, settings, seed=seed)
        assert rig.clock.next_timer_us() is None
        reports = rig.send(action)
        said, promised_us = 0, 0
        # A promise holds for good, because nothing arrives meanwhile.
        while (next_us := rig.clock.next_send_us()) is not None:
            promised_us = max(promised_us, next_us)
            rig.fire_one()
            if len(reports) + len(rig.told) > said:
                assert rig.clock.now_us() >= promised_us
                said = len(reports) + len(rig.told)
        assert reports


def test_the_same_seed_gives_the_same_trace_whatever_the_host(tmp_path: Path) -> None:
    traces = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        rig = Rig(folder, lock_settings(codes={1: "4821"}, fill_slots=5))
        rig.ask(SetCode(9, Pin("5555")), CommandId(1, 1))
        rig.lock.do(ProgrammedAtKeypad(10, Pin("7777")))
        rig.run()
        traces.append(rig.trace())
    assert traces[0] == traces[1]
    assert len(traces[0]) > 5


def test_no_digits_are_in_the_trace(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(codes={1: "482151"}, code_lengths=(4, 6)))
    rig.set(2, "482151")
    rig.set(2, "913746")
    for key in "913746":
        rig.lock.do(KeyPressed(key))
    rig.lock.do(KeyPressed("enter"))
    rig.run()
    events = rig.trace()
    assert {"lock.code.stored", "lock.code.refused", "lock.keypad"} <= {e.kind for e in events}
    text = repr(events)
    assert "482151" not in text
    assert "913746" not in text
