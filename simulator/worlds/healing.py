"""What was done to a world's locks and processes, undone: the steps at the end of its file.

`simulator.worlds.world.heal` does the same to a world that runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.worlds.plan import Plain

# What a fault has taken hold of may not have come to its lock yet, and freeze it then.
UNDER_WAY_US: Final = 10_000_000
# What brings a process back that was left so.
_BACK_BY: Final = {"kill": "start", "stop": "continue"}


def brought_back(done: Iterable[Plain]) -> Iterator[Plain]:
    """Processes that run again after these steps."""
    away: dict[str, tuple[Any, str]] = {}
    for step in done:
        body = step.get("host") or ({"action": step["gateway"]} if "gateway" in step else None)
        if body is None:
            continue
        who = str(body.get("of", "gateway"))
        if body["action"] in _BACK_BY:
            away[who] = (body.get("of"), _BACK_BY[body["action"]])
        else:
            away.pop(who, None)
    for locks, action in away.values():
        yield {"gateway": action} if locks is None else {"host": {"of": locks, "action": action}}


def healed(done: Sequence[Plain], fleet: Plain, *, everything: bool) -> list[Plain]:
    """Everything that these steps left wrong is right again; with `everything`, all that can be.

    Processes come first: only one that runs can have anything done to it.
    """
    locks = "*"
    verbs = {verb for step in done for verb in step}
    steps = list(brought_back(done))
    hubs = fleet.get("hubs", {})
    if everything or "hub" in verbs:
        steps += ({"hub": {"hub": hub, "state": "up"}} for hub in hubs)
    if everything or "inject" in verbs:
        steps += [{"clear_faults": {"lock": locks}}, {"advance": f"{UNDER_WAY_US // 1_000_000}s"}]
    if everything or "battery" in verbs:
        steps.append({"battery": {"lock": locks, "percent": 100}})
    if everything or verbs & {"inject", "power", "battery"}:
        steps.append({"power": {"lock": locks, "action": "cycle"}})
    if everything or "jam" in verbs:
        steps.append({"jam": {"lock": locks, "jammed": False}})
    steps += (
        {"keypad_state": {"lock": lock, "state": "clear"}} for lock in sorted(_conditioned(done))
    )
    if everything or "radio" in verbs:
        steps.append({"radio": {"lock": locks, "state": "awake"}})
    return steps


def _conditioned(done: Iterable[Plain]) -> set[str]:
    """The locks whose keypads were brought into some condition last."""
    conditions = {
        step["keypad_state"]["lock"]: step["keypad_state"]["state"]
        for step in done
        if "keypad_state" in step
    }
    return {lock for lock, state in conditions.items() if state != "clear"}
