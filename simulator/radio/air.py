"""The one radio of a hub: a frame in the air, a few that wait for it, and nothing for the rest.

The radio is half-duplex and carries one frame at a time, for whichever of its locks, until the end
of that frame is known; so a lock that does not answer costs its neighbours the time that the hub
tries in vain. Frames go out in the order in which they came. What a frame is does not matter here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

Frame = TypeVar("Frame")

# A controller queues a few frames and refuses the next at once (`ZW_SendData`: transmit queue
# overflow). How few is not published: a tunable.
HUB_HOLDS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Air(Generic[Frame]):
    """What a hub holds: the frame `on_air`, and those that wait, in their order.

    A hub that is not `up` holds nothing. Frames are told apart by identity or equality, whichever
    they have.
    """

    up: bool = True
    on_air: Frame | None = None
    waiting: tuple[Frame, ...] = ()

    @property
    def held(self) -> tuple[Frame, ...]:
        """All of them, the one on air first."""
        return self.waiting if self.on_air is None else (self.on_air, *self.waiting)


def offer(air: Air[Frame], frame: Frame) -> tuple[Air[Frame], bool]:
    """Hand the hub a frame; whether it took it. One that is full or down takes none."""
    if not air.up or len(air.held) >= HUB_HOLDS_MAX:
        return air, False
    return replace(air, waiting=(*air.waiting, frame)), True


def begin(air: Air[Frame]) -> tuple[Air[Frame], Frame | None]:
    """The frame that goes out now; None while another is on air, or when none waits."""
    if air.on_air is not None or not air.waiting:
        return air, None
    first, *others = air.waiting
    return replace(air, on_air=first, waiting=tuple(others)), first


def end(air: Air[Frame], frame: Frame) -> Air[Frame]:
    """The end of a frame is known. Changes nothing unless it is the one on air."""
    return replace(air, on_air=None) if air.on_air == frame else air


def go_down(air: Air[Frame]) -> tuple[Air[Frame], tuple[Frame, ...]]:
    """The radio stops; the frames that it held are lost with it."""
    return replace(air, up=False, on_air=None, waiting=()), air.held


def come_up(air: Air[Frame]) -> Air[Frame]:
    """The radio works again, or still."""
    return replace(air, up=True)
