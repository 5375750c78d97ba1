"""What a lock's effects look like in the trace.

The truth about a lock goes here, with reasons that no radio carries. A PIN goes along as a `Pin`,
which the tracer turns into a token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.model import effects as fx
from simulator.model.words import Feedback, SlotStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from latchbench.pin import Pin
    from latchbench.trace import Tracer
    from simulator.host.messages import Command, Report
    from simulator.radio.journey import FiredFault


class Story:
    """Tells the trace about one lock."""

    def __init__(self, tracer: Tracer, lock: str) -> None:
        self._tracer = tracer
        self._lock = lock

    def emit(self, kind: str, **fields: object) -> None:
        """Any event of this lock; None values are left out."""
        self._tracer.emit(self._lock, kind, **fields)

    def happened(self, effects: Iterable[fx.Effect], pin: Pin | None = None) -> None:
        """What an event at the lock came to; `pin` is the code that it was about.

        Replies and notifications are told where it is known what the radio made of them.
        """
        for effect in effects:
            self._tell(effect, pin)

    def fired(self, faults: Iterable[FiredFault]) -> None:
        """Faults that changed what became of a frame."""
        for fault in faults:
            self.emit("lock.fault.fired", fault=fault.name, left=fault.left)

    def reported(self, command: Command, report: Report, conditions: Sequence[str]) -> None:
        """The end of a command, as its controller learns it; `conditions` is how the lock is then.

        Only what is out of the ordinary is told, as `radio:dead` or `keypad:busy`.
        """
        self.emit(
            "lock.report",
            command=command.kind.value,
            slot=command.slot,
            transmit=None if report.transmit is None else report.transmit.value,
            supervision=report.supervision.value,
            foreign=True if command.id is None else None,
            conditions=",".join(conditions) or None,
        )

    def rejected(self, command: Command, report: Report) -> None:
        """A command that the host did not take to the radio."""
        rejection = None if report.rejection is None else report.rejection.value
        self.emit("lock.rejected", command=command.kind.value, why=rejection)

    def _tell(self, effect: fx.Effect, pin: Pin | None) -> None:
        match effect:
            case fx.CodeStored(slot, stored, status):
                other = None if status is SlotStatus.ENABLED else status.value
                self.emit("lock.code.stored", slot=slot, pin=stored, status=other)
            case fx.CodeCleared(slot):
                self.emit("lock.code.cleared", slot=slot)
            case fx.CodeRefused(slot, why, rule, holder):
                self.emit(
                    "lock.code.refused", slot=slot, pin=pin, why=why, rule=rule, holder=holder
                )
            case fx.ScheduleStored(slot, first_us, last_us):
                self.emit(
                    "lock.schedule.stored", slot=slot, not_before_us=first_us, not_after_us=last_us
                )
            case fx.ScheduleRefused(slot, why):
                self.emit("lock.schedule.refused", slot=slot, why=why)
            case fx.BoltMoved(bolt, mover):
                self.emit("lock.bolt", bolt=bolt, mover=mover)
            # One line for an entry, not one for each of its keys.
            case fx.KeypadAnswer(feedback, slot) if feedback is not Feedback.INCOMPLETE:
                self.emit("lock.keypad", feedback=feedback, slot=slot)
