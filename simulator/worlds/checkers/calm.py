"""Since when nothing has been in the way between the gateway and a lock.

Much is promised only of a lock that can be reached. A lock is *calm* from the last thing that was
done to it, to its hub or to any process, provided that all of them are well by then.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from simulator.worlds.plan import DIES

if TYPE_CHECKING:
    from latchbench.trace import TraceEvent
    from simulator.worlds.plan import Plain
    from simulator.worlds.seen import Seen

_RUNS: Final = ""
# What becomes of a process that is in a state; anything else cannot be done, and changes nothing.
_MOVES: Final = {
    (_RUNS, "kill"): "killed",
    (_RUNS, "stop"): "stopped",
    ("stopped", "kill"): "killed",
    ("stopped", "continue"): _RUNS,
    ("killed", "start"): _RUNS,
    ("stopped", "restart"): _RUNS,
}
_GATEWAY: Final = "gateway"
# A fault that outlasts its last time, and that nobody takes away by clearing it.
_HANGS: Final = "freeze"
# What happens to a lock and passes without leaving anything behind.
_PASSING: Final = frozenset({"lock.clock.shifted", "lock.reset", "lock.code.refused"})


class Calm:
    """Follows what is in the way, from the trace and from the steps that the plan has."""

    def __init__(self, seen: Seen) -> None:
        steps = seen.plan.document()["steps"]
        self._steps: dict[str, Plain] = {str(place): step for place, step in enumerate(steps, 1)}
        self._healed_us = seen.healed_us
        self._hubs: dict[str, list[str]] = {
            hub: list(section["locks"]) for hub, section in seen.plan.fleet.get("hubs", {}).items()
        }
        self._since: dict[str, int] = dict.fromkeys(seen.locks, 0)
        self._ills: dict[str, set[str]] = {lock: set() for lock in seen.locks}
        self._faults: dict[str, Counter[str]] = {lock: Counter() for lock in seen.locks}
        self._cycled_us: dict[str, int] = {}  # when each lock's power was last cut and restored
        self._down: dict[str, str] = {}  # processes that do not run, and what they are
        self._gateway_us = 0

    def since_us(self, lock: str) -> int | None:
        """Since when a lock has been within reach and left alone; None while it is not."""
        if self._ills[lock] or self._down or self._faults[lock].total():
            return None
        return self._since[lock]

    def gateway_since_us(self) -> int | None:
        """Since when the gateway has been running; None while it is not."""
        return None if _GATEWAY in self._down else self._gateway_us

    def disturb_all(self, at_us: int) -> None:
        """Something happened that concerns all locks."""
        for lock in self._since:
            self._since[lock] = at_us

    def hear(self, event: TraceEvent) -> None:
        """One event of the trace, in its order."""
        if event.at_us >= self._healed_us and self._down:
            self._down.clear()
            self._gateway_us = event.at_us
            self.disturb_all(event.at_us)
        if event.kind == "bench.step":
            self._process(event)
        elif event.kind == "bench.died":
            self._died(event)
        elif event.kind in ("hub.down", "hub.up"):
            hub = event.source.removeprefix("hub ")
            for lock in self._hubs.get(hub, ()):
                self._ill(lock, "hub", event.at_us, is_so=event.kind == "hub.down")
        elif event.source in self._since:
            self._lock(event)

    def _died(self, event: TraceEvent) -> None:
        """A process ended in the middle of what it did, perhaps right after its start."""
        self._down[event.fields["of"]] = "killed"
        self.disturb_all(event.at_us)
        for lock in event.fields["of"].split(","):
            self._wake(lock)
            if self._cycled_us.get(lock) == event.at_us:
                self._ill(lock, "power", event.at_us, is_so=True)  # perhaps it was only cut

    def _process(self, event: TraceEvent) -> None:
        step = self._steps.get(event.fields.get("number", ""), {})
        if str(step.get("name", "")).startswith(DIES):
            return  # it dies at some point after that, perhaps never
        name, action = "", ""
        if _GATEWAY in step:
            name, action = _GATEWAY, str(step[_GATEWAY])
        elif "host" in step:
            name, action = ",".join(sorted(step["host"]["of"])), str(step["host"]["action"])
        if name == _GATEWAY:
            self._gateway_us = event.at_us
        if name:
            self.disturb_all(event.at_us)
            was = self._down.pop(name, _RUNS)
            state = _MOVES.get((was, action), was)
            if state == "killed":
                for lock in name.split(","):
                    self._wake(lock)
            if state != _RUNS:
                self._down[name] = state

    def _wake(self, lock: str) -> None:
        """A lock that hung is as good as new: its power was cut, or its process is another one."""
        if lock in self._ills:
            self._ills[lock].discard(_HANGS)

    def _ill(self, lock: str, ill: str, at_us: int, *, is_so: bool) -> None:
        self._since[lock] = at_us
        (self._ills[lock].add if is_so else self._ills[lock].discard)(ill)

    def _lock(self, event: TraceEvent) -> None:
        lock, told, at_us = event.source, event.fields, event.at_us
        match event.kind:
            case "lock.radio":
                self._ill(lock, "radio", at_us, is_so=told["state"] != "awake")
            case "lock.power":
                self._ill(lock, "power", at_us, is_so=told["action"] == "cut")
                if told["action"] != "restore":
                    self._wake(lock)
                if told["action"] == "cycle":
                    self._cycled_us[lock] = at_us
            case "lock.battery":
                self._ill(lock, "battery", at_us, is_so=int(told["percent"]) < _GOOD_PERCENT)
            case "lock.jammed":
                self._ill(lock, "jammed", at_us, is_so=told["jammed"] == "true")
            case "lock.keypad.brought":
                self._ill(lock, "keypad", at_us, is_so=told["state"] != "clear")
            case "lock.fault.armed":
                self._faults[lock][told["fault"]] += 1
                self._since[lock] = at_us
            case "lock.fault.fired":
                self._faults[lock][told["fault"]] -= told.get("left") == "0"
                self._since[lock] = at_us
                if told["fault"] == _HANGS:
                    self._ill(lock, _HANGS, at_us, is_so=True)
            case "lock.fault.cleared":
                if told.get("fault"):
                    del self._faults[lock][told["fault"]]
                else:
                    self._faults[lock].clear()
                self._since[lock] = at_us
            case "lock.keypad" if told["feedback"] in ("locked_out", "done"):
                self._since[lock] = at_us
            case kind if kind in _PASSING:
                self._since[lock] = at_us


_GOOD_PERCENT: Final = 50
