from __future__ import annotations

import pytest

from gateway.policy.commands import CodeBody, SlotStatus
from gateway.policy.mirror import (
    EMPTY,
    Knowledge,
    Mirror,
    SlotView,
    is_cut_short,
    proves,
    read_slot,
)
from latchbench.pin import Pin


def body(slot: int, raw: bytes, status: SlotStatus = SlotStatus.ENABLED) -> CodeBody:
    return CodeBody(slot, status, raw)


@pytest.mark.parametrize(
    ("raw", "digits"),
    [(b"4821", "4821"), (b"0123", "0123"), (b"7030\n\r", "7030"), (b"4821\x00\x00", "4821")],
)
def test_digits_are_read_whatever_is_padded_behind_them(raw: bytes, digits: str) -> None:
    assert read_slot(body(3, raw)) == SlotView(occupied=True, pin=Pin(digits))


@pytest.mark.parametrize("raw", [b"**********", b"****", b"", b"\xff\x01\x02", b"12a4"])
def test_text_that_is_not_digits_is_something_unreadable(raw: bytes) -> None:
    assert read_slot(body(3, raw)) == SlotView(occupied=True, pin=None)


def test_a_free_slot_that_reads_zeros_is_empty() -> None:
    assert read_slot(body(3, b"0000", SlotStatus.AVAILABLE)) == EMPTY
    assert read_slot(body(300, b"", SlotStatus.NO_SUCH_SLOT)) == EMPTY


def test_a_disabled_code_is_there_and_opens_nothing() -> None:
    assert not read_slot(body(3, b"4821", SlotStatus.DISABLED)).enabled


def test_an_unreadable_slot_proves_a_write_only_where_it_was_empty_before() -> None:
    masked = SlotView(occupied=True)
    assert proves(masked, Pin("4821"), ours=True)
    assert not proves(masked, Pin("4821"), ours=False)
    assert not proves(SlotView(occupied=True, enabled=False), Pin("4821"), ours=True)
    assert not proves(EMPTY, Pin("4821"), ours=True)


def test_a_readable_slot_proves_only_its_own_digits() -> None:
    shown = SlotView(occupied=True, pin=Pin("4821"))
    assert proves(shown, Pin("4821"), ours=False)
    assert not proves(shown, Pin("4822"), ours=True)


def test_a_walk_tells_which_slots_changed() -> None:
    mirror = Mirror()
    assert mirror.view(1) is None
    assert mirror.saw_all([body(1, b"1111"), body(2, b"2222")]) == (1, 2)
    assert mirror.knowledge is Knowledge.FULL
    assert mirror.saw_all([body(1, b"1111"), body(3, b"3333")]) == (2, 3)
    assert mirror.saw_all([body(1, b"1111"), body(3, b"3333")]) == ()
    assert mirror.view(2) == EMPTY
    assert mirror.occupied() == (1, 3)


def test_one_slot_read_is_partial_knowledge() -> None:
    mirror = Mirror()
    assert mirror.saw(4, SlotView(occupied=True, pin=Pin("4821")))
    assert not mirror.saw(4, SlotView(occupied=True, pin=Pin("4821")))
    assert mirror.knowledge.value == "partial"
    assert mirror.view(5) is None
    mirror.forget()
    assert mirror.knowledge.value == "none"
    assert mirror.view(4) is None


def test_the_lowest_free_slot_was_read_as_empty_and_is_not_taken() -> None:
    mirror = Mirror()
    assert mirror.lowest_free(3, frozenset()) is None, "an unread slot may hold anything"
    mirror.saw_all([body(1, b"1111")])
    assert mirror.lowest_free(3, frozenset()) == 2
    assert mirror.lowest_free(3, frozenset({2})) == 3
    assert mirror.lowest_free(3, frozenset({2, 3})) is None


def test_the_checksum_is_that_of_the_user_code_specification() -> None:
    mirror = Mirror()
    assert mirror.checksum() is None
    mirror.saw_all([])
    assert mirror.checksum() == 0
    mirror.saw_all([body(1, b"5555", SlotStatus.ENABLED)])
    enabled = mirror.checksum()
    mirror.saw_all([body(1, b"5555", SlotStatus.DISABLED)])
    assert mirror.checksum() not in (enabled, None, 0)
    # The specification's own example has a status 4, which no slot of ours can have; the CRC over
    # its bytes is checked here, the bytes of a slot above.
    from gateway.policy.mirror import _crc16

    assert _crc16(bytes.fromhex("000104393237370003013838343733")) == 0xEAAD


def test_a_masked_slot_makes_the_checksum_unknown() -> None:
    mirror = Mirror()
    mirror.saw_all([body(1, b"****")])
    assert mirror.checksum() is None


def test_a_piece_of_our_code_is_told_from_somebody_elses_code() -> None:
    pin = Pin("0482")
    assert is_cut_short(SlotView(occupied=True, pin=Pin("048")), pin)
    assert is_cut_short(SlotView(occupied=True, pin=Pin("482")), pin)
    assert not is_cut_short(SlotView(occupied=True, pin=Pin("0482")), pin)
    assert not is_cut_short(SlotView(occupied=True, pin=Pin("739")), pin)
    assert not is_cut_short(SlotView(occupied=True), pin)


def test_the_first_other_slot_with_the_digits_holds_them() -> None:
    mirror = Mirror()
    mirror.saw_all([body(1, b"****"), body(2, b"7391"), body(5, b"4821"), body(3, b"4821")])
    assert mirror.holder(Pin("4821"), None) == 3
    assert mirror.holder(Pin("4821"), 3) == 5
    assert mirror.holder(Pin("7391"), 2) is None
    assert mirror.holder(None, None) is None  # slots that do not show theirs hold nobody's
