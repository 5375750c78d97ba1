"""Locks that share a hub: how much is under way, whose turn it is, and what a failure means."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from gateway.engine.book import Belief
from gateway.policy.commands import (
    ClearCode,
    Ping,
    ReadCode,
    ReadInfo,
    Rejection,
    Report,
    SetCode,
    Transmit,
    Walk,
)
from gateway.policy.errors import DeviceOffline
from gateway.policy.pacing import Pacing, Security
from tests.engine.bench_of_one import HOUR_US, MINUTE_US, SECOND_US, BenchOfOne, a_bench
from tests.engine.plain_lock import PlainLock, Reach

RANDOM = "create_random_code"
NAMES = [f"door-{number:02}" for number in range(12)]
FAIL = Report(Transmit.FAIL)


def on_one_hub(*names: str, **options: object) -> BenchOfOne:
    return a_bench(*names, hub="attic", **options)


def carry_all(bench: BenchOfOne, random: Random) -> int:
    """Let everything through, whichever comes first; how much was in the air at most."""
    most = 0
    while bench.in_flight:
        most = max(most, len(bench.in_flight))
        bench.carry(random.choice(bench.in_flight))
    return most


def put(bench: BenchOfOne, reach: Reach) -> None:
    for lock in bench.locks.values():
        lock.reach = reach


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("hub", "most"), [("attic", 4), ("", len(NAMES))])
def test_a_shared_hub_has_four_commands_under_way_and_hubs_of_their_own_one_each(
    seed: int, hub: str, most: int
) -> None:
    bench = BenchOfOne(*map(PlainLock, NAMES), hub=hub)
    bench.host_up()
    found = carry_all(bench, Random(seed))
    call = bench.create()
    found = max(found, carry_all(bench, Random(seed)))
    assert found == most
    (code,) = {view.code for view in call.value.access_codes}
    assert code is not None
    assert {lock.codes[1] for lock in bench.locks.values()} == {code.reveal()}


@pytest.mark.parametrize("room", [1, 4])
def test_waiting_for_a_turn_costs_no_command(room: int) -> None:
    """A write follows its read at once, however long the line is: else it would be read again."""
    bench = on_one_hub(*NAMES, pacing=Pacing(room, code_gap_us=0))
    bench.create(code="1234")
    while bench.in_flight:
        bench.clock.move(bench.now_us + 1_000)
        bench.carry()
        assert sum(bench.sent.values()) <= 5 * len(NAMES)
    for lock in bench.locks.values():
        kinds = [type(command) for command in lock.log]
        assert kinds == [ReadInfo, Walk, ReadCode, SetCode, ReadCode]


def test_the_turn_goes_round() -> None:
    """With two codes for each door, nobody gets the second one before all have the first."""
    bench = on_one_hub(*NAMES, programming="async")
    bench.hold(shelf=True)
    for code in ("1234", "4321"):
        bench.create(code=code)
    bench.release()
    stored: list[str] = []
    while bench.in_flight:
        flight = bench.carry()
        if isinstance(flight.command, SetCode):
            stored.append(flight.device_id)
    assert sorted(stored[: len(NAMES)]) == NAMES
    assert sorted(stored[len(NAMES) :]) == NAMES


def test_a_silent_lock_takes_its_turn_and_no_more() -> None:
    bench = on_one_hub(*NAMES, programming="async", pacing=Pacing(1, code_gap_us=0))
    dead = bench.locks[NAMES[0]]
    dead.reach = Reach.SILENT
    before = bench.sent[dead.name]
    bench.create(code="1234")
    neighbours = [lock for lock in bench.locks.values() if lock is not dead]
    bench.settle()
    assert all(lock.codes == {1: "1234"} for lock in neighbours)
    assert bench.sent[dead.name] - before == 1  # then it pauses, and the hub is theirs
    bench.advance(10 * MINUTE_US)
    assert bench.sent[dead.name] - before <= 20
    assert {len(lock.log) for lock in neighbours} == {5}


def test_a_lock_that_is_back_gets_what_it_was_promised() -> None:
    bench = on_one_hub("dead", "near", programming="async")
    bench.locks["dead"].reach = Reach.SILENT
    bench.create(code="1234")
    bench.advance(5 * MINUTE_US)
    bench.locks["dead"].heal()
    bench.advance(2 * MINUTE_US)
    assert [lock.codes for lock in bench.locks.values()] == [{1: "1234"}] * 2


# Locks with S0.

OLD = [f"old-{number}" for number in range(4)]
NEW = [f"new-{number}" for number in range(4)]


def of_both_kinds(*, hub: str = "attic", **options: object) -> BenchOfOne:
    """Locks with S0, and others that stand behind them in every order by name or by request."""
    old = [PlainLock(name, security=Security.S0) for name in OLD]
    new = [PlainLock(name, security=Security.S2) for name in NEW]
    return a_bench(*old, *new, hub=hub, **options)


def in_the_air(bench: BenchOfOne, names: list[str]) -> list[str]:
    return [flight.device_id for flight in bench.in_flight if flight.device_id in names]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("hub", "most_old", "most"), [("attic", 1, 4), ("", 4, 8)])
def test_of_the_locks_with_s0_on_a_shared_hub_one_at_a_time_is_spoken_to(
    seed: int, hub: str, most_old: int, most: int
) -> None:
    bench = of_both_kinds(hub=hub)
    random = Random(seed)
    call = bench.create()
    found_old = found = 0
    while bench.in_flight:
        found_old = max(found_old, len(in_the_air(bench, OLD)))
        found = max(found, len(bench.in_flight))
        bench.carry(random.choice(bench.in_flight))
    assert (found_old, found) == (most_old, most)
    (code,) = {view.code for view in call.value.access_codes}
    assert code is not None
    assert {lock.codes[1] for lock in bench.locks.values()} == {code.reveal()}


def test_a_slow_lock_with_s0_holds_up_its_like_and_nobody_else() -> None:
    bench = of_both_kinds(programming="async")
    bench.create(code="1234")
    (slow,) = in_the_air(bench, OLD)
    while others := [flight for flight in bench.in_flight if flight.device_id != slow]:
        bench.carry(others[0])
    assert [bench.locks[name].codes for name in NEW] == [{1: "1234"}] * len(NEW)
    assert [bench.locks[name].codes for name in OLD] == [{}] * len(OLD)
    bench.settle()
    assert [bench.locks[name].codes for name in OLD] == [{1: "1234"}] * len(OLD)


def test_a_silent_lock_with_s0_takes_its_turn_and_no_more() -> None:
    bench = of_both_kinds(programming="async")
    dead = bench.locks[OLD[0]]
    dead.reach = Reach.SILENT
    bench.create(code="1234")
    bench.settle()
    assert [bench.locks[name].codes for name in OLD[1:]] == [{1: "1234"}] * (len(OLD) - 1)


def test_with_s0_too_a_write_follows_its_read_at_once_and_the_turn_goes_round() -> None:
    bench = of_both_kinds(programming="async", pacing=Pacing(code_gap_us=0))
    bench.hold(shelf=True)
    for code in ("1234", "4321"):
        bench.create(code=code)
    bench.release()
    stored: list[str] = []
    while bench.in_flight:
        bench.clock.move(bench.now_us + 1_000)
        flight = bench.carry()
        if isinstance(flight.command, SetCode) and flight.device_id in OLD:
            stored.append(flight.device_id)
    assert sorted(stored[: len(OLD)]) == OLD
    per_code = [ReadCode, SetCode, ReadCode]
    for name in OLD:
        assert [type(command) for command in bench.locks[name].log] == [
            ReadInfo,
            Walk,
            *per_code,
            *per_code,
        ]


# Failed transmissions.


def test_a_hub_that_is_fuller_than_we_think_is_given_as_much_as_it_held() -> None:
    """We think that it holds eight; it holds four, and fails the rest."""
    bench = on_one_hub(*NAMES, programming="async", pacing=Pacing(8, code_gap_us=0))
    bench.create(code="1234")
    failures = 0
    while bench.in_flight:
        if len(bench.in_flight) > 4:
            flight = bench.in_flight.pop()
            bench.report(flight, FAIL)
            failures += 1
        else:
            bench.carry()
    assert all(lock.codes == {1: "1234"} for lock in bench.locks.values())
    assert failures == 4
    assert bench.parts.counters.values.get("silences", 0) == 0


def test_a_failed_transmission_is_no_silence() -> None:
    bench = on_one_hub(*NAMES, programming="async")
    put(bench, Reach.UNSENT)
    bench.create(code="1234")
    bench.advance(10 * MINUTE_US)
    books = bench.world.books.values()
    assert {book.belief for book in books} == {Belief.UNKNOWN}
    assert {book.silences for book in books} == {0}
    assert {bench.statuses(name)[0] for name in NAMES} == {"setting"}
    assert {bench.problems(name)[0] for name in NAMES} == {"hub_disconnected"}


def test_a_hub_that_is_down_is_tried_with_one_command_and_growing_pauses() -> None:
    bench = on_one_hub(*NAMES, programming="async")
    put(bench, Reach.UNSENT)
    bench.create(code="1234")
    before = sum(bench.sent.values())
    bench.advance(10 * MINUTE_US)
    # Four at once, then 1, 2, 4, ... 60 seconds apart.
    assert sum(bench.sent.values()) - before <= 16


def test_codes_arrive_when_the_hub_is_back_and_what_it_missed_is_read() -> None:
    bench = on_one_hub(*NAMES, programming="async")
    put(bench, Reach.UNSENT)
    bench.create(code="1234")
    bench.advance(10 * MINUTE_US)
    bench.program(NAMES[3], 2, "9876")
    put(bench, Reach.GOOD)
    bench.advance(2 * MINUTE_US)
    assert all(lock.codes[1] == "1234" for lock in bench.locks.values())
    assert {bench.statuses(name)[0] for name in NAMES} == {"set"}
    assert {problem for name in NAMES for problem in bench.problems(name)} == set()
    assert list(bench.world.unmanaged[NAMES[3]]) == [2]


def test_a_hub_that_nobody_wants_anything_of_is_looked_in_on() -> None:
    bench = on_one_hub("front", "back", programming="async")
    put(bench, Reach.UNSENT)
    bench.create("front", code="1234")
    bench.advance(MINUTE_US)
    bench.delete(bench.the_code("front").access_code_id)
    bench.advance(HOUR_US)
    put(bench, Reach.GOOD)
    bench.advance(3 * HOUR_US)
    assert {book.hub_down_since_us for book in bench.world.books.values()} == {None}
    assert bench.listed("front") == []


def test_a_hub_that_goes_down_in_a_call_makes_its_locks_unresponsive_under_throw() -> None:
    bench = on_one_hub("front", "back")
    call = bench.create(code="1234")
    bench.until_sent(SetCode)
    put(bench, Reach.UNSENT)
    bench.advance(MINUTE_US)
    assert call.reasons == dict.fromkeys(["front", "back"], "device_unresponsive")
    put(bench, Reach.GOOD)
    bench.advance(5 * MINUTE_US)
    assert [lock.codes for lock in bench.locks.values()] == [{}, {}]


@pytest.mark.parametrize("waited_us", [2 * MINUTE_US, HOUR_US])
def test_locks_behind_a_hub_that_is_down_are_offline(waited_us: int) -> None:
    """Whether it is known before the call or found by asking for a sign of life."""
    bench = on_one_hub("front", "back")
    put(bench, Reach.UNSENT)
    bench.advance(waited_us)
    refused = bench.create(attempt_for_offline_device=False)
    bench.advance(MINUTE_US)
    assert isinstance(refused.error, DeviceOffline)
    kept = bench.create(code="1234")
    bench.advance(MINUTE_US)
    assert [view.status.value for view in kept.value.access_codes] == ["setting"] * 2
    put(bench, Reach.GOOD)
    bench.advance(2 * MINUTE_US)
    assert [lock.codes for lock in bench.locks.values()] == [{1: "1234"}] * 2


def test_a_call_tries_a_hub_that_is_down_at_once() -> None:
    bench = on_one_hub("front", "back")
    put(bench, Reach.UNSENT)
    bench.create(code="1234")
    bench.advance(HOUR_US)
    put(bench, Reach.GOOD)
    call = bench.create(code="4321")
    bench.settle()
    assert [view.status.value for view in call.value.access_codes] == ["set"] * 2


def test_a_host_that_starts_afresh_has_a_hub_that_is_up() -> None:
    bench = on_one_hub("front", "back", programming="async")
    put(bench, Reach.UNSENT)
    bench.create(code="1234")
    bench.advance(HOUR_US)
    bench.host_down()
    put(bench, Reach.GOOD)
    bench.host_up()
    bench.settle()
    assert [lock.codes for lock in bench.locks.values()] == [{1: "1234"}] * 2


def test_a_hub_of_which_nothing_is_known_any_more_is_down_for_none_of_its_locks() -> None:
    bench = on_one_hub("front", "back", programming="async")
    put(bench, Reach.UNSENT)
    bench.create(code="1234")
    bench.advance(HOUR_US)
    put(bench, Reach.GOOD)
    bench.host_up("front")
    bench.settle()
    assert [lock.codes for lock in bench.locks.values()] == [{1: "1234"}] * 2
    assert [bench.problems(name) for name in bench.locks] == [[], []]


def test_a_stream_that_opens_anew_under_a_command_leaves_its_room_to_those_in_line() -> None:
    """The end of the stream before came with the opening of this one, and nobody was told of it."""
    bench = on_one_hub("front", "back", programming="async", pacing=Pacing(1, code_gap_us=0))
    bench.create(code="1234")
    bench.in_flight.clear()
    bench.host_up("front")
    bench.settle()
    assert [lock.codes for lock in bench.locks.values()] == [{1: "1234"}] * 2


def test_a_hub_that_is_down_is_looked_in_on_after_a_change_that_asks_nothing_of_it() -> None:
    bench = on_one_hub("front", "back", programming="async")
    bench.create("front", code="1234")
    bench.settle()
    put(bench, Reach.UNSENT)
    bench.advance(5 * HOUR_US)
    assert bench.problems("front") == ["hub_disconnected"]
    bench.update(bench.the_code("front").access_code_id, name="Jane")
    bench.settle()
    put(bench, Reach.GOOD)
    bench.advance(3 * HOUR_US)
    assert {book.hub_down_since_us for book in bench.world.books.values()} == {None}
    assert bench.problems("front") == []


def test_a_hub_that_is_down_is_looked_in_on_when_what_was_wanted_of_it_is_over() -> None:
    """By the time at which it is to be tried again nobody wants anything of it any more."""
    bench = on_one_hub("front", "back", programming="async")
    put(bench, Reach.UNSENT)
    bench.advance(5 * HOUR_US)
    bench.create("front", starts_at=bench.at(0), ends_at=bench.at(3 * SECOND_US))
    bench.advance(MINUTE_US)
    assert bench.listed("front") == []
    put(bench, Reach.GOOD)
    bench.advance(3 * HOUR_US)
    assert {book.hub_down_since_us for book in bench.world.books.values()} == {None}


def test_a_call_for_one_lock_does_not_stop_a_hub_that_is_down_from_being_tried() -> None:
    """It is not the first in the line."""
    bench = on_one_hub("front", "back", programming="async")
    put(bench, Reach.UNSENT)
    bench.create("back", code="1234")
    bench.advance(HOUR_US)
    bench.create("front", code="4321")
    bench.settle()
    put(bench, Reach.GOOD)
    bench.advance(2 * MINUTE_US)
    assert [lock.codes for lock in bench.locks.values()] == [{1: "4321"}, {1: "1234"}]


def test_a_lock_that_is_registered_again_does_not_keep_its_neighbour_waiting() -> None:
    bench = BenchOfOne(PlainLock("front"), PlainLock("back"), hub="attic", pacing=Pacing(1, 0))
    bench.host_up()
    bench.core.host_up("front")  # its question is under way, and the neighbour's waits for that
    bench.settle()
    assert [len(lock.commands(Walk)) for lock in bench.locks.values()] == [1, 1]
    assert bench.core.open_work() == 0


def test_a_lock_that_leaves_its_hub_does_not_keep_those_waiting_who_stay() -> None:
    bench = BenchOfOne(PlainLock("front"), PlainLock("back"), hub="attic", pacing=Pacing(1, 0))
    bench.host_up()
    bench.world.put_device(replace(bench.world.devices["front"], hub="cellar"))
    bench.core.host_up("front")
    bench.settle()
    assert [len(lock.commands(Walk)) for lock in bench.locks.values()] == [1, 1]
    assert bench.core.open_work() == 0


def test_a_lock_registered_again_behind_a_hub_that_is_back_shows_that_to_its_neighbours() -> None:
    bench = on_one_hub("front", "back", programming="async")
    put(bench, Reach.UNSENT)
    bench.create(code="1234")
    bench.advance(HOUR_US)
    bench.program("back", 4, "9876")
    put(bench, Reach.GOOD)
    bench.core.host_up("front")
    bench.settle()
    assert {book.hub_down_since_us for book in bench.world.books.values()} == {None}
    assert [bench.problems(name) for name in bench.locks] == [[], []]
    assert bench.locks["back"].codes == {1: "1234", 4: "9876"}
    assert list(bench.world.unmanaged["back"]) == [4]


def test_a_host_that_does_not_take_a_command_says_nothing_of_the_hub() -> None:
    bench = on_one_hub("front", "back", programming="async")
    bench.create("front", code="1234")
    for _ in range(3):
        flight = bench.until_sent(type(bench.in_flight[0].command))
        bench.in_flight.remove(flight)
        bench.report(flight, Report(Transmit.FAIL, rejection=Rejection.MALFORMED))
        bench.clock.move(bench.now_us + MINUTE_US)
        bench.enter(bench.clock.fire_next)
    assert bench.world.books["front"].belief is Belief.DEAD
    assert bench.world.books["back"].hub_down_since_us is None


# Pauses between writes.


def test_codes_are_written_two_seconds_apart_on_one_lock() -> None:
    bench = on_one_hub("front", "back", programming="async", pacing=Pacing())
    for code in ("1234", "4321", "5678"):
        bench.create(code=code)
    written: dict[str, list[int]] = {"front": [], "back": []}
    until_us = bench.now_us + MINUTE_US
    while bench.now_us < until_us:
        while bench.in_flight:
            flight = bench.carry()
            if isinstance(flight.command, SetCode | ClearCode):
                written[flight.device_id].append(bench.now_us)
        due_us = min(bench.clock.next_timer_us() or until_us, until_us)
        bench.clock.move(due_us)
        if due_us < until_us:
            bench.enter(bench.clock.fire_next)
    for times in written.values():
        assert [later - times[0] for later in times] == [0, 2 * SECOND_US, 4 * SECOND_US]
    assert all(len(lock.codes) == 3 for lock in bench.locks.values())


def test_a_lock_is_read_in_the_pause_between_two_writes() -> None:
    bench = a_bench("front", programming="async", pacing=Pacing())
    for code in ("1234", "4321"):
        bench.create(code=code)
    bench.settle()
    assert bench.locks["front"].codes == {1: "1234"}
    assert sorted(view.status.value for view in bench.listed("front")) == ["set", "setting"]


# Locks that speak and do not hear.


def test_a_deaf_lock_is_believed_dead_although_it_speaks() -> None:
    bench = a_bench("front", programming="async")
    bench.locks["front"].reach = Reach.DEAF
    bench.create(code="1234")
    for _ in range(60):
        bench.hear("front", 0x05, None)
        bench.advance(SECOND_US)
    assert bench.world.books["front"].belief is Belief.DEAD
    assert bench.problems("front") == ["device_offline"]


def test_a_deaf_lock_that_speaks_all_the_time_is_not_tried_each_time() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reach = Reach.DEAF
    bench.create(code="1234")
    bench.advance(5 * MINUTE_US)
    before = bench.sent["front"]
    for _ in range(600):
        bench.hear("front", 0x05, None)
        bench.advance(SECOND_US)
    assert bench.sent["front"] - before <= 30


def test_what_a_lock_says_does_not_spare_it_the_question_before_a_call() -> None:
    bench = a_bench("front", "back")
    bench.advance(2 * MINUTE_US)
    bench.locks["front"].reach = Reach.DEAF
    bench.hear("front", 0x05, None)
    call = bench.create(attempt_for_offline_device=False)
    bench.advance(MINUTE_US)
    assert isinstance(call.error, DeviceOffline)
    assert bench.sent["back"] >= 1


def test_a_dead_lock_that_speaks_and_hears_again_is_read_at_once() -> None:
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reach = Reach.SILENT
    bench.create(code="1234")
    bench.advance(HOUR_US)
    lock.heal()
    before = len(lock.log)
    bench.hear("front", 0x05, None)
    bench.settle()
    assert lock.log[before:][:2] == [Ping(), Walk()]
    assert lock.codes == {1: "1234"}


def test_a_lock_that_speaks_while_it_is_tried_in_vain_is_tried_once_more() -> None:
    """It was back before the hub had given up on the attempt that it did not hear."""
    bench = a_bench("front", programming="async")
    lock = bench.locks["front"]
    lock.reach = Reach.SILENT
    bench.create(code="1234")
    bench.advance(HOUR_US)
    while not bench.in_flight:
        bench.clock.move(bench.clock.next_timer_us() or 0)
        bench.enter(bench.clock.fire_next)
    (flight,) = bench.in_flight
    bench.in_flight.remove(flight)
    lock.heal()
    bench.hear("front", 0x05, None)
    bench.report(flight, Report(Transmit.NO_ACK))
    bench.settle()
    assert lock.codes == {1: "1234"}
