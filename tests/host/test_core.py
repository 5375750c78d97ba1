"""A host's locks and the streams of gateways, without any socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from latchbench.clock import Clock
from latchbench.jobs import Jobs
from latchbench.lockstep import Answer, Participant
from latchbench.pin import Pin
from latchbench.steps import NO_TIMERS, Awaited, Step
from latchbench.trace import Masker, Tracer
from simulator.host.core import HostCore
from simulator.host.messages import (
    Command,
    CommandId,
    Hello,
    Malformed,
    Notification,
    Rejection,
    Report,
)
from simulator.host.settings import host_settings
from simulator.model.events import Ping, ProgrammedAtKeypad, SetCode
from simulator.radio.words import TransmitOutcome
from tests.host.builders import SECOND_US, START_US
from tests.host.test_settings import a_host, a_lock

if TYPE_CHECKING:
    from pathlib import Path

    from latchbench.link import Link
    from latchbench.steps import Done
    from latchbench.trace import TraceEvent
    from simulator.host.messages import Incoming, Outgoing

FAR_US = START_US + 60 * SECOND_US


class Stream:
    """A gateway's end of a stream to the host: what it says, what it has heard."""

    def __init__(self, house: House, link_id: str, peer: str = "gateway") -> None:
        self.link: Link[Incoming, Outgoing] = house.core.open_session(link_id, peer)
        self._house = house
        self.said = 0

    async def say(self, *messages: Incoming) -> Done:
        """Messages that arrive now and are handled in one step."""
        self.said += len(messages)
        self.link.receive(messages)
        return await self._house.step(expect=[Awaited(self.link.link_id, self.said)])

    async def heard(self) -> list[Outgoing]:
        """What was sent to it since the last look."""
        return (await self.link.outgoing(999) or []) if self.link._outbox else []


class House:
    """A host that a test steps."""

    def __init__(self, folder: Path, *locks: dict[str, Any]) -> None:
        settings = host_settings(
            a_host(
                nvm_dir=str(folder),
                start_us=START_US,
                locks=list(locks) or [a_lock("b"), a_lock("a")],
            )
        )
        clock = Clock(START_US)
        tracer = Tracer(clock, Masker(b"key"))
        self.participant = Participant(clock, tracer, stepped=True, jobs=Jobs())
        self.core = HostCore(self.participant, settings)
        self.trace: list[TraceEvent] = []
        self._steps = 0

    async def step(self, until_us: int = NO_TIMERS, **what: Any) -> Done:
        self._steps += 1
        now_us = self.participant.clock.now_us()
        done = await self.participant.step(Step(self._steps, now_us, until_us, 0, **what))
        self.trace.extend(done.trace)
        return done

    async def run(self, until_us: int = FAR_US) -> Done:
        """Let everything happen that is due until then."""
        done = await self.step(until_us)
        while done.next_timer_us is not None and done.next_timer_us <= until_us:
            done = await self.step(until_us)
        return done


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def ping(lock: str = "a", command_id: CommandId | None = None) -> Command:
    return Command(f"id-{lock}", Ping(), command_id)


async def test_the_locks_are_in_the_order_of_their_names(house: House) -> None:
    assert [lock.name for lock in house.core.locks] == ["a", "b"]
    assert house.core.lock("a") is house.core.locks[0]
    assert house.core.lock("c") is None


async def test_a_report_comes_back_on_the_stream_that_asked(house: House) -> None:
    one, other = Stream(house, "l1", "g1"), Stream(house, "l2", "g2")
    await one.say(Hello("g1", 1, 1))
    await other.say(Hello("g2", 1, 1))
    await one.say(ping())
    await house.run()
    (report,) = await one.heard()
    assert isinstance(report, Report)
    assert report.transmit is TransmitOutcome.OK
    assert await other.heard() == []


