"""Where a lock and the gateway's picture of it parted, read from the trace.

Only what can be told for certain: of the codes that the gateway sent, those of which the lock's
memory and the gateway's last word differ at one moment, and the event since which they do. Nothing
is said of the codes of others, which the gateway may or may not have read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from latchbench.trace import TraceEvent


@dataclass(frozen=True, slots=True)
class Divergence:
    """Since the event at `index` of the trace the two differ on `lock`; `words` say in what."""

    index: int
    lock: str
    words: str


@dataclass(slots=True)
class _Pictures:
    """The truth and the gateway's word, with the event that made each so."""

    sent: set[tuple[str, str, str]] = field(default_factory=set)  # lock, slot, PIN
    changed: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)  # PIN or ""
    read: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)  # lock, PIN: slot
    gone: dict[tuple[str, str], int] = field(default_factory=dict)  # lock, PIN
    given_up: dict[tuple[str, str], int] = field(default_factory=dict)  # the same


def first_divergence(trace: Sequence[TraceEvent], until_us: int) -> Divergence | None:
    """The earliest of those that there are at `until_us`."""
    pictures = _Pictures()
    for index, event in enumerate(trace):
        if event.at_us > until_us:
            break
        if event.source == "gateway":
            _hear_gateway(pictures, index, event)
        else:
            _hear_lock(pictures, index, event)
    return min(_differences(pictures), key=lambda found: found.index, default=None)


def _hear_lock(pictures: _Pictures, index: int, event: TraceEvent) -> None:
    place = (event.source, event.fields.get("slot", ""))
    if event.kind == "lock.code.stored":
        pictures.changed[place] = (event.fields.get("pin", ""), index)
    elif event.kind == "lock.code.cleared":
        pictures.changed[place] = ("", index)
    elif event.kind == "lock.reset":
        for other, (pin, _) in list(pictures.changed.items()):
            if other[0] == event.source and pin:
                pictures.changed[other] = ("", index)


def _hear_gateway(pictures: _Pictures, index: int, event: TraceEvent) -> None:
    fields = event.fields
    lock, slot, pin = (fields.get(name, "") for name in ("lock", "slot", "pin"))
    match event.kind:
        case "gateway.command.sent" if fields.get("command") == "SetCode":
            pictures.sent.add((lock, slot, pin))
            pictures.gone.pop((lock, pin), None)
        case "gateway.code.verified":
            _forget(pictures, lock, slot, index)  # what it had read there before
            pictures.read[lock, pin] = (slot, index)
            pictures.gone.pop((lock, pin), None)
        case "gateway.code.gone":
            pictures.read.pop((lock, pin), None)
            pictures.gone[lock, pin] = index
        case "gateway.code.changed_at_lock":
            _forget(pictures, lock, slot, index)
        case "gateway.lock.new_incarnation":
            _forget(pictures, lock, None, index)


def _forget(pictures: _Pictures, lock: str, slot: str | None, index: int) -> None:
    """The gateway takes what it had read for not there any more."""
    for key, (where, _) in list(pictures.read.items()):
        if key[0] == lock and slot in (None, where):
            del pictures.read[key]
            pictures.given_up[key] = index


def _differences(pictures: _Pictures) -> Iterator[Divergence]:
    for (lock, pin), (slot, read_at) in pictures.read.items():
        held, index = pictures.changed.get((lock, slot), ("", read_at))
        if held != pin:
            yield Divergence(
                max(index, read_at), lock, f"the gateway still takes {pin} for stored here"
            )
    for (lock, slot), (pin, index) in pictures.changed.items():
        if not pin or (lock, slot, pin) not in pictures.sent or (lock, pin) in pictures.read:
            continue
        gone = pictures.gone.get((lock, pin))
        if gone is not None:
            words = f"{lock} holds {pin}, and the gateway takes it for gone"
            yield Divergence(max(gone, index), lock, words)
        elif pictures.given_up.get((lock, pin), -1) > index:
            words = f"{lock} holds {pin}, and the gateway takes it for changed by somebody"
            yield Divergence(pictures.given_up[lock, pin], lock, words)
        else:
            yield Divergence(index, lock, "the gateway has not read this back")
