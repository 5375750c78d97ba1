"""Leaves parts of a plan out, so that what is left is still a valid scenario.

What refers to something that is not there any more goes too: a call about a code of a call that was
left out, a step at a lock that is gone. Nothing is put in its place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from simulator.worlds.plan import Happening, Plain, Plan

_HOLE: Final = re.compile(r"\$\{([^}]+)\}")
# Beside a verb, not the verb.
_BESIDE: Final = frozenset({"name", "save_as", "background", "expect", "timeout"})


def verb_of(step: Plain) -> str:
    """The one key of a step that says what it does."""
    return next(key for key in step if key not in _BESIDE)


def keeping(plan: Plan, is_kept: Callable[[Happening], bool]) -> Plan:
    """Without the knots of happenings that are not kept, and without what refers to them."""
    gone = {one.knot for one in plan.happenings if not is_kept(one)}
    while True:
        left = [one for one in plan.happenings if one.knot not in gone]
        dangling = set(_dangling(left))
        if not dangling:
            return plan.keeping(left)
        gone |= dangling


def without(plan: Plan, knots: Collection[int]) -> Plan:
    """Without these knots."""
    return keeping(plan, lambda one: one.knot not in knots)


def _dangling(happenings: list[Happening]) -> Iterator[int]:
    """The knots of steps that need what no step before them saves."""
    saved: dict[str, list[str]] = {}
    for one in happenings:
        if any(not _is_saved(reference, saved) for reference in references(one.step)):
            yield one.knot
        name = one.step.get("save_as")
        if name is not None:
            saved[name] = devices_of(one.step)


def references(value: object) -> Iterator[str]:
    """Every `name.field` that stands as `${name.field}` in a value, in order."""
    if isinstance(value, str):
        yield from _HOLE.findall(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def _is_saved(reference: str, saved: Mapping[str, list[str]]) -> bool:
    name, *inner = reference.split(".")
    if name not in saved:
        return False
    return inner[0] != "devices" or inner[1] in saved[name]


def devices_of(step: Plain) -> list[str]:
    """The locks of a call over several."""
    body = step[verb_of(step)]
    return list(body.get("device_ids", ())) if isinstance(body, dict) else []


def locks_in(step: Plain) -> list[str]:
    """Every lock that a step names, each as often as it does."""
    body = step[verb_of(step)]
    if not isinstance(body, dict):
        return []
    named: list[str] = []
    for key in ("lock", "device_id", "device_ids", "of"):
        value = body.get(key, [])
        named += value if isinstance(value, list) else [value]
    return named


def without_lock(plan: Plan, lock: str) -> Plan:
    """As if the lock had never been there: calls over it go to the others alone."""
    fleet = _fleet_without(plan.fleet, lock)
    no_hub = plan.fleet.get("hubs", {}).keys() - fleet.get("hubs", {}).keys()
    steps = {id(one): _elsewhere(one.step, lock) for one in plan.happenings}
    gone = {one.knot for one in plan.happenings if steps[id(one)] is None}
    gone |= {one.knot for one in plan.happenings if one.step.get("hub", {}).get("hub") in no_hub}
    left = [
        replace(one, step=steps[id(one)] or one.step)
        for one in plan.happenings
        if one.knot not in gone
    ]
    return without(replace(plan, fleet=fleet, happenings=tuple(left)), ())


def _elsewhere(step: Plain, lock: str) -> Plain | None:
    """The step for the other locks that it names; None if it was about this one alone."""
    named = locks_in(step)
    if lock not in named:
        return step
    if set(named) == {lock}:
        return None
    verb = verb_of(step)
    body = {
        key: [item for item in value if item != lock] if isinstance(value, list) else value
        for key, value in step[verb].items()
    }
    return {**step, verb: body}


def _fleet_without(fleet: Plain, lock: str) -> Plain:
    locks: dict[str, Any] = {name: said for name, said in fleet["locks"].items() if name != lock}
    hubs = {
        name: {**said, "locks": [one for one in said["locks"] if one != lock]}
        for name, said in fleet.get("hubs", {}).items()
    }
    return {"locks": locks, **_hubs({name: said for name, said in hubs.items() if said["locks"]})}


def without_hub(plan: Plan, hub: str) -> Plan:
    """Its locks have a radio each, and what happened to it does not."""
    hubs = {name: said for name, said in plan.fleet["hubs"].items() if name != hub}
    fleet = {"locks": plan.fleet["locks"], **_hubs(hubs)}
    plan = replace(plan, fleet=fleet)
    return keeping(plan, lambda one: one.step.get("hub", {}).get("hub") != hub)


def _hubs(hubs: Plain) -> Plain:
    return {"hubs": hubs} if hubs else {}
