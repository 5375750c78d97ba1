"""`always`: what must hold after every event of a run, judged by the trace alone.

| invariant | broken when |
| --- | --- |
| `no_orphan_codes` | a code that the gateway wrote is in a lock, and no access code owns it |
| `at_most_once_per_lock` | a code that the gateway wrote is in two slots of one lock |
| `throw_is_atomic` | a refused throw is sent or published, or given up while a lock holds it |
| `no_plain_codes_in_log` | the digits of a code stand in an event that a process told |

A code is owned from the first time the gateway sends it until it says that the code is gone, also
while it is being taken back: that the gateway knows of it is the point. What people store by hand,
or scenarios at the start, is nobody's business here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from latchbench.pin import Pin
from latchbench.trace import TOKEN
from simulator.scenario.problems import Trouble, kind_of, listed, shown, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from latchbench.trace import TraceEvent
    from simulator.scenario.problems import Gathering, Where

_DIGITS: Final = re.compile(r"(?<![0-9A-Za-z:.-])[0-9]{4,10}(?![0-9A-Za-z:-])")


@dataclass(frozen=True, slots=True)
class Always:
    """One invariant, and where the file asks for it."""

    at: Where
    word: str


@dataclass(frozen=True, slots=True)
class Breach:
    """The event after which an invariant did not hold, and in what way. PINs are tokens."""

    always: Always
    event: TraceEvent
    message: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What a slot holds; `meant` is the code that the gateway sent there, None: by hand."""

    pin: str
    meant: str | None


@dataclass(frozen=True, slots=True)
class _Group:
    locks: tuple[str, ...]
    pin: str | None
    throws: bool


@dataclass(slots=True)
class Ledger:
    """What the trace so far says of locks and gateway. A PIN is its token; `token` makes one."""

    token: Callable[[Pin], str]
    held: dict[tuple[str, str], _Held] = field(default_factory=dict)
    owned: set[tuple[str, str]] = field(default_factory=set)
    aborted: set[tuple[str, str]] = field(default_factory=set)
    _groups: dict[str, _Group] = field(default_factory=dict)
    _sent: set[tuple[str, str, str]] = field(default_factory=set)
    _last_sent: dict[str, tuple[str, str]] = field(default_factory=dict)
    _pins: set[str] = field(default_factory=set)
    _plain: set[str] = field(default_factory=set)

    def apply(self, event: TraceEvent) -> None:
        """One more event."""
        told = event.fields
        match event.kind:
            case "lock.code.stored":
                meant = self._meant(event.source, told["slot"], told["pin"])
                self.held[event.source, told["slot"]] = _Held(told["pin"], meant)
            case "lock.code.cleared":
                self.held.pop((event.source, told["slot"]), None)
            case "lock.report" if told.get("command") == "set_user_code":
                self._last_sent.pop(event.source, None)
            case "gateway.command.sent" if told["command"] == "SetCode":
                self._sent.add((told["lock"], told["slot"], told["pin"]))
                self._last_sent[told["lock"]] = (told["slot"], told["pin"])
                self.owned.add((told["lock"], told["pin"]))
            case "gateway.code.gone":
                self.owned.discard((told["lock"], told.get("pin", "")))
            case "gateway.code.redrawn":
                self.owned.discard((told["lock"], told.get("was", "")))
            case "gateway.group.admitted":
                group = _Group(
                    tuple(told["over"].split(",")), told.get("pin"), told["behavior"] == "throw"
                )
                self._groups[told["group"]] = group
                self.aborted -= {(lock, group.pin or "") for lock in group.locks}
            case "gateway.group.aborted" if told["group"] in self._groups:
                group = self._groups[told["group"]]
                if group.throws and group.pin is not None:
                    self.aborted |= {(lock, group.pin) for lock in group.locks}

    def _meant(self, lock: str, slot: str, pin: str) -> str | None:
        if (lock, slot, pin) in self._sent:
            return pin
        # In another slot, or cut short on its way: it came of the command that is under way.
        last_slot, last_pin = self._last_sent.get(lock, ("", ""))
        return last_pin if slot == last_slot or pin == last_pin else None

    def slots(self, lock: str, pin: str) -> list[str]:
        """The slots in which a lock holds a code that the gateway wrote as `pin`."""
        return [
            slot
            for (of, slot), held in self.held.items()
            if of == lock and held.meant is not None and pin in (held.pin, held.meant)
        ]

    def spoken_plainly(self, event: TraceEvent) -> Iterator[str]:
        """Codes whose digits are in the event, or were in an earlier one, as tokens."""
        if event.source == "bench":
            return  # the words of the scenario's author
        for value in event.fields.values():
            self._pins.update(part for part in value.split() if part.startswith(TOKEN))
            self._plain.update(self.token(Pin(digits)) for digits in _DIGITS.findall(value))
        found = self._pins & self._plain
        self._plain -= found
        yield from sorted(found)


