"""What a world broke, in words of the scenario language: expectations that hold in a right world.

What can be said:
- of the end: which codes a lock must have or lack, how many slots it may use, that no code is
  listed with a status that nothing explains, that nothing is under way any more;
- of every moment: the invariants of `always`, where one was broken over the same lock and code as
  the checker's promise, or corresponds to the promise itself.

What cannot: a status that was wrong for a while (`honest_status`), a command that had no right to
be sent and did no harm (`hands_off`), an answer about a call that was not decided. Such a world is
to be seen with its seed alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from latchbench.pin import Pin
from latchbench.trace import PinLetters
from simulator.http_door import HttpReply
from simulator.scenario.always import INVARIANTS, Always, breaches
from simulator.scenario.answers import OK, CallResult
from simulator.scenario.verbs import VERBS
from simulator.worlds.checkers.convergence import NAME as CONVERGENCE
from simulator.worlds.pruning import references, verb_of
from simulator.worlds.violations import locks_named, pins_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.worlds.plan import Plain
    from simulator.worlds.retold import Told
    from simulator.worlds.seen import Exchange, LockEnd, Seen
    from simulator.worlds.world import Outcome

HOLDS: Final = "locks hold what is listed and what people made"
EXPLAINED: Final = "every code is set or says why not"
AT_REST: Final = "nothing is under way any more"
# By the name of a checker: what breaks the same promise.
_SAME_PROMISE: Final[Mapping[str, str]] = {
    "throw_atomicity": "throw_is_atomic",
    "no_duplicates": "at_most_once_per_lock",
    "secrecy": "no_plain_codes_in_log",
}


@dataclass(frozen=True, slots=True)
class Shortfalls:
    """What must hold and did not: after the healing, and after every event.

    `always` has how each invariant was first broken, PINs as letters.
    """

    endings: Sequence[Plain] = field(default=())
    always: Mapping[str, str] = field(default_factory=dict)


def shortfalls(outcome: Outcome, seen: Seen, steps: Sequence[Told]) -> Shortfalls:
    """Of a world that was looked at in the end, and of the steps as they went."""
    about = {
        lock for violation in outcome.violations for lock in locks_named(violation, outcome.plan)
    }
    says = _Codes(steps, seen)
    endings: list[Plain] = []
    if not seen.settled:
        endings.append({"name": AT_REST, "settle": {"within": "1h"}})
    held = [one for lock in sorted(about) for one in _of_memory(lock, outcome, seen, says)]
    if held:
        endings.append({"name": HOLDS, "expect_device": held if len(held) > 1 else held[0]})
    for lock in sorted(about):
        endings += _of_statuses(lock, seen.locks[lock])
    return Shortfalls(endings, _broken_always(outcome, seen))


# Memories.


def _of_memory(lock: str, outcome: Outcome, seen: Seen, says: _Codes) -> Iterator[Plain]:
    """What `expect_device` must say of this lock."""
    end = seen.locks[lock]
    rows = [row for row in end.rows if row["status"] == "set"]
    listed = [row["code"] for row in (*rows, *end.unmanaged)]
    masked = sum(code is None for code in listed)
    told = Counter(code for code in listed if code is not None)
    held = Counter(pin.reveal() for pin in end.memory.values())
    missing, unlisted = told - held, held - told
    if unlisted.total() > masked:
        sayable = {code: says.of(code) for code in unlisted if not told[code]}
        if masked or None in sayable.values() or len(sayable) < len(unlisted):
            yield {lock: {"slots_used": {"lt": len(listed) + 1}}}
        else:
            yield from ({lock: {"lacks_code": said}} for said in sayable.values())
    for code in missing:
        if (said := says.of(code)) is not None:
            yield {lock: {"has_code": said}}
    if any(violation.checker != CONVERGENCE for violation in outcome.violations):
        peoples = _made_by_people(lock, outcome)
        yield from ({lock: {"has_code": code}} for code in peoples if not held[code])


def _made_by_people(lock: str, outcome: Outcome) -> list[str]:
    """The codes that people stored in this lock and did not take out."""
    slots: dict[int, str | None] = dict(outcome.plan.fleet["locks"][lock].get("codes", {}))
    for one in outcome.plan.happenings:
        body = one.step.get("program_at_keypad") or {}
        if body.get("lock") == lock:
            slots[body["slot"]] = body["code"]
        elif one.step.get("factory_reset", {}).get("lock") == lock:
            slots.clear()
    return list(dict.fromkeys(code for code in slots.values() if code is not None))


class _Codes:
    """How a file can say a code: digits that stand in the plan, or what a call has saved."""

    def __init__(self, steps: Sequence[Told], seen: Seen) -> None:
        self._said: dict[str, str] = {}
        left = list(seen.exchanges)
        for one in steps:
            verb = verb_of(one.step)
            if one.left_out is not None or not VERBS[verb].is_call:
                continue
            exchange = _taken(left, verb)
            name = one.step.get("save_as")
            if exchange is not None and exchange.status == OK and name is not None:
                for code, said in _saved(exchange, verb, name, seen):
                    self._said.setdefault(code, said)
        plan = seen.plan
        for code in _codes_in([plan.fleet, *(one.step for one in plan.happenings)]):
            self._said[code] = code

    def of(self, code: str) -> str | None:
        """None if there is no word for it."""
        return self._said.get(code)


def _taken(left: list[Exchange], verb: str) -> Exchange | None:
    """The call that a step made: the first of its kind that no step before it made."""
    path = getattr(VERBS[verb].body, "path", None)
    made = next((exchange for exchange in left if exchange.path == path), None)
    if made is not None:
        left.remove(made)
    return made


def _saved(exchange: Exchange, verb: str, name: str, seen: Seen) -> Iterator[tuple[str, str]]:
    reply = HttpReply(exchange.status, exchange.reply)
    result = CallResult.from_reply(reply, lambda device: seen.lock_of.get(device, device))
    common = result.names().get("code")
    if isinstance(common, Pin):
        yield common.reveal(), f"${{{name}.code}}"
    if verb == "create_multiple":
        for lock, row in result.rows.items():
            if isinstance(row.get("code"), Pin):
                yield row["code"].reveal(), f"${{{name}.devices.{lock}.code}}"


def _codes_in(value: object) -> Iterator[str]:
    """Every code that stands in plain text under `code` or `codes`."""
    if isinstance(value, list):
        for inner in value:
            yield from _codes_in(inner)
    elif isinstance(value, dict):
        codes = [value.get("code"), *(value.get("codes") or {}).values()]
        yield from (code for code in codes if isinstance(code, str) and not any(references(code)))
        for inner in value.values():
            yield from _codes_in(inner)


# Statuses.


def _of_statuses(lock: str, end: LockEnd) -> Iterator[Plain]:
    """What a list of the lock's codes must not show."""
    unexplained = {
        row["status"] for row in end.rows if row["status"] != "set" and not row["errors"]
    }
    if unexplained:
        none = [{"status": status, "errors": []} for status in sorted(unexplained)]
        yield {"name": EXPLAINED, "list": {"device_id": lock}, "expect": {"none": none}}


# Every moment.


def _broken_always(outcome: Outcome, seen: Seen) -> dict[str, str]:
    letters = PinLetters()
    for event in seen.trace:
        letters.plain(event)
    same = {_SAME_PROMISE.get(violation.checker) for violation in outcome.violations}
    about = [
        (locks_named(violation, outcome.plan), pins_named(violation.message))
        for violation in outcome.violations
    ]
    broken: dict[str, str] = {}
    for breach in breaches([Always((), word) for word in INVARIANTS], seen.trace, seen.token):
        locks = {breach.event.source, breach.event.fields.get("lock")}
        message = letters.shown(breach.message)
        pins = pins_named(message)
        if breach.always.word in same or any(
            locks.intersection(of) and pins.intersection(what) for of, what in about
        ):
            broken.setdefault(breach.always.word, message)
    return broken
