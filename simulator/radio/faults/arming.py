"""Arming, clearing and listing the faults of one link, by their words."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from simulator.radio.errors import ContradictoryFault, UnknownFault
from simulator.radio.faults.fault import Armed, Fault
from simulator.radio.faults.table import FAULTS

if TYPE_CHECKING:
    from simulator.radio.link import Link
    from simulator.radio.words import CommandKind


def arm(
    link: Link,
    fault_name: str,
    *,
    kind: CommandKind | None = None,
    times: int | None = None,
    probability: float | None = None,
) -> Link:
    """Let a fault wait on this link: for its next `times` chances, or each with a `probability`.

    `kind` makes it wait for one kind of command only. Faults add up: the same word armed twice
    fires as often as both say. Raises `UnknownFault` for a word that is none, and
    `ContradictoryFault` unless exactly one of `times` (1 or more) and `probability` (above 0, at
    most 1) is given, or if the fault can never befall that `kind`.
    """
    row = _row(fault_name)
    if (times is None) == (probability is None):
        raise ContradictoryFault(f"fault {fault_name}: give either times or probability")
    if times is not None and times < 1:
        raise ContradictoryFault(f"fault {fault_name}: times is {times}, must be 1 or more")
    # Written so that a NaN, which no comparison holds for, is refused too.
    if probability is not None and not 0 < probability <= 1:
        raise ContradictoryFault(
            f"fault {fault_name}: probability is {probability}, must be above 0 and at most 1"
        )
    if kind is not None and kind not in row.befalls:
        raise ContradictoryFault(f"fault {fault_name} can never befall {kind.value}")
    return replace(link, faults=(*link.faults, Armed(row, kind, times, probability)))


def clear(link: Link, fault_name: str | None = None) -> Link:
    """Disarm every fault of that word, or all; none armed is no error.

    Raises `UnknownFault` for a word that is none.
    """
    if fault_name is None:
        return replace(link, faults=())
    row = _row(fault_name)
    return replace(
        link, faults=tuple(other for other in link.faults if other.fault.name != row.name)
    )


def armed(link: Link) -> tuple[str, ...]:
    """What waits on this link, oldest first: `lost_ack on set_user_code, 2 times`."""
    return tuple(_describe(fault) for fault in link.faults)


def _row(fault_name: str) -> Fault:
    row = FAULTS.get(fault_name)
    if row is None:
        near = get_close_matches(fault_name, FAULTS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(FAULTS)}"
        raise UnknownFault(f"unknown fault {fault_name!r}; {hint}")
    return row


def _describe(fault: Armed) -> str:
    words = fault.fault.name if fault.kind is None else f"{fault.fault.name} on {fault.kind.value}"
    if fault.probability is not None:
        return f"{words}, probability {fault.probability:g}"
    return f"{words}, once" if fault.left == 1 else f"{words}, {fault.left} times"