def _no_orphan_codes(ledger: Ledger, event: TraceEvent) -> Iterator[str]:
    told = event.fields
    if event.kind == "lock.code.stored":
        held = ledger.held[event.source, told["slot"]]
        if held.meant is not None and (event.source, held.meant) not in ledger.owned:
            yield f"{event.source} stored {held.pin} in slot {told['slot']}, and {_UNOWNED}"
    elif event.kind in ("gateway.code.gone", "gateway.code.redrawn"):
        pin = told.get("was") or told.get("pin") or ""
        for slot in ledger.slots(told["lock"], pin):
            yield f"{told['lock']} still holds {pin} in slot {slot}, and {_UNOWNED}"


_UNOWNED: Final = "no access code owns it"


def _at_most_once_per_lock(ledger: Ledger, event: TraceEvent) -> Iterator[str]:
    if event.kind != "lock.code.stored":
        return
    pin = event.fields["pin"]
    slots = [
        (slot, held)
        for (lock, slot), held in ledger.held.items()
        if lock == event.source and held.pin == pin
    ]
    if len(slots) > 1 and any(held.meant is not None for _, held in slots):
        where = " and ".join(slot for slot, _ in slots)
        yield f"{event.source} holds {pin} in slots {where}"


def _throw_is_atomic(ledger: Ledger, event: TraceEvent) -> Iterator[str]:
    told = event.fields
    lock, pin = told.get("lock", ""), told.get("pin", "")
    if (lock, pin) not in ledger.aborted:
        return
    if event.kind == "gateway.command.sent" and told["command"] == "SetCode":
        yield f"{pin} was sent to {lock} after its throw was refused"
    elif event.kind == "gateway.event":
        yield f"{told['event_type']} was published for {lock}, and its throw was refused"
    elif event.kind == "gateway.code.gone" and ledger.slots(lock, pin):
        yield f"the refused throw was given up, and {lock} still holds {pin}"


def _no_plain_codes_in_log(ledger: Ledger, event: TraceEvent) -> Iterator[str]:
    for pin in ledger.spoken_plainly(event):
        yield f"the digits of {pin} stand in the trace, here or before"


INVARIANTS: Final[Mapping[str, Callable[[Ledger, TraceEvent], Iterator[str]]]] = {
    "no_orphan_codes": _no_orphan_codes,
    "at_most_once_per_lock": _at_most_once_per_lock,
    "throw_is_atomic": _throw_is_atomic,
    "no_plain_codes_in_log": _no_plain_codes_in_log,
}


def breaches(
    wanted: Iterable[Always], trace: Iterable[TraceEvent], token: Callable[[Pin], str]
) -> Iterator[Breach]:
    """Every time that a wanted invariant did not hold, in the order of the trace."""
    wanted = tuple(wanted)
    ledger = Ledger(token)
    for event in trace:
        ledger.apply(event)
        for always in wanted:
            for message in INVARIANTS[always.word](ledger, event):
                yield Breach(always, event, message)


def read_always(raw: object, gathering: Gathering) -> tuple[Always, ...]:
    """A list of invariants: `no_orphan_codes`, or `{no_orphan_codes: true}`."""
    if not isinstance(raw, list) or not raw:
        what = "an empty one" if raw == [] else kind_of(raw)
        gathering.add(("always",), f"must be a list of invariants, not {what}")
        return ()
    found: list[Always] = []
    for index, entry in enumerate(raw):
        try:
            word = _word(entry)
        except Trouble as trouble:
            gathering.take(trouble, ("always", index))
            continue
        if any(always.word == word for always in found):
            gathering.add(("always", index), f"'{word}' is there already")
        found.append(Always(("always", index), word))
    return tuple(found)


def _word(raw: object) -> str:
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((word, wanted),) = raw.items()
        if wanted is not True:
            raise Trouble.here("an invariant is asked for with true, or is not there")
        raw = word
    if not isinstance(raw, str):
        raise Trouble.here(
            f"must be an invariant, not {kind_of(raw)}{listed('one of', INVARIANTS)}"
        )
    if raw not in INVARIANTS:
        raise Trouble.here(f"{shown(raw)} is no invariant{suggest(raw, tuple(INVARIANTS))}")
    return raw
