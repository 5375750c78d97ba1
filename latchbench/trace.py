"""The trace: what happened, in one order that repeats.

Processes emit events; the bench merges them by (time, round within that instant, source, sequence)
and writes one line each. PINs enter as tokens (`Masker.token`), and the bench replaces each token
by a letter in the order of first appearance: `••••A` is the same PIN wherever it stands in one
trace, and says nothing about its digits.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from latchbench.pin import MASK, Pin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from latchbench.clock import Clock

TOKEN: Final = "pin:"
_DIGEST_BYTES: Final = 10
_TOKEN: Final = re.compile(rf"{TOKEN}[0-9a-f]{{{2 * _DIGEST_BYTES}}}")


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One thing that happened.

    `source` is a lock's name, `gateway` or `bench`; `kind` a dotted word such as
    `lock.code.stored`.
    """

    at_us: int
    delta: int
    source: str
    sequence: int
    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def key(self) -> tuple[int, int, int, str, int]:
        """Where the event stands. Within a round: the bench, locks by name, the gateway."""
        rank = {"bench": 0, "gateway": 2}.get(self.source, 1)
        return (self.at_us, self.delta, rank, self.source, self.sequence)


class Masker:
    """Turns PINs into tokens that are equal when the PINs are, under a key that is never written.

    `show` passes the digits through instead, because the user asked to see them.
    """

    def __init__(self, key: bytes, *, show: bool = False) -> None:
        self._key = key
        self._show = show

    def token(self, pin: Pin) -> str:
        """What stands for the PIN on its way to the bench."""
        if self._show:
            return pin.reveal()
        mac = hashlib.blake2b(pin.reveal().encode(), key=self._key, digest_size=_DIGEST_BYTES)
        return f"{TOKEN}{mac.hexdigest()}"


class Tracer:
    """Collects the events of one process until the bench takes them."""

    def __init__(self, clock: Clock, masker: Masker, *, keep_max: int | None = None) -> None:
        self._clock = clock
        self._masker = masker
        self._keep_max = keep_max
        self._events: list[TraceEvent] = []
        self._sequences: dict[str, int] = {}
        self._round: tuple[int, int] | None = None
        self._watched: frozenset[str] = frozenset()
        self._marked = 0
        self.hit = False

    def watch(self, kinds: Iterable[str]) -> None:
        """From now on `hit` is set by an event of one of these kinds; it is not set now."""
        self._watched = frozenset(kinds)
        self.hit = False

    def begin_round(self, at_us: int, delta: int) -> None:
        """Events at exactly `at_us` belong to round `delta` of that instant, later ones to 0.

        What a process told before its first round belongs to that one.
        """
        if self._round is None:
            self._events = [
                replace(event, delta=delta) if event.at_us == at_us else event
                for event in self._events
            ]
        self._round = (at_us, delta)

    def emit(self, source: str, kind: str, **fields: object) -> None:
        """Note an event. None values are left out; a `Pin` becomes its token."""
        now_us = self._clock.now_us()
        at_us, delta = self._round or (now_us, 0)
        sequence = self._sequences.get(source, 0) + 1
        self._sequences[source] = sequence
        texts = {name: self._text(value) for name, value in fields.items() if value is not None}
        self._events.append(
            TraceEvent(now_us, delta if now_us == at_us else 0, source, sequence, kind, texts)
        )
        self.hit = self.hit or kind in self._watched
        if self._keep_max is not None and len(self._events) > self._keep_max:
            del self._events[: self._keep_max // 2]

    def _text(self, value: object) -> str:
        if isinstance(value, Pin):
            return self._masker.token(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)

    def take(self) -> list[TraceEvent]:
        """The events since the last call."""
        events, self._events, self._marked = self._events, [], 0
        return events

    def mark(self) -> int:
        """Somebody may have to forget what is told from here on; where the last mark was."""
        before, self._marked = self._marked, len(self._events)
        return before

    def forget_since(self, mark: int) -> None:
        """What was told since then never came about. For marks of this step only."""
        del self._events[mark:]


class PinLetters:
    """Replaces tokens by letters in the order of their first appearance.

    Those that `known` has given out stay as they are.
    """

    def __init__(self, known: PinLetters | None = None) -> None:
        self._letters: dict[str, str] = known.given() if known is not None else {}

    def given(self) -> dict[str, str]:
        """The letters so far, by token."""
        return dict(self._letters)

    def plain(self, event: TraceEvent) -> TraceEvent:
        """The event as it is shown."""
        if not any(TOKEN in value for value in event.fields.values()):
            return event
        fields = {name: self.shown(value) for name, value in event.fields.items()}
        return TraceEvent(
            event.at_us, event.delta, event.source, event.sequence, event.kind, fields
        )

    def shown(self, text: str) -> str:
        """The text with a letter for each token in it."""
        return _TOKEN.sub(lambda found: self._letter(found[0]), text)

    def _letter(self, token: str) -> str:
        if token not in self._letters:
            self._letters[token] = MASK + _column(len(self._letters))
        return self._letters[token]


def _column(number: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA, as in a spreadsheet."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("A") + digit) + text
    return text


def merged(events: Iterable[TraceEvent]) -> list[TraceEvent]:
    """All events in the order of the trace."""
    return sorted(events, key=TraceEvent.key)


def to_json_line(event: TraceEvent) -> str:
    """One line of a trace file."""
    return json.dumps(
        {
            "at_us": event.at_us,
            "delta": event.delta,
            "source": event.source,
            "kind": event.kind,
            **({"fields": dict(sorted(event.fields.items()))} if event.fields else {}),
        },
        ensure_ascii=False,
    )
