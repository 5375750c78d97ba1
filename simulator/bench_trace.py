"""The trace of one bench: its processes' events and its own, with letters in place of PINs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from latchbench.trace import Masker, PinLetters, TraceEvent, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from latchbench.pin import Pin
    from simulator.layout import Masking


class BenchTrace:
    """Everything that happened so far. `mask_key` is for the processes: it makes tokens of PINs.

    With `shared` a PIN has the letter that it had in the traces of other benches.
    """

    def __init__(self, shared: Masking | None, *, show_codes: bool) -> None:
        self.mask_key = shared.key if shared is not None else secrets.token_hex(32)
        self._known = shared.letters if shared is not None else None
        self._masker = Masker(bytes.fromhex(self.mask_key), show=show_codes)
        self._events: list[TraceEvent] = []
        self._notes = 0

    def add(self, events: Sequence[TraceEvent]) -> None:
        """What processes told."""
        self._events.extend(events)

    def note(self, at_us: int, delta: int, kind: str, fields: Mapping[str, str]) -> None:
        """What the bench itself is about to do."""
        self._notes += 1
        self._events.append(TraceEvent(at_us, delta, "bench", self._notes, kind, fields))

    def news(self) -> Callable[[], Sequence[TraceEvent]]:
        """A function that returns what was told since its last call, and first since now."""
        seen = len(self._events)

        def news() -> Sequence[TraceEvent]:
            nonlocal seen
            found, seen = self._events[seen:], len(self._events)
            return found

        return news

    def raw(self) -> list[TraceEvent]:
        """All of it in order, with the tokens of PINs, which only this run can make."""
        return merged(self._events)

    def plain(self) -> list[TraceEvent]:
        """The same with letters, or with digits if they were asked for."""
        return self._lettered()[0]

    def letters(self) -> PinLetters:
        """The letters of the trace so far."""
        return self._lettered()[1]

    def token(self, pin: Pin) -> str:
        """What stands for a PIN until its letter is known."""
        return self._masker.token(pin)

    def _lettered(self) -> tuple[list[TraceEvent], PinLetters]:
        letters = PinLetters(self._known)
        return [letters.plain(event) for event in merged(self._events)], letters
