"""What has happened in a campaign, and what has not: a fault that never fires tests nothing."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.processes import GATEWAY
from simulator.scenario.words import FAULTS
from simulator.worlds.failpoints import FAILPOINTS
from simulator.worlds.people import ACTS
from simulator.worlds.traffic import CALLS, SEQUELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from latchbench.trace import TraceEvent
    from simulator.worlds.plan import Plan

# So many hours are a campaign, in which everything must have happened at least once: what is rarest
# (a fault in `light` weather, with half of the kinds off) comes in one hour of twelve then.
CAMPAIGN_MIN_H: Final = 200

# Turns that a code, a group or the gateway's belief in a lock can take, by the trace's words.
_TURNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gateway.group.admitted": "group.admitted",
        "gateway.group.committed": "group.committed",
        "gateway.group.aborted": "group.withdrawn",
        "gateway.refused": "group.refused",
        "gateway.device.apart": "device.apart",
        "gateway.code.verified": "code.verified",
        "gateway.code.not_there": "code.not_there",
        "gateway.code.refused": "code.refused_by_lock",
        "gateway.code.redrawn": "code.redrawn",
        "gateway.code.changed_at_lock": "code.changed_at_lock",
        "gateway.code.astray": "code.astray",
        "gateway.code.cut_short": "code.cut_short",
        "gateway.code.update": "code.updated",
        "gateway.code.expired": "code.expired",
        "gateway.code.gone": "code.gone",
        "gateway.unmanaged.created": "unmanaged.found",
        "gateway.unmanaged.removed": "unmanaged.gone",
        "gateway.lock.silent": "lock.silent",
        "gateway.lock.believed_dead": "lock.believed_dead",
        "gateway.lock.back": "lock.back",
        "gateway.lock.host_lost": "lock.host_lost",
        "gateway.lock.host_silent": "lock.host_silent",
        "gateway.lock.new_incarnation": "lock.new_incarnation",
        "gateway.backup.drawn": "backup.drawn",
    }
)

EXPECTED: Final[tuple[str, ...]] = (
    *(f"call.{verb}" for verb in CALLS),
    *SEQUELS,
    *(f"people.{act}" for act in ACTS),
    *FAILPOINTS,
    *_TURNS.values(),
)


def counted(plan: Plan, trace: Iterable[TraceEvent]) -> Counter[str]:
    """How often each of `EXPECTED` happened in a world.

    A fault counts when it fires and a death within a handler when it comes, not when they are
    armed; everything else that the plan does to a world counts when it is done.
    """
    found: Counter[str] = Counter()
    for one in plan.happenings:
        is_counted = one.first or one.kind in SEQUELS
        if is_counted and one.death is None and not one.kind.startswith("fault."):
            found[one.kind] += 1
    for event in trace:
        found.update(_words(event))
    return found


def _words(event: TraceEvent) -> Iterator[str]:
    if event.kind == "lock.fault.fired":
        yield f"fault.{event.fields['fault']}"
    elif event.kind == "bench.died":
        is_gateway = event.fields["of"] == GATEWAY
        yield "gateway.dies_at_commit" if is_gateway else "host.dies_at_write"
    elif event.kind in _TURNS:
        yield _TURNS[event.kind]


def missing(counts: Mapping[str, int]) -> list[str]:
    """What never happened, in the order of `EXPECTED`."""
    return [word for word in EXPECTED if not counts.get(word)]


def faults(counts: Mapping[str, int]) -> dict[str, int]:
    """How often each fault has fired."""
    return {fault: counts.get(f"fault.{fault}", 0) for fault in FAULTS.words}
