"""Ids of commands. The oracle is Python's own order of pairs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.host.ids import REJECTIONS, Seen, Verdict, answer_of, judge
from simulator.host.messages import CommandId, Rejection, Report
from simulator.model.effects import BatteryReport
from simulator.model.words import Outcome
from simulator.radio.words import TransmitOutcome

NUMBERS = st.integers(0, 3)
IDS = st.builds(CommandId, NUMBERS, NUMBERS)


@given(IDS, IDS)
def test_only_higher_ids_are_new(seen: CommandId, asked: CommandId) -> None:
    verdict = judge(Seen(seen), asked)
    pair, other = (asked.epoch, asked.sequence), (seen.epoch, seen.sequence)
    assert (verdict is Verdict.NEW) == (pair > other)
    assert (verdict is Verdict.AGAIN) == (pair == other)
    assert (REJECTIONS.get(verdict) is Rejection.STALE_EPOCH) == (asked.epoch < seen.epoch)


def test_to_a_new_lock_every_id_is_new() -> None:
    assert judge(None, CommandId(0, 0)) is Verdict.NEW


def test_an_end_is_kept_for_its_own_command_alone() -> None:
    report = Report("id", CommandId(1, 1), transmit=TransmitOutcome.OK, attempts=1)
    seen = Seen(CommandId(1, 1)).ended(report)
    assert seen.answer is not None
    assert seen.answer.as_report("id", CommandId(1, 1)) == report
    assert Seen(CommandId(1, 2)).ended(report) == Seen(CommandId(1, 2))


def test_a_report_of_what_a_lock_holds_is_not_kept() -> None:
    read = Report("id", CommandId(1, 1), transmit=TransmitOutcome.OK, body=BatteryReport(50))
    rejected = Report("id", CommandId(1, 1), Rejection.MALFORMED)
    refused = Report("id", CommandId(1, 1), transmit=TransmitOutcome.OK, supervision=Outcome.FAIL)
    assert answer_of(read) is None
    assert answer_of(rejected) is None
    assert answer_of(refused) is not None
