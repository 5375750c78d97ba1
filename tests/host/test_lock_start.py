"""How a lock is when its host starts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulator.host.lock_start import CannotStart
from simulator.host.nvm import NvmDamaged, NvmOfAnother, read_nvm
from simulator.host.treatments import RESTART_US
from simulator.model.events import ENTER, KeyPressed, Ping
from simulator.model.state import keypad_of, power_of
from simulator.model.words import NOTICE_NUMBERS, Keypad, Notice, Power
from simulator.radio.words import RadioState, TransmitOutcome
from tests.host.builders import SECOND_US, START_US, Rig, lock_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_lock_is_as_its_settings_say_and_is_written_at_once(tmp_path: Path) -> None:
    settings = lock_settings(codes={3: "4821"}, fill_slots=5, radio=RadioState.ASLEEP)
    rig = Rig(tmp_path, settings)
    assert list(rig.codes()) == [1, 2, 3, 4, 5]
    assert rig.codes()[3] == "4821"
    assert rig.lock.link.state is RadioState.ASLEEP
    assert read_nvm(rig.lock.nvm.path).record.memory == rig.lock.state.memory
    assert [(event.kind, event.at_us) for event in rig.trace()] == [
        ("lock.code.stored", START_US),
        ("lock.filled", START_US),
    ]
    assert rig.clock.next_timer_us() is None, "nobody is told of what was always there"


def test_a_lock_that_has_a_file_is_as_it_was_and_not_as_its_settings_say(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(codes={3: "4821"}))
    rig.set(4, "9137")
    again = rig.restarted(
        lock_settings(codes={5: "5555"}, fill_slots=9, radio=RadioState.DEAD, power=Power.OFF)
    )
    assert again.codes() == {3: "4821", 4: "9137"}
    assert again.lock.link.state is RadioState.AWAKE
    assert again.trace() == []


@pytest.mark.parametrize("power", Power)
def test_a_new_lock_can_have_any_power(tmp_path: Path, power: Power) -> None:
    rig = Rig(tmp_path, lock_settings(power=power))
    assert power_of(rig.lock.settings.profile, rig.lock.state) is power
    silent = (Power.OFF, Power.DEPLETED, Power.REBOOTING)
    assert rig.lock.link.powered == (power not in silent)
    rig.run(SECOND_US)
    assert rig.told == []
    assert power_of(rig.lock.settings.profile, rig.restarted().lock.state) is power


def test_a_new_lock_that_is_rebooting_comes_up_by_itself_whatever_becomes_of_its_host(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, lock_settings(power=Power.REBOOTING))
    rig.run(RESTART_US - SECOND_US)
    again = rig.restarted()
    again.run(SECOND_US - 1)
    assert again.ask(Ping()).transmit is TransmitOutcome.NO_ACK
    assert power_of(again.lock.settings.profile, again.lock.state) is Power.GOOD
    assert [news.event for news in again.told] == [NOTICE_NUMBERS[Notice.POWER_APPLIED][1]]


def test_a_profile_that_does_not_know_a_power_is_told_so(tmp_path: Path) -> None:
    settings = lock_settings(power=Power.LOW, battery_low_percent=5, battery_critical_percent=5)
    with pytest.raises(CannotStart, match="lock front: this profile knows no power low"):
        Rig(tmp_path, settings)


def test_a_lock_cannot_start_with_what_it_would_refuse(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"lock front: .*slot 2: pin_in_use") as caught:
        Rig(tmp_path, lock_settings(codes={1: "4821", 2: "4821"}))
    assert "4821" not in str(caught.value)
    with pytest.raises(CannotStart, match="front: 31 slots"):
        Rig(tmp_path, lock_settings(fill_slots=31))
    assert list(tmp_path.iterdir()) == []


def test_a_memory_that_the_profile_cannot_have_is_damage(tmp_path: Path) -> None:
    rig = Rig(tmp_path, lock_settings(codes={9: "4821"}))
    settings = rig.lock.settings
    smaller = replace(settings, profile=replace(settings.profile, slots_max=5))
    with pytest.raises(NvmDamaged, match=r"front\.nvm: .*slot 9") as caught:
        rig.restarted(smaller)
    assert "4821" not in str(caught.value)


def test_a_lock_that_is_to_be_of_another_profile_is_refused_and_its_file_stays(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path)
    image = rig.lock.nvm.path.read_bytes()
    words = r"front\.nvm: is the memory of a lock of the profile deadbolt-30, and lock front is to "
    with pytest.raises(NvmOfAnother, match=words + "be a nuki: give it its old profile"):
        rig.restarted(lock_settings(profile="nuki"))
    assert rig.lock.nvm.path.read_bytes() == image


def test_a_lock_that_lost_its_file_is_another_one(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    first = rig.lock.state.memory.incarnation
    assert rig.restarted().lock.state.memory.incarnation == first
    rig.lock.nvm.path.unlink()
    rig.run(SECOND_US)
    assert rig.restarted().lock.state.memory.incarnation != first


def test_a_lock_out_begins_again_in_full_with_its_host(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for _ in range(5):
        for key in ("1", "2", "3", "4", ENTER):
            rig.lock.do(KeyPressed(key))
    rig.run(50 * SECOND_US)
    again = rig.restarted()
    again.run(59 * SECOND_US)
    assert keypad_of(again.lock.state) is Keypad.LOCKED_OUT
    again.run(SECOND_US)
    assert keypad_of(again.lock.state) is Keypad.CLEAR
    assert not again.restarted().lock.state.memory.is_locked_out
