"""A toy world for the scheduler: relays that pass numbered messages on after a delay."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from latchbench.clock import Clock
from latchbench.jobs import Jobs
from latchbench.lockstep import Participant
from latchbench.trace import Masker, Tracer

if TYPE_CHECKING:
    from random import Random

    from latchbench.link import Link
    from latchbench.lockstep import Answer
    from latchbench.steps import Done, Step


@dataclass(frozen=True, slots=True)
class Ball:
    """A message about `lock`; it is passed on `hops` more times."""

    lock: str
    hops: int


@dataclass(slots=True)
class Relay:
    """One process: takes balls, waits, throws them back. `delay_us` by lock."""

    name: str
    participant: Participant
    delay_us: dict[str, int]
    quiet: bool = True
    link: Link[Ball, Ball] | None = None
    caught: list[tuple[int, str, int]] = field(default_factory=list)
    waiting: Answer[int] | None = None

    @classmethod
    def made(cls, name: str, delay_us: dict[str, int]) -> Relay:
        clock = Clock(0)
        participant = Participant(
            clock,
            Tracer(clock, Masker(b"key")),
            stepped=True,
            jobs=Jobs(asyncio.get_running_loop()),
        )
        return cls(name, participant, delay_us)

    async def step(self, step: Step) -> Done:
        return await self.participant.step(step)

    def connect(self, peer: Relay) -> None:
        link_id = "-".join(sorted((self.name, peer.name)))
        self.link = self.participant.open_link(
            link_id, peer.name, order_of=lambda ball: ball.lock, handle=self.catch, ended=self.end
        )

    def catch(self, ball: Ball) -> None:
        now_us = self.participant.clock.now_us()
        self.caught.append((now_us, ball.lock, ball.hops))
        self.participant.tracer.emit(ball.lock, f"{self.name}.caught", hops=ball.hops)
        if self.waiting is not None and ball.hops == 0:
            waiting, self.waiting = self.waiting, None
            waiting.ok(now_us)
        if ball.hops > 0:
            self.participant.clock.call_at(
                now_us + self.delay_us[ball.lock],
                partial(self.throw, Ball(ball.lock, ball.hops - 1)),
                order=ball.lock,
            )

    def throw(self, ball: Ball) -> None:
        assert self.link is not None
        self.participant.tracer.emit(ball.lock, f"{self.name}.thrown", hops=ball.hops)
        self.link.send(ball)

    def end(self) -> None:
        self.participant.tracer.emit(self.name, "ended")

    def begin(self, ball: Ball, answer: Answer[int]) -> None:
        """A call: throw a ball, answer when it came to rest here."""
        self.waiting = answer
        self.throw(ball)


async def carry(source: Link[Ball, Ball], target: Link[Ball, Ball], random: Random | None) -> None:
    """The wire: moves what one end sends to the other, dawdling as real wires do."""
    while (
        batch := await source.outgoing(1 if random is None else random.randint(1, 4))
    ) is not None:
        if random is not None:
            for _ in range(random.randint(0, 5)):
                await asyncio.sleep(random.random() / 2000)  # noqa: TID251 - a real delay on purpose
        target.receive(batch)
    target.receive_end()
