"""Locks that share a hub: who waits for whom, what a dead one costs, and a hub that is down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from latchbench.clock import Clock
from latchbench.pin import Pin
from latchbench.trace import Masker, Tracer
from simulator.host.hub import Hub
from simulator.host.lock_runner import LockRunner
from simulator.host.messages import Command, CommandId, Notification, Report
from simulator.host.world import OpenWork, World
from simulator.model.events import Ping, SetCode, ThumbTurned
from simulator.model.words import Security
from simulator.radio.air import HUB_HOLDS_MAX
from simulator.radio.timing import FAST, INSTANT, ZWAVE, Timing
from simulator.radio.words import RadioState, TransmitOutcome
from tests.host.builders import SECOND_US, START_US, lock_settings

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.host.messages import Action


@dataclass
class House:
    """Locks on hubs, by `lock: hub`; `ends` notes each report with its instant."""

    folder: Path
    on: dict[str, str]
    timing: Timing = FAST
    radio: dict[str, RadioState] = field(default_factory=dict)
    security: dict[str, Security] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = Clock(START_US)
        self.tracer = Tracer(self.clock, Masker(b"key"))
        self.told: list[tuple[int, Notification]] = []
        self.ends: list[tuple[int, str, TransmitOutcome | None]] = []
        self.answered: list[str] = []
        self.work = OpenWork()
        world = World(self.clock, self.tracer, self.timing, 7, self.folder, self._hear, self.work)
        self.hubs = {name: Hub(name, self.tracer) for name in dict.fromkeys(self.on.values())}
        self.locks = {
            name: LockRunner(
                lock_settings(
                    name,
                    radio=self.radio.get(name, RadioState.AWAKE),
                    security=self.security.get(name, Security.S2),
                ),
                world,
                self.hubs[hub],
            )
            for name, hub in self.on.items()
        }

    def _hear(self, notification: Notification) -> None:
        self.told.append((self.clock.now_us(), notification))

    def send(self, lock: str, action: Action, command_id: CommandId | None = None) -> None:
        def ended(report: Report) -> None:
            self.ends.append((self.clock.now_us(), lock, report.transmit))
            if report.incarnation is not None:
                self.answered.append(lock)

        command = Command(f"id-{lock}", action, command_id, supervised=True)
        self.locks[lock].command(command, ended)

    def run(self, until_us: int | None = None) -> None:
        while (due_us := self.clock.next_timer_us()) is not None:
            if until_us is not None and due_us > until_us:
                break
            self.clock.move(due_us)
            self.clock.fire_next()
        if until_us is not None:
            self.clock.move(until_us)

    def order(self) -> list[str]:
        return [lock for _, lock, _ in self.ends]

    def outcomes(self) -> list[TransmitOutcome | None]:
        return [outcome for _, _, outcome in self.ends]


def one_hub(folder: Path, *names: str, **more: object) -> House:
    return House(folder, dict.fromkeys(names, "attic"), **more)  # type: ignore[arg-type]


def test_frames_of_one_hub_end_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    house = one_hub(tmp_path, "a", "b", "c")
    for lock in ("c", "a", "b"):
        house.send(lock, SetCode(1, Pin("4821")))
    house.run()
    assert house.order() == ["c", "a", "b"]
    assert set(house.outcomes()) == {TransmitOutcome.OK}


def test_a_lock_hears_nothing_while_the_hub_speaks_to_another(tmp_path: Path) -> None:
    house = one_hub(tmp_path, "a", "b")
    house.send("a", SetCode(1, Pin("4821")))
    house.send("b", SetCode(1, Pin("4821")))
    stored = [lock for lock in "ab" if house.locks[lock].state.memory.slots]
    while not house.ends:
        stored = [lock for lock in "ab" if house.locks[lock].state.memory.slots]
        house.clock.move(house.clock.next_timer_us() or 0)
        house.clock.fire_next()
    assert stored == ["a"]


def test_the_hub_holds_four_for_all_its_locks_together(tmp_path: Path) -> None:
    names = [f"lock-{number}" for number in range(6)]
    house = one_hub(tmp_path, *names)
    for name in names:
        house.send(name, Ping())
    assert house.order() == names[HUB_HOLDS_MAX:]
    assert set(house.outcomes()) == {TransmitOutcome.FAIL}
    house.run()
    assert house.order() == names[HUB_HOLDS_MAX:] + names[:HUB_HOLDS_MAX]
    assert house.work.count == 0


def test_a_dead_lock_costs_its_neighbours_the_time_of_its_attempts(tmp_path: Path) -> None:
    on = {"dead": "attic", "near": "attic", "far": "cellar"}
    house = House(tmp_path, on, timing=ZWAVE, radio={"dead": RadioState.DEAD})
    for lock in on:
        house.send(lock, Ping())
    house.run()
    ends = {lock: at_us - START_US for at_us, lock, _ in house.ends}
    assert ends["dead"] >= 3 * 4_100_000
    assert ends["dead"] < ends["near"] <= ends["dead"] + 100_000
    assert ends["far"] <= 100_000


def test_a_sleeping_lock_costs_its_neighbours_a_beam_once(tmp_path: Path) -> None:
    """The second command falls into its awake window."""
    house = one_hub(tmp_path, "bed", "near", timing=ZWAVE, radio={"bed": RadioState.ASLEEP})
    for lock in ("bed", "bed", "near"):
        house.send(lock, Ping())
    house.run()
    first_us, second_us, _ = (at_us - START_US for at_us, _, _ in house.ends)
    assert first_us >= 1_240_000
    assert second_us - first_us <= 100_000


def test_what_a_lock_says_unasked_waits_for_the_end_of_a_beam_to_another(tmp_path: Path) -> None:
    radio = {"bed": RadioState.ASLEEP}
    house = one_hub(tmp_path, "bed", "near", timing=ZWAVE, radio=radio)
    house.send("bed", Ping())
    house.locks["near"].do(ThumbTurned(locked=True))
    house.run()
    (told,) = house.told
    assert told[0] - START_US >= 1_240_000
    assert told[1].lock_id == "id-near"


def test_what_a_lock_says_unasked_does_not_wait_for_a_lock_that_never_answers(
    tmp_path: Path,
) -> None:
    """Between two attempts the hub listens."""
    house = one_hub(tmp_path, "dead", "near", timing=ZWAVE, radio={"dead": RadioState.DEAD})
    house.send("dead", Ping())
    house.locks["near"].do(ThumbTurned(locked=True))
    house.run()
    assert house.told[0][0] - START_US <= 200_000
    assert house.ends[0][0] - START_US >= 3 * 4_100_000


def test_the_same_command_again_joins_the_one_that_waits_for_its_neighbour(tmp_path: Path) -> None:
    house = one_hub(tmp_path, "a", "b")
    house.send("a", Ping())
    for _ in range(2):
        house.send("b", Ping(), CommandId(1, 1))
    house.run()
    assert house.order() == ["a", "b", "b"]
    assert [event.kind for event in house.tracer.take()].count("lock.report") == 2


def test_a_hub_that_is_down_sends_nothing_and_the_lock_is_unaware(tmp_path: Path) -> None:
    house = House(tmp_path, {"a": "attic", "b": "cellar"})
    house.hubs["attic"].go_down()
    house.send("a", SetCode(1, Pin("4821")))
    house.send("b", SetCode(1, Pin("4821")))
    house.run()
    assert house.outcomes() == [TransmitOutcome.FAIL, TransmitOutcome.OK]
    assert house.locks["a"].state.memory.slots == {}
    house.hubs["attic"].come_up()
    house.send("a", SetCode(1, Pin("4821")))
    house.run()
    assert house.outcomes()[-1] is TransmitOutcome.OK


def test_a_hub_that_goes_down_fails_what_it_held_and_the_frame_on_air_may_be_obeyed(
    tmp_path: Path,
) -> None:
    house = one_hub(tmp_path, "a", "b")
    house.send("a", SetCode(1, Pin("4821")))
    house.send("b", SetCode(1, Pin("4821")))
    house.hubs["attic"].go_down()
    assert house.ends == [
        (START_US, "a", TransmitOutcome.FAIL),
        (START_US, "b", TransmitOutcome.FAIL),
    ]
    house.run()
    assert len(house.ends) == 2  # nothing is reported twice
    assert list(house.locks["a"].state.memory.slots) == [1]
    assert house.locks["b"].state.memory.slots == {}
    assert house.work.count == 0


def test_a_hub_that_comes_back_at_once_does_not_report_the_old_frame_again(tmp_path: Path) -> None:
    house = one_hub(tmp_path, "a")
    house.send("a", SetCode(1, Pin("4821")))
    house.hubs["attic"].go_down()
    house.hubs["attic"].come_up()
    house.send("a", Ping())
    house.run()
    assert house.outcomes() == [TransmitOutcome.FAIL, TransmitOutcome.OK]


def test_what_is_said_while_the_hub_is_down_is_lost_and_counted(tmp_path: Path) -> None:
    house = one_hub(tmp_path, "a")
    lock = house.locks["a"]
    lock.do(ThumbTurned(locked=True))
    house.run(house.clock.now_us() + SECOND_US)
    house.hubs["attic"].go_down()
    lock.do(ThumbTurned(locked=False))
    house.run(house.clock.now_us() + SECOND_US)
    house.hubs["attic"].come_up()
    lock.do(ThumbTurned(locked=True))
    house.run(house.clock.now_us() + SECOND_US)
    assert [told.number for _, told in house.told] == [1, 3]
    assert "lock.unheard" in [event.kind for event in house.tracer.take()]
    assert house.work.count == 0


# Locks with S0.

S0 = {"a": Security.S0, "b": Security.S0, "c": Security.S0}


@pytest.mark.parametrize("timing", [FAST, ZWAVE, INSTANT], ids=lambda timing: timing.name)
def test_of_two_locks_with_s0_commanded_at_once_the_first_obeys_and_its_answer_is_lost(
    tmp_path: Path, timing: Timing
) -> None:
    house = one_hub(tmp_path, "a", "b", timing=timing, security=S0)
    for lock in "ab":
        house.send(lock, SetCode(1, Pin("4821")))
    house.run()
    assert house.outcomes() == [TransmitOutcome.OK] * 2
    assert house.answered == ["b"]
    assert [list(house.locks[lock].state.memory.slots) for lock in "ab"] == [[1], [1]]
    lost = [event for event in house.tracer.take() if event.kind == "lock.answer.lost"]
    assert [(event.source, event.fields["why"]) for event in lost] == [("a", "nonce")]
    assert house.work.count == 0


def test_a_command_that_comes_before_the_answer_is_there_is_soon_enough_to_lose_it(
    tmp_path: Path,
) -> None:
    house = one_hub(tmp_path, "a", "b", timing=ZWAVE, security=S0)
    house.send("a", SetCode(1, Pin("4821")))
    while not house.locks["a"].state.memory.slots:
        house.clock.move(house.clock.next_timer_us() or 0)
        house.clock.fire_next()
    house.send("b", Ping())
    house.run()
    assert house.answered == ["b"]


def test_locks_with_s0_that_are_commanded_one_after_the_other_are_heard(tmp_path: Path) -> None:
    house = one_hub(tmp_path, "a", "b", "c", security=S0)
    for lock in "abc":
        house.send(lock, Ping())
        house.run()
    assert house.answered == ["a", "b", "c"]


@pytest.mark.parametrize("names", ["aa", "ax", "xa", "xax", "xy"])
def test_only_another_lock_with_s0_takes_an_answer_away(tmp_path: Path, names: str) -> None:
    house = one_hub(tmp_path, *dict.fromkeys(names), security=S0)
    for lock in names:
        house.send(lock, Ping())
    house.run()
    assert house.answered == list(names)


def test_locks_with_s0_on_hubs_of_their_own_do_not_meet(tmp_path: Path) -> None:
    house = House(tmp_path, {"a": "attic", "b": "cellar"}, security=S0)
    for lock in "ab":
        house.send(lock, Ping())
    house.run()
    assert sorted(house.answered) == ["a", "b"]


def test_an_answer_that_was_lost_stays_lost_when_the_command_is_sent_again(tmp_path: Path) -> None:
    house = one_hub(tmp_path, "a", "b", security=S0)
    house.send("a", Ping(), CommandId(1, 1))
    house.send("b", Ping())
    house.run()
    house.send("a", Ping(), CommandId(1, 1))
    assert house.order() == ["a", "b", "a"]
    assert house.answered == ["b"]


def test_at_one_instant_the_order_is_that_of_the_commands(tmp_path: Path) -> None:
    house = one_hub(tmp_path, "a", "b", "c", timing=INSTANT, radio={"b": RadioState.DEAD})
    for lock in ("c", "b", "a", "c"):
        house.send(lock, SetCode(1, Pin("4821")))
    house.run()
    assert house.order() == ["c", "b", "a", "c"]
    assert {at_us for at_us, _, _ in house.ends} == {START_US}
