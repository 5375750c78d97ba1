"""How long things take in the air: three named timings, in whole microseconds.

`fast` is for tests: every latency differs, so that the seed decides the order of events, and
waiting is a tenth of what it is in a house. `zwave` holds measured numbers. `instant` is for
benchmarks of everything but the radio: without latencies all order comes from tie-breaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Span:
    """A latency that is drawn: any whole microsecond from `low_us` to `high_us`, ends included."""

    low_us: int
    high_us: int

    def __post_init__(self) -> None:
        if not 0 <= self.low_us <= self.high_us:
            raise ValueError(f"no latency lies between {self.low_us} and {self.high_us} us")

    def draw(self, rng: Random) -> int:
        """One latency in microseconds. Takes exactly one number from `rng`, whatever the span."""
        # Not randrange: it redraws at will, so that one lock's later latencies would depend on
        # the widths of earlier spans, and a lost frame would change the rest of the run.
        return self.low_us + int(rng.random() * (self.high_us - self.low_us + 1))


@dataclass(frozen=True, slots=True)
class Timing:
    """The latencies of one hub-to-lock link. Raises ValueError for numbers that contradict.

    `frame_us`: one frame between a hub and a lock that is awake, either way.
    `first_frame_us`: one frame to a sleeping lock, wake-up beam included.
    `no_ack_attempt_us`: until the hub gives one attempt up that nobody acknowledged.
    `retry_gap_us`: between such attempts, of which there are `attempts_max`.
    `awake_window_us`: how long a woken lock goes on listening after a frame that it heard.
    `nonce_frames`: frames that go before each message, either way, of a lock that needs a nonce.
    """

    name: str
    frame_us: Span
    first_frame_us: Span
    no_ack_attempt_us: Span
    retry_gap_us: int
    attempts_max: int
    awake_window_us: int
    nonce_frames: int

    def __post_init__(self) -> None:
        counts = (self.attempts_max - 1, self.retry_gap_us, self.awake_window_us, self.nonce_frames)
        if min(counts) < 0:
            raise ValueError(f"timing {self.name}: a count or duration is out of range")
        if self.first_frame_us.low_us < self.frame_us.low_us:
            raise ValueError(f"timing {self.name}: a beam cannot make a frame faster")
        # Else a hub would give up while a good answer is under way, and "no acknowledgement"
        # would no longer come after everything else that a command can cause.
        frames_us = (1 + 2 * self.nonce_frames) * self.frame_us.high_us
        if self.no_ack_attempt_us.low_us < self.first_frame_us.high_us + frames_us:
            raise ValueError(f"timing {self.name}: gives up before the slowest answer is there")

    @property
    def latency_min_us(self) -> int:
        """No frame, in either direction, is faster than this."""
        return self.frame_us.low_us

    def nonce_us(self, frame_us: int, *, needed: bool) -> int:
        """How much longer a message takes of which a frame takes `frame_us`, if it needs a nonce.

        All frames of one message take the same time, so this takes no number from anybody's chance:
        two runs that differ in a lock's security alone can be compared.
        """
        return self.nonce_frames * frame_us if needed else 0

    def draw_silence_us(self, rng: Random) -> int:
        """How long a hub tries in vain: every attempt and the gaps between them.

        Takes exactly `attempts_max` numbers from `rng`.
        """
        tries_us = sum(self.no_ack_attempt_us.draw(rng) for _ in range(self.attempts_max))
        return tries_us + (self.attempts_max - 1) * self.retry_gap_us


ZWAVE: Final = Timing(
    name="zwave",
    # 10 ms for a frame at 40 kbit/s (home-assistant/core#117828); a lock that is awake sends its
    # nonce about 50 ms after it was asked (FutureTense/keymaster#308).
    frame_us=Span(10 * _MS, 50 * _MS),
    # A beam for locks sampled once a second takes 1100 ms (ITU-T G.9959, 8.1.3.12). Beam, frame
    # and acknowledgement together in logs: 1.40 s (FutureTense/keymaster#308), 1.28, 1.30, 1.30 and
    # 1.28 s (home-assistant/core#15906, #11018, #11099, #18567), 1.28 s (OpenZWave/open-zwave#845);
    # the lowest seen anywhere is 1.24 s.
    first_frame_us=Span(1_240 * _MS, 1_400 * _MS),
    # 4.93 s (zwave-js/zwave-js#3865), 4.3 s (OpenZWave/open-zwave#2442), 4.1 s
    # (home-assistant/core#111721), in each case tried again after 500 ms, three times in all.
    no_ack_attempt_us=Span(4_100 * _MS, 4_930 * _MS),
    retry_gap_us=500 * _MS,
    attempts_max=3,
    # A tunable: no source says how long a frequently listening lock stays awake after an exchange
    # (estimates run from 1 to 10 s).
    awake_window_us=2_000 * _MS,
    # S0: a nonce is asked for and given before each message (zwave-js, docs "first steps": devices
    # with S0 "need to exchange three commands for each report"), so a command and its answer are
    # six frames.
    nonce_frames=2,
)

FAST: Final = Timing(
    name="fast",
    # As measured, but down to 1 ms: 49,001 different latencies, so that two locks hardly ever tie.
    frame_us=Span(1 * _MS, 50 * _MS),
    # What is long in `zwave` takes a tenth here, and the hub tries twice instead of three times: a
    # lock that does not answer costs about 1 s instead of 15 s.
    first_frame_us=Span(124 * _MS, 140 * _MS),
    no_ack_attempt_us=Span(410 * _MS, 493 * _MS),
    retry_gap_us=50 * _MS,
    attempts_max=2,
    awake_window_us=200 * _MS,
    # The seed alone decides the order of events, not what a lock encrypts with.
    nonce_frames=0,
)

INSTANT: Final = Timing(
    name="instant",
    frame_us=Span(0, 0),
    first_frame_us=Span(0, 0),
    no_ack_attempt_us=Span(0, 0),
    retry_gap_us=0,
    attempts_max=1,
    awake_window_us=0,
    nonce_frames=0,
)

TIMINGS: Final[Mapping[str, Timing]] = MappingProxyType(
    {timing.name: timing for timing in (FAST, ZWAVE, INSTANT)}
)
"""The timings that a bench can name; `fast` unless it says otherwise."""
