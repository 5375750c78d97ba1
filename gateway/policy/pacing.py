"""How many commands a hub is given, and what its failures mean. Order and pace are data.

A hub is one radio. It holds a few frames and fails the next; a gateway that sends more than that
gains nothing and loses the order. So each hub that locks share has *room* for a few commands; locks
that find none stand in a line, and whoever had a turn goes to its end. That way a lock that never
answers takes its turn like the others, and no more.

| what the hub says               | what follows                                               |
| ------------------------------- | ---------------------------------------------------------- |
| failed, others are under way    | it is full: it has room for as many as it just held        |
| failed, nothing is under way    | it is tried with one command, after a pause that grows     |
| failed in three pauses in a row | it is believed to be down, and its locks out of reach      |
| sent, acknowledged or not       | it works; a pause ends at once                             |

A failed transmission says nothing of the lock: it is not a silence, and nobody is believed dead
because of it.

Locks with Security S0 need a nonce of the hub's for every answer, and a hub that has turned to the
next of them gives none (zwave-js/zwave-js#4483). So of them one at a time is spoken to, from the
command until its report is there; see `goes_beside`. Other locks share the hub's room meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gateway.policy.retry import RESYNC_FIRST_US, backoff_us

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

COMMANDS_PER_HUB: Final = 4
CODE_GAP_US: Final = 2_000_000
FAILURES_UNTIL_DOWN: Final = 3
# How long a hub that once had less room than it should have is not given more: a tunable.
ROOM_LEARNED_US: Final = 60_000_000


class Security(StrEnum):
    """How a lock and its hub encrypt what they say to each other."""

    NONE = "none"
    S0 = "s0"
    S2 = "s2"


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast this gateway may be.

    `commands_per_hub` are under way at most on one hub that locks share: as many as a controller's
    queue is taken to hold. No code is written to a lock within `code_gap_us` after another:
    managers in the field leave 2 s (raman325/lock_code_manager#673), because codes vanish from
    locks that are hurried (FutureTense/keymaster#525).
    """

    commands_per_hub: int = COMMANDS_PER_HUB
    code_gap_us: int = CODE_GAP_US


@dataclass(frozen=True, slots=True)
class HubPace:
    """What one hub has shown. `room` is None where nothing was learned.

    `pause_until_us`: nothing is sent before. `down_since_us`: believed to be down since then.
    """

    room: int | None = None
    room_until_us: int = 0
    failures: int = 0
    pause_until_us: int | None = None
    down_since_us: int | None = None

    def is_paused(self, now_us: int) -> bool:
        """Whether the hub is left alone now."""
        return self.pause_until_us is not None and now_us < self.pause_until_us


def has_room(pace: HubPace, limit: int | None, under_way: int, now_us: int) -> bool:
    """Whether a hub with so many commands under way takes one more now; limit None: no limit."""
    if pace.is_paused(now_us):
        return False
    rooms = [room for room in (limit, pace.room) if room is not None]
    return not rooms or under_way < min(rooms)


def goes_beside(security: Security, under_way: Iterable[Security]) -> bool:
    """Whether a lock may be given a command while locks of these securities have theirs.

    Only one lock with S0 at a time: with two, the answer of the first would be lost, and it would
    have to be asked again. What encrypts otherwise, or not at all, is answered in the same exchange
    and stands in nobody's way.
    """
    return security is not Security.S0 or Security.S0 not in under_way


def has_turn(line: Iterable[str], device_id: str, *, goes_on: bool) -> bool:
    """Whether a lock may take what room there is, rather than stand in the line.

    `line`: those that could be given a command now; who waits for something else holds up nobody.
    `goes_on`: it ends what it has begun; a read right before a write is worth nothing later.
    """
    return goes_on or next(iter(line), device_id) == device_id


def failed(
    pace: HubPace, *, under_way: int, wanted: bool, now_us: int, draw: Callable[[int], int]
) -> HubPace:
    """A command was not sent; `under_way` others still are.

    Failures within one pause are the same trouble. A hub that is down and that nobody wants
    anything of is looked in on now and then.
    """
    pace = replace(
        pace,
        room=max(1, min(under_way, pace.room or under_way)),
        room_until_us=now_us + ROOM_LEARNED_US,
    )
    if pace.is_paused(now_us):
        return pace
    failures = pace.failures + 1
    is_down = failures >= FAILURES_UNTIL_DOWN
    wait_us = backoff_us(failures, draw) if wanted or not is_down else RESYNC_FIRST_US
    since_us = pace.down_since_us
    return replace(
        pace,
        failures=failures,
        pause_until_us=now_us + wait_us,
        down_since_us=now_us if is_down and since_us is None else since_us,
    )


def worked(pace: HubPace, now_us: int) -> HubPace:
    """A command was sent, or something was heard through this hub."""
    if pace.down_since_us is not None:
        return HubPace()
    learned = pace.room is not None and now_us < pace.room_until_us
    return HubPace(pace.room, pace.room_until_us) if learned else HubPace()
