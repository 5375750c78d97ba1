"""The link between one hub and one lock: state in, state out.

One command goes like this; the host process keeps the timers and owns the lock:

    link, journey = send(link, kind, now_us, timing, rng)
    at the first arrival:   if arrives(link, journey, now_us): the lock acts, then
                                link, end = answer(link, journey, now_us, rng)
                            (or `unanswered`, when the lock is silent about it)
                            else: end = unheard(journey)
    at a further arrival:   if arrives(link, journey, now_us): the lock acts again; no new end
    without any arrival:    end = unheard(journey)
    at end.at_us:           the hub learns end.outcome

`rng` is one stream for each lock. Every call takes from it the same number of values whatever
becomes of the frame, save one more for each armed fault with a probability, and for each direction
of a degraded radio: so a lost frame leaves the latencies of all later ones as they were, and two
runs can be compared.

Faults change what passes, never how it is passed: see `simulator.radio.faults`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from simulator.radio.faults.fault import Point, strike
from simulator.radio.journey import Arrival, FiredFault, Journey, Return
from simulator.radio.words import (
    HEARS,
    IS_HEARD,
    CommandKind,
    RadioState,
    TransmitOutcome,
    Treatment,
)

if TYPE_CHECKING:
    from random import Random

    from simulator.radio.faults.fault import Armed
    from simulator.radio.timing import Timing

__all__ = [
    "Arrival",
    "FiredFault",
    "Journey",
    "Link",
    "Return",
    "answer",
    "arrives",
    "hears",
    "notify",
    "send",
    "unanswered",
    "understands",
    "unheard",
]

# A Kwikset HC620 on a bad link: 94 of about 190 commands timed out, and those that did not took
# 1.5 to 1.8 s there and back (raman325/lock_code_manager#1549). With both directions equally bad
# that is one frame in 3.5 lost, 1 - (1 - 0.29)^2 = 0.496; and about 0.8 s more each way, a fifth of
# what a hub waits for one attempt, whatever the timing.
DEGRADED_LOSS: Final = 0.29
DEGRADED_LATENCY_DIVISOR: Final = 5


@dataclass(frozen=True, slots=True)
class Link:
    """All that the radio knows of one lock. Change `state` and `powered` with `replace`.

    `awake_until_us`: a lock that is `asleep` still hears without a beam before this instant.
    `powered`: without power a lock hears nothing and says nothing, whatever its radio's state.
    `faults`: armed ones, oldest first; see `arm` and `clear`.
    `news_until_us`: when the latest notification reaches the hub. A lock has one transmitter, so
    the next one cannot overtake it.
    `loss`, `latency_us`: of a degraded radio, how likely it is that a frame is lost in one
    direction with all its repetitions, and how much longer it takes; None: a fifth of the time
    after which the hub gives one attempt up.
    `needs_nonce`: each message, either way, waits for a nonce that is asked for first (Security
    S0). What that costs is the timing's to say; it makes no message likelier to be lost.
    """

    state: RadioState
    awake_until_us: int = 0
    powered: bool = True
    faults: tuple[Armed, ...] = ()
    news_until_us: int = 0
    loss: float = DEGRADED_LOSS
    latency_us: int | None = None
    needs_nonce: bool = False


def send(
    link: Link, kind: CommandKind, now_us: int, timing: Timing, rng: Random
) -> tuple[Link, Journey]:
    """Put one command into the air at `now_us`.

    Whether a dead or unpowered lock is reached is decided here: one that comes back before the hub
    gives up does not hear the retries.
    """
    # All of them, needed or not: the module's docstring says why.
    frame_us = timing.frame_us.draw(rng)
    first_frame_us = timing.first_frame_us.draw(rng)
    reply_us = timing.frame_us.draw(rng)
    no_ack_at_us = now_us + timing.draw_silence_us(rng)
    is_lost, loses_answer = _is_lost(link, rng), _is_lost(link, rng)
    late_us = _extra_us(link, timing)

    sleeps = link.state is RadioState.ASLEEP
    # The lock must still be listening when the frame is there, not merely when it is sent.
    beamed = sleeps and now_us + frame_us >= link.awake_until_us
    speaks_until_us = now_us + late_us + (first_frame_us if beamed else frame_us)
    at_us = speaks_until_us + timing.nonce_us(frame_us, needed=link.needs_nonce)
    reply_us += timing.nonce_us(reply_us, needed=link.needs_nonce)
    latest_us = no_ack_at_us - late_us - reply_us - 1
    in_time = hears(link) and not is_lost and at_us <= no_ack_at_us
    arrivals: tuple[Arrival, ...] = ()
    if in_time:
        arrivals = (Arrival(at_us, Treatment.NORMAL, latest_us),)
    faults, arrivals, fired_in_air = strike(link.faults, Point.OUT, kind, arrivals, rng)
    is_overtaken = any(arrival.treatment is Treatment.OVERTAKEN for arrival in arrivals)
    if is_overtaken:
        arrivals = ()
    fired_at_lock: tuple[FiredFault, ...] = ()
    if understands(link):
        faults, arrivals, fired_at_lock = strike(faults, Point.LOCK, kind, arrivals, rng)
    if arrivals:
        at_us = arrivals[0].at_us
    report_at_us = min(at_us + reply_us + late_us, no_ack_at_us)
    loses_answer = loses_answer or at_us + reply_us + late_us > no_ack_at_us

    attempts_in_vain = timing.attempts_max * (2 if sleeps else 1)
    journey = Journey(
        kind=kind,
        arrivals=arrivals,
        speaks_until_us=speaks_until_us,
        report_at_us=report_at_us,
        no_ack_at_us=no_ack_at_us,
        quiet_until_us=_quiet_until_us(kind, arrivals, report_at_us, no_ack_at_us, timing),
        awake_until_us=at_us + timing.awake_window_us,
        attempts=(2 if beamed else 1) if arrivals else attempts_in_vain,
        attempts_in_vain=attempts_in_vain,
        fired=fired_in_air + fired_at_lock,
        is_overtaken=is_overtaken,
        loses_answer=loses_answer,
    )
    return replace(link, faults=faults), journey


def arrives(link: Link, journey: Journey, now_us: int) -> bool:
    """Whether the lock hears the frame at `now_us`, the instant of an arrival.

    Power may have been cut, or the radio may have died, while the frame was under way. A lock that
    was put to sleep meanwhile does hear it: the hub's beam is part of the same errand.
    """
    return hears(link) and bool(journey.arrivals) and now_us >= journey.arrivals[0].at_us


def answer(link: Link, journey: Journey, now_us: int, rng: Random) -> tuple[Link, Return]:
    """Send the lock's answer back, once per journey, after the lock acted at `now_us`.

    OK with the lock's reply, unless the acknowledgement is lost: then NO_ACK without it, although
    the lock acted. A lock that has lost its key acknowledges, and has no reply that the hub would
    understand. (The hub's retries reach a lock that knows their sequence number and does
    nothing again.) The end is never before `now_us`, should the caller's timer have fired late.
    Raises ValueError if nothing can have arrived by `now_us`.
    """
    if not journey.arrivals or now_us < journey.arrivals[0].at_us:
        raise ValueError(f"{journey.kind.value} has not arrived at {now_us} us: nobody can answer")
    reply = _over_the_air(not journey.loses_answer, journey.report_at_us)
    faults, reply, fired = strike(link.faults, Point.BACK, journey.kind, reply, rng)
    woken = _woken(replace(link, faults=faults), journey)
    if not reply:
        return woken, _in_vain(journey, max(journey.no_ack_at_us, now_us), fired)
    return woken, Return(
        at_us=max(reply[0].at_us, now_us),
        outcome=TransmitOutcome.OK,
        carries_reply=understands(link),
        attempts=journey.attempts,
        fired=fired,
    )


def unanswered(link: Link, journey: Journey, now_us: int) -> tuple[Link, Return]:
    """The end of a journey whose lock heard the frame at `now_us` and is silent about it: NO_ACK.

    Nothing is in the air, so nothing can be lost there.
    """
    return _woken(link, journey), _in_vain(journey, max(journey.no_ack_at_us, now_us), ())


def unheard(journey: Journey) -> Return:
    """The end of a journey that no lock heard: NO_ACK, when the hub has tried often enough."""
    return _in_vain(journey, journey.no_ack_at_us, ())


def notify(
    link: Link, now_us: int, timing: Timing, rng: Random
) -> tuple[Link, tuple[int, ...], tuple[FiredFault, ...]]:
    """Say something unasked at `now_us`: when it arrives at the hub, and the faults that fired.

    No arrival if the hub cannot hear or understand the lock, or if the lock has no power: what is
    lost is lost for ever. Notifications of one lock arrive in the order in which they were said. A
    notification does not wake the lock.
    """
    frame_us = timing.frame_us.draw(rng)
    nonce_us = timing.nonce_us(frame_us, needed=link.needs_nonce)
    said_us = now_us + frame_us + nonce_us + _extra_us(link, timing)
    is_lost = _is_lost(link, rng)
    is_heard = link.powered and link.state in IS_HEARD and not is_lost
    news = _over_the_air(is_heard, max(said_us, link.news_until_us))
    faults, news, fired = strike(link.faults, Point.NEWS, None, news, rng)
    arrivals_us = tuple(arrival.at_us for arrival in news)
    told = replace(link, faults=faults, news_until_us=max((link.news_until_us, *arrivals_us)))
    return told, arrivals_us, fired


def hears(link: Link) -> bool:
    """Whether the lock would acknowledge a frame that is there now."""
    return link.powered and link.state in HEARS


def understands(link: Link) -> bool:
    """Whether the lock can decrypt what it hears, so that a command means anything to it."""
    return link.state is not RadioState.KEY_LOST


def _is_lost(link: Link, rng: Random) -> bool:
    return link.state is RadioState.DEGRADED and rng.random() < link.loss


def _extra_us(link: Link, timing: Timing) -> int:
    """How much longer than usual a frame takes, in either direction."""
    if link.state is not RadioState.DEGRADED:
        return 0
    if link.latency_us is not None:
        return link.latency_us
    return timing.no_ack_attempt_us.low_us // DEGRADED_LATENCY_DIVISOR


def _woken(link: Link, journey: Journey) -> Link:
    return replace(link, awake_until_us=max(link.awake_until_us, journey.awake_until_us))


def _over_the_air(arrives: bool, at_us: int) -> tuple[Arrival, ...]:
    """What arrives at the hub before any fault has bitten."""
    return (Arrival(at_us, Treatment.NORMAL),) if arrives else ()


def _quiet_until_us(
    kind: CommandKind,
    arrivals: tuple[Arrival, ...],
    report_at_us: int,
    no_ack_at_us: int,
    timing: Timing,
) -> int:
    """The bound of `Journey.quiet_until_us`.

    Nothing arrives at the lock: only the hub's own time-out is left. Else the lock can act at its
    first arrival, and then speak; neither its report nor a notification is faster than the smallest
    latency. A lock says nothing unasked because it is read, unless a fault makes it restart over
    that, so there the report is the first. The hub's time-out comes after every report, because
    `Timing` refuses numbers for which it would not; but a degraded radio can be so slow that the
    frame is there only just before it.
    """
    if not arrivals:
        return no_ack_at_us
    if kind.writes or arrivals[0].treatment is not Treatment.NORMAL:
        return min(arrivals[0].at_us + timing.latency_min_us, no_ack_at_us)
    return report_at_us


def _in_vain(journey: Journey, at_us: int, fired: tuple[FiredFault, ...]) -> Return:
    return Return(
        at_us=at_us,
        outcome=TransmitOutcome.NO_ACK,
        carries_reply=False,
        attempts=journey.attempts_in_vain,
        fired=fired,
    )