async def test_what_a_lock_says_unasked_is_heard_by_every_gateway(house: House) -> None:
    one, other = Stream(house, "l1", "g1"), Stream(house, "l2", "g2")
    silent = Stream(house, "l3", "g3")
    await one.say(Hello("g1", 1, 1))
    await other.say(Hello("g2", 1, 1))
    house.core.locks[0].do(ProgrammedAtKeypad(1, Pin("4821")))
    await house.run()
    for stream in (one, other):
        (news,) = await stream.heard()
        assert isinstance(news, Notification)
    assert await silent.heard() == []


async def test_a_newer_session_closes_the_older_before_its_first_command(house: House) -> None:
    old, new = Stream(house, "old"), Stream(house, "new")
    await old.say(Hello("g", 1, 1))
    # In one step both are handled, and the older gateway's command comes first by its place.
    old.link.receive([Command("id-a", SetCode(1, Pin("4821")))])
    new.link.receive([Hello("g", 1, 2), ping()])
    done = await house.step(expect=[Awaited("old", 2), Awaited("new", 2)])
    assert old.link.closed
    assert {count.link: count.closed for count in done.links} == {"old": True, "new": False}
    await house.run()
    assert house.core.locks[0].state.memory.slots == {}
    assert len(await new.heard()) == 1


@pytest.mark.parametrize("newer", [Hello("g", 2, 1), Hello("g", 1, 6), Hello("g", 1, 5)])
async def test_a_later_stream_of_a_gateway_replaces_the_earlier(house: House, newer: Hello) -> None:
    old, new = Stream(house, "old"), Stream(house, "new")
    await old.say(Hello("g", 1, 5))
    await new.say(newer)
    assert (old.link.closed, new.link.closed) == (True, False)


@pytest.mark.parametrize("older", [Hello("g", 0, 9), Hello("g", 1, 4)])
async def test_an_earlier_stream_that_comes_late_is_closed(house: House, older: Hello) -> None:
    live, late = Stream(house, "live"), Stream(house, "late")
    await live.say(Hello("g", 1, 5))
    await late.say(older, ping())
    assert (live.link.closed, late.link.closed) == (False, True)
    assert (await house.run()).messages_handled == 0
    assert await live.heard() == []


async def test_two_gateways_do_not_close_each_others_streams(house: House) -> None:
    one, other = Stream(house, "l1"), Stream(house, "l2")
    await one.say(Hello("g1", 1, 1))
    await other.say(Hello("g2", 9, 9))
    assert not one.link.closed
    assert not other.link.closed


async def test_a_command_of_a_closed_session_is_done_and_reported_to_nobody(house: House) -> None:
    old, new = Stream(house, "old"), Stream(house, "new")
    command = Command("id-a", SetCode(1, Pin("4821")), CommandId(1, 1))
    await old.say(Hello("g", 1, 1), command)
    await new.say(Hello("g", 1, 2))
    await house.run()
    assert list(house.core.locks[0].state.memory.slots) == [1]
    # Its new stream asks again and hears what became of it, besides the news of the code.
    await new.say(command)
    assert [type(message) for message in await new.heard()] == [Notification, Report]


async def test_nothing_is_carried_before_a_greeting(house: House) -> None:
    stream = Stream(house, "l1")
    await stream.say(ping())
    assert await stream.heard() == [Report("id-a", None, Rejection.MALFORMED)]
    assert (await house.run()).timers_fired == 0


async def test_what_cannot_be_carried_is_rejected_at_once(house: House) -> None:
    stream = Stream(house, "l1")
    await stream.say(
        Hello("g", 1, 1), ping("nobody", CommandId(1, 1)), Malformed("id-a", None, "no")
    )
    assert await stream.heard() == [
        Report("id-a", None, Rejection.MALFORMED),
        Report("id-nobody", CommandId(1, 1), Rejection.UNKNOWN_LOCK),
    ]


