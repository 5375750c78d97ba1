"""No PIN stands in any output.

Outputs are the trace, every line that is logged, whatever is written to standard error, and the
body of every answer that is an error. PINs are all digits that were sent to a lock, read from one,
stored, or asked for. They are looked for as whole words of digits.

Not promised: silence where the digits are the answer itself (an access code, the plan of one), in
the store, and in the locks' memory files; all of that the README says. What the author of a
scenario writes, the bench repeats.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from latchbench.pin import Pin
from latchbench.trace import TraceEvent
from simulator.worlds.seen import Answered, Asked, Called, Note, Stored, Told, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.worlds.seen import Seen

NAME: Final = "secrecy"
_DIGITS: Final = re.compile(
    r"(?<![0-9A-Za-z:.-])(?<!cannot_contain_)[0-9]{4,10}(?![0-9A-Za-z:-])"  # a rule's name is none
)
# What is a number and no word, whatever its digits.
_NUMBERS: Final = re.compile(r"(_us|^number|^percent|^slots?|^times|^left|^by|^sharers)$")


def secrecy(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    pins = {pin.reveal(): pin for pin in _pins(seen)}
    for at_us, where, text in _outputs(seen):
        for digits in _DIGITS.findall(text):
            if digits in pins:
                yield Violation(
                    NAME, at_us, f"the digits of {seen.token(pins[digits])} stand in {where}"
                )


def _outputs(seen: Seen) -> Iterator[tuple[int, str, str]]:
    for one in seen.timeline():
        if isinstance(one, TraceEvent):
            if one.source != "bench":
                for name, value in one.fields.items():
                    if not _NUMBERS.search(name):
                        yield one.at_us, f"the trace ({one.kind})", value
        elif isinstance(one.fact, Answered) and one.fact.exchange.status >= 400:
            yield one.at_us, "an error", _text(one.fact.exchange.reply)
    for line in seen.outputs:
        yield seen.healed_us, "a line of output", line


def _text(plain: Any) -> str:
    """All words of a body, in no particular form."""
    if isinstance(plain, dict):
        return " ".join(_text(value) for value in plain.values())
    if isinstance(plain, list | tuple):
        return " ".join(_text(value) for value in plain)
    return str(plain)


def _pins(seen: Seen) -> Iterator[Pin]:
    for note in seen.notes:
        yield from _pins_in(note)
    for lock in seen.locks.values():
        yield from lock.memory.values()


def _pins_in(note: Note) -> Iterator[Pin]:
    match note.fact:
        case Asked(pin=pin) if pin is not None:
            yield pin
        case Told(looks=looks):
            yield from (look.pin for look in (looks or {}).values() if look.pin is not None)
        case Stored(changes):
            yield from (row.pin for row in changes.codes.values() if row.pin is not None)
        case Called(exchange) if isinstance(exchange.request.get("code"), str):
            yield Pin(exchange.request["code"])
