"""Ways to say a plan with fewer words. Each is a function from a plan to a simpler one, or to None.

They are made for one plan and applied one after the other to what is left of it, so each finds the
happening that it is about by its place, and gives None when that is not as it was.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from simulator.worlds.plan import HOUR_MS
from simulator.worlds.pruning import keeping, verb_of, without_hub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from simulator.worlds.plan import Happening, Plain, Plan

    Edit = Callable[[Plan], Plan | None]

PLAINEST_PROFILE: Final = "deadbolt-30"
# What a call is about; all else in its body can go.
_NEEDED: Final = frozenset({"device_ids", "device_id", "access_code_id", "common_code_key"})
# These come and go together.
_WINDOW: Final = ("starts_at", "ends_at")
_CHANGES: Final = frozenset({"update", "update_multiple"})
_ROUND_MS: Final = (0, 1000, 10_000, 60_000, 600_000, HOUR_MS)


def edits(plan: Plan) -> Iterator[Edit]:
    """Every way but those of `gap_edits`."""
    for lock, said in plan.fleet["locks"].items():
        yield partial(_bare, lock)
        yield partial(_of_plainest_kind, lock)
        yield from (
            partial(_without_word_of_lock, lock, word) for word in said if word != "profile"
        )
    for hub in plan.fleet.get("hubs", {}):
        yield partial(_without_known_hub, hub)
    for one in plan.happenings:
        yield from (partial(_edited, one.knot, verb_of(one.step), edit) for edit in _of(one.step))
    for knot in dict.fromkeys(one.knot for one in plan.happenings):
        yield partial(_without_death, knot)
        yield partial(_waiting, knot)
        yield partial(_restarting, knot)


# The fleet.


def _bare(lock: str, plan: Plan) -> Plan | None:
    return _with_lock(lock, {"profile": PLAINEST_PROFILE}, plan)


def _of_plainest_kind(lock: str, plan: Plan) -> Plan | None:
    said = plan.fleet["locks"].get(lock, {})
    return _with_lock(lock, {**said, "profile": PLAINEST_PROFILE}, plan)


def _without_word_of_lock(lock: str, word: str, plan: Plan) -> Plan | None:
    said = plan.fleet["locks"].get(lock, {})
    return _with_lock(lock, {key: said[key] for key in said if key != word}, plan)


def _with_lock(lock: str, said: Plain, plan: Plan) -> Plan | None:
    locks = plan.fleet["locks"]
    if lock not in locks:
        return None
    return replace(plan, fleet={**plan.fleet, "locks": {**locks, lock: said}})


def _without_known_hub(hub: str, plan: Plan) -> Plan | None:
    return without_hub(plan, hub) if hub in plan.fleet.get("hubs", {}) else None


# Single steps.


def _of(step: Plain) -> Iterator[Callable[[Plain], Plain | None]]:
    """What can be done to the body of this step."""
    body = step[verb_of(step)]
    if not isinstance(body, dict):
        return
    if "probability" in body or body.get("times", 1) != 1:
        yield _once
    if _NEEDED & body.keys():
        if all(word in body for word in _WINDOW):
            yield partial(_dropped, _WINDOW)
        yield from (partial(_dropped, (word,)) for word in body if word not in {*_NEEDED, *_WINDOW})
    elif "command" in body:
        yield partial(_dropped, ("command",))
    yield from (partial(_over_others, lock) for lock in body.get("device_ids", ()))


def _once(body: Plain) -> Plain | None:
    return {**{key: body[key] for key in body if key != "probability"}, "times": 1}


def _dropped(words: Sequence[str], body: Plain) -> Plain | None:
    return {key: body[key] for key in body if key not in words}


def _over_others(lock: str, body: Plain) -> Plain | None:
    others = [one for one in body["device_ids"] if one != lock]
    return {**body, "device_ids": others} if others else None


def _edited(knot: int, verb: str, edit: Callable[[Plain], Plain | None], plan: Plan) -> Plan | None:
    """With that step of a knot, the first with this verb, as the edit has it."""
    for index, one in enumerate(plan.happenings):
        if one.knot == knot and verb in one.step:
            body = edit(one.step[verb])
            if body is None or (verb in _CHANGES and not body.keys() - _NEEDED):
                return None
            step = {**one.step, verb: body}
            happenings = list(plan.happenings)
            happenings[index] = replace(one, step=step)
            # Whoever asks for the row of a lock that the call is not over any more goes too.
            return keeping(plan.keeping(happenings), lambda one: True)
    return None


def _without_death(knot: int, plan: Plan) -> Plan | None:
    """With a process that is killed, and does not die within a handler."""
    if not any(one.death for one in plan.happenings if one.knot == knot):
        return None
    return plan.keeping(
        replace(one, death=None) if one.knot == knot else one for one in plan.happenings
    )


def in_order(plan: Plan) -> Plan:
    """With what is due at one instant in the order that it always has."""
    return replace(plan, any_order=False)


# Two steps that can be one.


def _waiting(knot: int, plan: Plan) -> Plan | None:
    """A call that is waited for at once."""
    steps = [one.step for one in plan.happenings if one.knot == knot]
    if not any("await" in step for step in steps) or any("hang_up" in step for step in steps):
        return None
    return plan.keeping(
        replace(one, step={key: one.step[key] for key in one.step if key != "background"})
        if one.knot == knot
        else one
        for one in plan.happenings
        if one.knot != knot or "await" not in one.step
    )


def _restarting(knot: int, plan: Plan) -> Plan | None:
    """A gateway that is started again at once."""
    steps = [one.step for one in plan.happenings if one.knot == knot and one.death is None]
    if steps != [{"gateway": "kill"}, {"gateway": "start"}]:
        return None
    return plan.keeping(
        replace(one, step={"gateway": "restart"}) if one.knot == knot else one
        for one in plan.happenings
        if one.knot != knot or one.step != {"gateway": "start"}
    )


# Instants.


def gaps_at_most(plan: Plan) -> Iterator[Plan]:
    """With every gap cut to the same round length, the shortest first."""
    for most_ms in _ROUND_MS:
        yield _with_gaps(plan, [min(gap_ms, most_ms) for gap_ms in _gaps(plan.happenings)])


def gap_edits(plan: Plan) -> Iterator[Edit]:
    """Each gap shorter and rounder, the shortest first."""
    for index, gap_ms in enumerate(_gaps(plan.happenings)):
        shorter = [round_ms for round_ms in _ROUND_MS if round_ms < gap_ms]
        rounder = [_rounded(gap_ms, unit) for unit in (60_000, 1000, 100) if gap_ms > unit]
        for candidate_ms in dict.fromkeys((*shorter, *rounder)):
            yield partial(_with_gap, index, gap_ms, candidate_ms)


def _rounded(ms: int, unit: int) -> int:
    return max(1, (ms + unit // 2) // unit) * unit


def _with_gap(index: int, was_ms: int, gap_ms: int, plan: Plan) -> Plan | None:
    gaps = _gaps(plan.happenings)
    if gaps[index] != was_ms:
        return None  # a better one was taken
    return _with_gaps(plan, [*gaps[:index], gap_ms, *gaps[index + 1 :]])


def _gaps(happenings: Sequence[Happening]) -> list[int]:
    before = [0, *(one.at_ms for one in happenings)]
    return [one.at_ms - at_ms for one, at_ms in zip(happenings, before, strict=False)]


def _with_gaps(plan: Plan, gaps: Sequence[int]) -> Plan:
    at_ms = 0
    happenings = []
    for one, gap_ms in zip(plan.happenings, gaps, strict=True):
        at_ms += gap_ms
        happenings.append(replace(one, at_ms=at_ms))
    return plan.keeping(happenings)
