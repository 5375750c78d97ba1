"""How long a code that was withdrawn opened a door, read from the trace.

A call under `throw` that is refused after some locks had stored the code takes it back, but between
the two it worked. Nobody can undo a door that was opened meanwhile, so the time is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from latchbench.trace import TraceEvent


@dataclass(frozen=True, slots=True)
class Exposure:
    """`lock` held the withdrawn `pin` (its letter) for `us`; `ended` is False if it still does."""

    lock: str
    pin: str
    us: int
    ended: bool


def exposures(trace: Sequence[TraceEvent], end_us: int) -> list[Exposure]:
    """Every time that a lock held a code of an aborted group, in the order of the trace."""
    withdrawn = {
        event.fields["pin"]
        for event in trace
        if event.kind == "gateway.group.aborted" and "pin" in event.fields
    }
    # The same digits may have been made at the keypad: those are somebody else's.
    written = {
        (event.fields["lock"], event.fields["slot"], event.fields["pin"])
        for event in trace
        if event.kind == "gateway.command.sent" and event.fields.get("command") == "SetCode"
    }
    since: dict[tuple[str, str], tuple[str, int]] = {}
    found: list[Exposure] = []
    for event in trace:
        place = (event.source, event.fields.get("slot", ""))
        if event.kind not in ("lock.code.stored", "lock.code.cleared"):
            continue
        held = since.pop(place, None)
        if held is not None:
            pin, start_us = held
            found.append(Exposure(event.source, pin, event.at_us - start_us, ended=True))
        pin = event.fields.get("pin", "")
        ours = (*place, pin) in written and pin in withdrawn
        if event.kind == "lock.code.stored" and ours:
            since[place] = (pin, event.at_us)
    for (lock, _), (pin, start_us) in since.items():
        found.append(Exposure(lock, pin, end_us - start_us, ended=False))
    return found