async def test_a_stream_that_ended_is_forgotten(house: House) -> None:
    stream = Stream(house, "l1")
    await stream.say(Hello("g", 1, 1))
    stream.link.receive_end()
    await house.step(expect=[Awaited("l1", 1, closed=True)])
    house.core.locks[0].do(ProgrammedAtKeypad(1, Pin("4821")))
    sent = stream.link.sent
    await house.run()
    assert stream.link.sent == sent
    again = Stream(house, "l2")
    await again.say(Hello("g", 1, 1))
    assert not again.link.closed


async def test_messages_of_one_step_are_handled_by_the_names_of_their_locks(
    tmp_path: Path,
) -> None:
    # The ids are in the opposite order of the names.
    house = House(tmp_path, a_lock("a", lock_id="z"), a_lock("b", lock_id="y"))
    stream = Stream(house, "l1")
    stream.link.receive([Command("y", Ping()), Command("z", Ping()), Hello("g", 1, 1)])
    taken = stream.link.take()
    assert sorted(order for order, _, _ in taken) == ["", "a", "b"]
    assert [order for order, _, _ in taken] == ["b", "a", ""]


async def test_work_is_open_until_every_report_and_notification_is_there(house: House) -> None:
    stream = Stream(house, "l1")
    await stream.say(Hello("g", 1, 1))
    done = await stream.say(Command("id-a", SetCode(1, Pin("4821"))), ping("b"))
    assert done.open_work == 2
    assert (await house.run()).open_work == 0
    assert len(await stream.heard()) == 3


async def test_a_command_by_hand_goes_the_same_way(house: House) -> None:
    reports: list[Report | None] = []

    def answer() -> Answer[Report]:
        return Answer(lambda report, _: reports.append(report))

    house.core.foreign(Command("id-a", SetCode(1, Pin("4821"))), answer())
    house.core.foreign(Malformed("id-a", None, "no"), answer())
    house.core.foreign(ping("nobody"), answer())
    await house.run()
    malformed, unknown, stored = reports
    assert malformed == Report("id-a", None, Rejection.MALFORMED)
    assert unknown == Report("id-nobody", None, Rejection.UNKNOWN_LOCK)
    assert stored is not None
    assert stored.transmit is TransmitOutcome.OK
    assert list(house.core.locks[0].state.memory.slots) == [1]


async def test_how_locks_are_packed_into_hosts_changes_no_trace(tmp_path: Path) -> None:
    """Two locks in one host, and each in its own, are told the same."""

    async def traced(folder: str, *packs: tuple[str, ...]) -> list[TraceEvent]:
        events: list[TraceEvent] = []
        for number, names in enumerate(packs):
            path = tmp_path / folder / str(number)
            path.mkdir(parents=True)
            house = House(path, *(a_lock(name, fill_slots=3) for name in names))
            stream = Stream(house, "l1")
            await stream.say(Hello("g", 1, 1))
            await stream.say(
                *(Command(f"id-{name}", SetCode(9, Pin("7531"))) for name in reversed(names))
            )
            await house.run()
            events.extend(house.trace)
        return sorted(events, key=lambda event: event.key())

    together = await traced("one", ("a", "b"))
    assert together == await traced("two", ("a",), ("b",))
    assert [event.kind for event in together if event.source == "a"] == [
        "lock.filled",
        "lock.code.stored",
        "lock.notified",
        "lock.report",
    ]


async def test_a_paced_host_handles_what_arrives_when_it_arrives(tmp_path: Path) -> None:
    house = House(tmp_path)
    real_us = 0
    house.participant.run_paced(lambda: real_us, 1.0)
    stream = Stream(house, "l1")
    stream.link.receive([Hello("g", 1, 1), ping()])
    assert stream.link.handled == 2
    real_us = 10 * SECOND_US
    stream.link.receive([ping("b")])
    (report,) = await stream.heard()
    assert isinstance(report, Report)
    assert report.lock_id == "id-a"
