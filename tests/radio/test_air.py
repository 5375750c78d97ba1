"""The one radio of a hub, against a plain list of what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simulator.radio.air import HUB_HOLDS_MAX, Air, begin, come_up, end, go_down, offer


def holding(*frames: str) -> Air[str]:
    air: Air[str] = Air()
    for frame in frames:
        air, taken = offer(air, frame)
        assert taken
    return air


def test_one_frame_is_on_air_and_the_next_goes_out_at_its_end() -> None:
    air, first = begin(holding("a", "b"))
    assert first == "a"
    assert begin(air) == (air, None)
    assert begin(end(air, "a"))[1] == "b"


def test_a_hub_takes_as_many_as_it_holds_and_not_one_more() -> None:
    air = holding(*"abcd")
    assert offer(air, "e") == (air, False)
    air, _ = begin(air)
    assert offer(air, "e") == (air, False)  # one that is on air is held too
    assert offer(end(air, "a"), "e")[1]


def test_only_the_end_of_the_frame_on_air_frees_it() -> None:
    air, _ = begin(holding("a", "b"))
    assert end(air, "b") == air


def test_a_hub_that_goes_down_loses_all_and_takes_nothing() -> None:
    air, _ = begin(holding("a", "b"))
    down, lost = go_down(air)
    assert lost == ("a", "b")
    assert offer(down, "c") == (down, False)
    assert begin(down) == (down, None)
    assert offer(come_up(down), "c")[1]


@dataclass
class PlainHub:
    """What a hub does, in as few words as possible: a list, whose first frame may be out."""

    frames: list[int] = field(default_factory=list)
    is_out: bool = False
    up: bool = True


class AnyHub(RuleBasedStateMachine):
    """Frames come, go out and end, and the hub goes down and comes back, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.air: Air[int] = Air()
        self.plain = PlainHub()
        self.came = 0
        self.sent: list[int] = []

    @rule()
    def a_frame_comes(self) -> None:
        self.came += 1
        self.air, taken = offer(self.air, self.came)
        assert taken == (self.plain.up and len(self.plain.frames) < 4)
        if taken:
            self.plain.frames.append(self.came)

    @rule()
    def the_next_goes_out(self) -> None:
        self.air, frame = begin(self.air)
        if self.plain.is_out or not self.plain.frames:
            assert frame is None
            return
        assert frame == self.plain.frames[0]
        self.plain.is_out = True
        self.sent.append(frame)

    @precondition(lambda self: self.plain.is_out)
    @rule()
    def the_one_on_air_ends(self) -> None:
        self.air = end(self.air, self.plain.frames.pop(0))
        self.plain.is_out = False

    @rule(frame=st.integers(-9, 0))
    def one_that_it_never_had_ends(self, frame: int) -> None:
        self.air = end(self.air, frame)

    @rule()
    def it_goes_down(self) -> None:
        self.air, lost = go_down(self.air)
        assert list(lost) == self.plain.frames
        self.plain = PlainHub(up=False)

    @rule()
    def it_comes_up(self) -> None:
        self.air = come_up(self.air)
        self.plain.up = True

    @invariant()
    def it_holds_what_a_plain_list_holds(self) -> None:
        assert list(self.air.held) == self.plain.frames
        assert (self.air.on_air is not None) == self.plain.is_out
        assert self.air.up == self.plain.up
        assert len(self.air.held) <= HUB_HOLDS_MAX

    @invariant()
    def no_frame_overtakes_another(self) -> None:
        assert self.sent == sorted(set(self.sent))


TestAnyHub = AnyHub.TestCase


@given(st.lists(st.integers(), unique=True, max_size=12))
def test_of_many_at_once_the_first_go_out_in_their_order(frames: list[int]) -> None:
    air: Air[int] = Air()
    for frame in frames:
        air, _ = offer(air, frame)
    sent = []
    while True:
        air, next_one = begin(air)
        if next_one is None:
            break
        sent.append(next_one)
        air = end(air, next_one)
    assert sent == frames[:HUB_HOLDS_MAX]


@pytest.mark.parametrize("times", [1, 2])
def test_coming_up_is_no_news_to_a_hub_that_is_up(times: int) -> None:
    air = holding("a")
    for _ in range(times):
        air = come_up(air)
    assert air == holding("a")
