"""A hub at work: whose frame is in the air, who waits, and what becomes of that when it is down.

Locks that share a hub share nothing else. Which of them goes first follows from the order in which
their commands came, and at one instant from the locks' names, so it is the same in every packing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from simulator.radio.air import Air, begin, come_up, end, go_down, offer

if TYPE_CHECKING:
    from latchbench.trace import Tracer


class Errand(Protocol):
    """A frame for one lock, in the hands of that lock's hub."""

    @property
    def lock(self) -> str:
        """The name of the lock that it is for."""

    @property
    def needs_nonce(self) -> bool:
        """Whether the lock's answer waits for a nonce of the hub's (Security S0)."""

    @property
    def speaks_until_us(self) -> int:
        """Until when the hub is heard because of it, and therefore hears nothing."""

    def send(self) -> None:
        """It has the air from now on."""

    def fail(self) -> None:
        """It was not taken, or the hub went down under it."""


class Hub:
    """One radio, shared by its locks."""

    def __init__(self, name: str, tracer: Tracer) -> None:
        self.name = name
        self._tracer = tracer
        self._air: Air[Errand] = Air()

    @property
    def is_up(self) -> bool:
        """Whether anything goes out or comes in."""
        return self._air.up

    def carry(self, errand: Errand) -> None:
        """Send a frame now, in its turn, or not at all."""
        self._air, is_taken = offer(self._air, errand)
        if is_taken:
            self._go_on()
        else:
            errand.fail()

    def ended(self, errand: Errand) -> None:
        """The end of a frame is known: the air is free for the next one."""
        self._air = end(self._air, errand)
        self._go_on()

    def loses_answer(self, errand: Errand) -> bool:
        """Whether a lock asks in vain for the nonce that its answer needs.

        A hub that was given something for another such lock as well turns to that one as soon as
        this one has acknowledged, and then has no nonce to give: the lock asks again and again, and
        is not heard (zwave-js/zwave-js#4483). What that jam costs the others in air time nobody has
        measured, so here it costs none, and how long a frame takes does not matter.
        """
        return errand.needs_nonce and any(
            other.needs_nonce and other.lock != errand.lock for other in self._air.held
        )

    def hears_from_us(self, lock: str, now_us: int) -> int:
        """When the hub can first hear what `lock` says unasked at `now_us`.

        The radio is half-duplex: it hears nothing while it speaks to another lock, most of all
        during a wake-up beam. Nothing is lost by that, because a lock listens before it speaks
        (ITU-T G.9959, channel access) and waits until the air is free. Between a frame and its
        answer the hub listens. What a lock says is short beside a frame and its answer; it delays
        no frame of the hub.
        """
        errand = self._air.on_air
        if errand is None or errand.lock == lock:
            return now_us
        return max(now_us, errand.speaks_until_us)

    def go_down(self) -> None:
        """Nothing leaves the hub any more, and it hears nothing. The locks do not notice.

        A frame on air may have been heard; its end is a failed transmission like the others'.
        """
        self._air, lost = go_down(self._air)
        self._tracer.emit(f"hub {self.name}", "hub.down")
        for errand in lost:
            errand.fail()

    def come_up(self) -> None:
        """It works again. What was said meanwhile is lost."""
        self._air = come_up(self._air)
        self._tracer.emit(f"hub {self.name}", "hub.up")

    def _go_on(self) -> None:
        self._air, errand = begin(self._air)
        if errand is not None:
            errand.send()
