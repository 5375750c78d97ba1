from __future__ import annotations

from dataclasses import replace

from gateway.policy.commands import (
    ClearCode,
    CodeBody,
    Ping,
    ReadChecksum,
    ReadCode,
    ReadInfo,
    SetCode,
    SlotStatus,
    Walk,
)
from gateway.policy.mirror import Mirror
from gateway.policy.operations import (
    NO_SPACE,
    GiveUpSlot,
    InUse,
    LockNeeds,
    NoSpace,
    Nothing,
    Operation,
    TakeSlot,
    free_slots,
    next_operation,
    next_wake_us,
)
from gateway.policy.records import CodeProblem, CodeRecord, Progress, Want
from latchbench.pin import Pin

NOW_US = 1_000_000


def a_mirror(**slots: str) -> Mirror:
    mirror = Mirror()
    mirror.saw_all(
        CodeBody(int(name[1:]), SlotStatus.ENABLED, digits.encode())
        for name, digits in slots.items()
    )
    return mirror


def needs(mirror: Mirror | None = None, **changes: object) -> LockNeeds:
    base = LockNeeds(
        mirror=a_mirror() if mirror is None else mirror,
        slots_max=3,
        reserved_slots=frozenset(),
        has_info=True,
        supports_checksum=False,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def a_code(number: int = 1, **changes: object) -> CodeRecord:
    base = CodeRecord(
        access_code_id=f"code-{number}",
        group_id="group",
        device_id="front",
        position=0,
        name=None,
        device_name="Code",
        pin=Pin("4821"),
        common_code_key=None,
        want=Want.PRESENT,
        progress=Progress.OPEN,
        created_at_us=0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_lock_is_asked_what_it_is_before_anything_else() -> None:
    assert next_operation(needs(has_info=False), [a_code(slot=1)], NOW_US) == Operation(ReadInfo())


def test_a_lock_is_read_whole_before_it_is_written() -> None:
    unread = Mirror()
    assert next_operation(needs(unread), [a_code(slot=1)], NOW_US) == Operation(Walk())


def test_a_doubt_is_ended_by_reading_before_anything_is_written() -> None:
    codes = [a_code(1, slot=1), a_code(2, slot=2, progress=Progress.DOUBT)]
    assert next_operation(needs(), codes, NOW_US) == Operation(ReadCode(2), "code-2")


def test_clears_come_before_sets() -> None:
    codes = [
        a_code(1, slot=1),
        a_code(2, slot=2, want=Want.ABSENT, progress=Progress.THERE),
    ]
    assert next_operation(needs(), codes, NOW_US) == Operation(ClearCode(2), "code-2")


def test_a_code_that_is_due_takes_the_lowest_free_slot_before_it_is_sent() -> None:
    mirror = a_mirror(s1="1111")
    assert next_operation(needs(mirror), [a_code()], NOW_US) == TakeSlot("code-1", 2)
    code = a_code(slot=2)
    assert next_operation(needs(mirror, just_read=2), [code], NOW_US) == Operation(
        SetCode(2, Pin("4821")), "code-1"
    )


def test_two_codes_never_get_one_slot() -> None:
    codes = [a_code(1, slot=1, progress=Progress.THERE), a_code(2)]
    assert next_operation(needs(), codes, NOW_US) == TakeSlot("code-2", 2)


def test_a_reserved_slot_is_never_taken() -> None:
    lock = needs(reserved_slots=frozenset({1, 2}))
    assert next_operation(lock, [a_code()], NOW_US) == TakeSlot("code-1", 3)


def test_a_full_lock_is_said_to_be_full_once() -> None:
    full = needs(a_mirror(s1="1111", s2="2222", s3="3333"))
    assert next_operation(full, [a_code()], NOW_US) == NoSpace("code-1")
    told = a_code(errors=(CodeProblem(NO_SPACE, "full", 0),))
    assert next_operation(full, [told], NOW_US) == Nothing()


def test_a_code_of_later_is_not_sent_now() -> None:
    assert next_operation(needs(), [a_code(load_at_us=NOW_US + 1)], NOW_US) == Nothing()
    assert next_operation(needs(), [a_code(load_at_us=NOW_US)], NOW_US) == TakeSlot("code-1", 1)


def test_nothing_is_sent_for_a_code_that_is_not_durable() -> None:
    lock = needs(held=frozenset({"code-1"}))
    assert next_operation(lock, [a_code(slot=1)], NOW_US) == Nothing()


def test_a_lock_that_was_just_written_to_is_read_and_not_written() -> None:
    there = a_code(1, slot=1, progress=Progress.THERE, want=Want.ABSENT)
    doubt = a_code(2, slot=2, progress=Progress.DOUBT)
    fresh = a_code(3)
    resting = needs(may_write=False)
    assert next_operation(resting, [there, fresh], NOW_US) == Nothing()
    read = next_operation(resting, [there, doubt, fresh], NOW_US)
    assert read == Operation(ReadCode(2), doubt.access_code_id)


def test_a_refused_code_is_left_alone() -> None:
    assert next_operation(needs(), [a_code(progress=Progress.REFUSED)], NOW_US) == Nothing()


def test_a_back_off_of_one_code_does_not_hold_up_the_others() -> None:
    waiting = a_code(1, slot=1, progress=Progress.DOUBT, retry_at_us=NOW_US + 5)
    assert next_operation(needs(), [waiting, a_code(2)], NOW_US) == TakeSlot("code-2", 2)


def test_looking_around_comes_after_ending_doubts_and_before_setting() -> None:
    lock = needs(wants_walk=True, wants_slots=(3,), wants_ping=True)
    assert next_operation(lock, [a_code(slot=1)], NOW_US) == Operation(Walk())
    lock = needs(wants_slots=(3,), wants_ping=True)
    assert next_operation(lock, [a_code(slot=1)], NOW_US) == Operation(ReadCode(3))
    lock = needs(wants_ping=True)
    assert next_operation(lock, [], NOW_US) == Operation(Ping())


def test_a_resync_is_one_checksum_where_the_lock_has_one_and_shows_its_digits() -> None:
    readable = needs(a_mirror(s1="1111"), resync_due=True, supports_checksum=True)
    assert next_operation(readable, [], NOW_US) == Operation(ReadChecksum())
    masked = needs(a_mirror(s1="****"), resync_due=True, supports_checksum=True)
    assert next_operation(masked, [], NOW_US) == Operation(Walk())
    without = needs(a_mirror(), resync_due=True)
    assert next_operation(without, [], NOW_US) == Operation(Walk())


def test_a_lock_wakes_up_for_the_first_thing_that_time_brings() -> None:
    codes = [
        a_code(1, load_at_us=NOW_US + 50, ends_at_us=NOW_US + 500),
        a_code(2, progress=Progress.DOUBT, retry_at_us=NOW_US + 70),
        a_code(3, progress=Progress.THERE, ends_at_us=NOW_US + 60),
    ]
    assert next_wake_us(codes, NOW_US) == NOW_US + 50
    assert next_wake_us(codes[1:], NOW_US) == NOW_US + 60
    assert next_wake_us([a_code()], NOW_US) is None


def test_free_slots_count_what_waits_for_a_slot_and_not_what_comes_later() -> None:
    mirror = a_mirror(s1="1111")
    assert free_slots(mirror, 3, frozenset(), [], NOW_US) == 2
    assert free_slots(mirror, 3, frozenset({2}), [], NOW_US) == 1
    assert free_slots(mirror, 3, frozenset(), [a_code()], NOW_US) == 1
    assert free_slots(mirror, 3, frozenset(), [a_code(slot=2)], NOW_US) == 1
    assert free_slots(mirror, 3, frozenset(), [a_code(load_at_us=NOW_US + 1)], NOW_US) == 2
    assert free_slots(mirror, 3, frozenset(), [a_code(load_at_us=NOW_US)], NOW_US) == 1
    refused = a_code(progress=Progress.REFUSED)
    assert free_slots(mirror, 3, frozenset(), [refused], NOW_US) == 2
    assert free_slots(Mirror(), 3, frozenset(), [], NOW_US) == 3


def test_a_slot_that_was_kept_and_is_taken_meanwhile_is_given_up_before_it_is_written() -> None:
    mirror = a_mirror(s2="7391")
    assert next_operation(needs(mirror), [a_code(slot=2)], NOW_US) == GiveUpSlot("code-1")
    written = a_code(slot=2, sends=1)
    assert isinstance(next_operation(needs(mirror), [written], NOW_US), Operation)


def test_a_slot_that_the_lock_does_not_have_is_never_taken() -> None:
    mirror = a_mirror()
    mirror.missing.add(1)
    assert next_operation(needs(mirror), [a_code()], NOW_US) == TakeSlot("code-1", 2)
    assert free_slots(mirror, 3, frozenset(), [], NOW_US) == 2


def test_a_window_that_has_ended_wakes_nobody_again() -> None:
    over = a_code(ends_at_us=NOW_US, progress=Progress.THERE)
    assert next_wake_us([over], NOW_US) is None


def test_a_lock_that_is_believed_dead_is_only_pinged() -> None:
    dead = needs(believed_dead=True, has_info=False, wants_walk=True)
    assert next_operation(dead, [a_code(slot=1)], NOW_US) == Operation(Ping())


def test_a_slot_is_read_right_before_a_code_goes_into_it_for_the_first_time() -> None:
    stale = needs(just_read=1)
    assert next_operation(stale, [a_code(slot=2)], NOW_US) == Operation(ReadCode(2))
    fresh = needs(just_read=2)
    first = next_operation(fresh, [a_code(slot=2)], NOW_US)
    assert first == Operation(SetCode(2, Pin("4821")), "code-1")
    again = next_operation(stale, [a_code(slot=2, sends=1)], NOW_US)
    assert again == Operation(SetCode(2, Pin("4821")), "code-1")


def test_a_piece_of_a_code_is_not_read_again_and_again_while_writing_has_to_wait() -> None:
    piece = a_code(progress=Progress.DOUBT, slot=1, sends=1)
    cut = frozenset({piece.access_code_id})
    assert next_operation(needs(to_clear=cut, may_write=False), [piece], NOW_US) == Nothing()
    clear = Operation(ClearCode(1), piece.access_code_id)
    assert next_operation(needs(to_clear=cut), [piece], NOW_US) == clear


def test_a_code_that_is_not_due_any_more_is_cleared() -> None:
    later = a_code(progress=Progress.THERE, slot=1, sends=1, load_at_us=NOW_US + 1)
    clear = Operation(ClearCode(1), later.access_code_id)
    assert next_operation(needs(a_mirror(s1="1234")), [later], NOW_US) == clear


def test_a_code_whose_digits_stand_in_another_slot_is_not_sent() -> None:
    """That slot is read first, because nobody can be sure of what was read long ago."""
    mirror = a_mirror(s3="4821")
    told = Operation(ReadCode(3))
    assert next_operation(needs(mirror), [a_code()], NOW_US) == told
    assert next_operation(needs(mirror), [a_code(slot=1)], NOW_US) == told
    assert next_operation(needs(mirror, just_read=3), [a_code()], NOW_US) == InUse("code-1")
