"""Calls of the access API, as bookings make them: over some locks, alone and many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.worlds.chance import instants, one_of, span_ms
from simulator.worlds.plan import Happening

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.worlds.plan import Ask, Plain

CALLS_PER_HOUR: Final = 40
# Few, so that they collide with each other and with what people make at keypads.
CODES: Final = ("1353", "2424", "135246", "465132", "13579")
CALLS: Final = (
    "create_multiple",
    "create",
    "delete",
    "update",
    "update_multiple",
    "get",
    "list",
    "pull_backup",
)
# What may become of a call, and is counted beside it.
SEQUELS: Final = ("call.hang_up", "call.once_more")
_LENGTHS: Final = (4, 5, 6, 8)
_KINDS: Final = {
    "create_multiple": 38,
    "create": 10,
    "delete": 20,
    "update": 12,
    "update_multiple": 6,
    "get": 3,
    "list": 5,
    "pull_backup": 2,
    "again": 4,
}
_OPEN_MOST_MS: Final = 60_000
# Of the callers who do not wait on the spot, those who hang up; and of these, who call once more.
_HANG_UP: Final = 0.12
_ONCE_MORE: Final = 0.6
_WITH_A_KEY: Final = 0.15
_LATELY: Final = 12  # calls that later ones are about


@dataclass(frozen=True, slots=True)
class _Made:
    """A call that may have made rows, which is answered before `known_ms` if at all."""

    name: str
    verb: str
    body: Plain
    known_ms: int

    def row(self, lock: str | None) -> str:
        """The id of its row on a lock, as a step asks for it."""
        of = f"{self.name}.devices.{lock}" if lock is not None else self.name
        return f"${{{of}.access_code_id}}"


class Traffic:
    """Makes the calls of one world."""

    def __init__(self, ask: Ask, locks: Sequence[str]) -> None:
        self._dice = ask.dice("traffic")
        self._impatience = ask.dice("impatience")
        self._hours = ask.hours
        self._locks = locks
        self._made: list[_Made] = []

    def happenings(self) -> Iterator[Happening]:
        """All of them; knots count from 0."""
        for knot, at_ms in enumerate(instants(self._dice, self._hours, CALLS_PER_HOUR)):
            kind = one_of(self._dice, _KINDS)
            if kind in ("create_multiple", "create"):
                yield from self._create(kind, self._body(kind), knot, at_ms)
            elif kind == "list":
                body = {"device_id": self._dice.choice(self._locks)}
                yield Happening(at_ms, knot, "call.list", {"list": body})
            elif known := [made for made in self._made if made.known_ms < at_ms][-_LATELY:]:
                yield from self._about(kind, self._dice.choice(known), knot, at_ms)

    def _create(self, verb: str, body: Plain, knot: int, at_ms: int) -> Iterator[Happening]:
        name = f"call-{knot}"
        step: Plain = {verb: body, "save_as": name}
        if self._dice.random() < 0.4:
            self._made.append(_Made(name, verb, body, at_ms))
            yield Happening(at_ms, knot, f"call.{verb}", step)
            return
        later_ms = at_ms + span_ms(self._dice, 10, _OPEN_MOST_MS)
        if self._impatience.random() < _WITH_A_KEY:
            step = {**step, verb: {**body, "idempotency_key": f"key-{knot}"}}
        yield Happening(at_ms, knot, f"call.{verb}", {**step, "background": True})
        if self._impatience.random() < _HANG_UP:
            yield Happening(later_ms, knot, "call.hang_up", {"hang_up": name})
            yield from self._once_more(step, verb, knot, later_ms)
        else:
            self._made.append(_Made(name, verb, body, later_ms))
            yield Happening(later_ms, knot, "call.await", {"await": name})

    def _once_more(self, step: Plain, verb: str, knot: int, from_ms: int) -> Iterator[Happening]:
        """The same call by a caller who has hung up, with the same id if there was one."""
        dice = self._impatience
        if dice.random() >= _ONCE_MORE:
            return
        name = f"{step['save_as']}-again"
        at_ms = from_ms + span_ms(dice, 10, _OPEN_MOST_MS)
        later_ms = at_ms + span_ms(dice, 10, _OPEN_MOST_MS)
        self._made.append(_Made(name, verb, step[verb], later_ms))
        again = {**step, "save_as": name, "background": True}
        yield Happening(at_ms, knot, "call.once_more", again)
        yield Happening(later_ms, knot, "call.await", {"await": name})

    def _about(self, kind: str, made: _Made, knot: int, at_ms: int) -> Iterator[Happening]:
        """A call about what an earlier one has made, or the same again by an impatient caller."""
        if kind == "again":
            yield from self._create(made.verb, made.body, knot, at_ms)
            return
        over = made.body.get("device_ids")
        row = made.row(self._dice.choice(over) if over is not None else None)
        body: Plain = {"access_code_id": row}
        if kind == "update":
            body |= self._changes(code=True)
        elif kind == "update_multiple":
            body = {"common_code_key": f"${{{made.name}.common_code_key}}"} | self._changes()
        step: Plain = {kind: body}
        if kind in ("get", "pull_backup"):
            step["save_as"] = f"call-{knot}"
        yield Happening(at_ms, knot, f"call.{kind}", step)

    def _body(self, verb: str) -> Plain:
        dice = self._dice
        body: Plain = {}
        if verb == "create":
            body["device_id"] = dice.choice(self._locks)
        else:
            body["device_ids"] = dice.sample(self._locks, dice.randint(1, len(self._locks)))
            if dice.random() < 0.6:
                body["behavior_when_code_cannot_be_shared"] = dice.choice(
                    ["throw", "create_random_code"]
                )
            if dice.random() < 0.15:
                body["preferred_code_length"] = dice.choice(_LENGTHS)
        if dice.random() < 0.3:
            body["code"] = dice.choice(CODES)
        if dice.random() < 0.35:
            body |= self._times()
            if dice.random() < 0.1:
                body["use_backup_access_code_pool"] = True
        if dice.random() < 0.2:
            body["name"] = dice.choice(["Guest", "Cleaner", "A name that no lock has the room for"])
        for flag, share in (("sync", 0.3), ("attempt_for_offline_device", 0.15)):
            if dice.random() < share:
                body[flag] = False
        if dice.random() < 0.15:
            body["allow_external_modification"] = True
        return body

    def _times(self) -> Plain:
        dice = self._dice
        start_min = dice.choice([0, 1, 5, 20, 90])
        end_min = start_min + dice.choice([2, 10, 45, 120])
        if start_min == 0:
            return {"starts_at": "+1s", "ends_at": f"+{end_min}m"}
        return {"starts_at": f"+{start_min}m", "ends_at": f"+{end_min}m"}

    def _changes(self, *, code: bool = False) -> Plain:
        dice = self._dice
        if code and dice.random() < 0.6:
            return {"code": dice.choice(CODES)}
        if dice.random() < 0.5:
            return {"name": "Another guest"}
        return self._times()
