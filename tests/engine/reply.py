"""What a test holds in its hand: the end of a call, and a command on its way to a lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from gateway.policy.errors import CodeCannotBeShared
from latchbench.lockstep import Answer

if TYPE_CHECKING:
    from gateway.policy.commands import Command
    from latchbench.clock import Clock

T = TypeVar("T")


class Reply(Generic[T]):
    """What came of one call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ended: tuple[T | None, BaseException | None] | None = None
        self.asked_at_us = clock.now_us()
        self.answered_at_us: int | None = None
        self.answer: Answer[T] = Answer(self._settle)

    def _settle(self, value: T | None, error: BaseException | None) -> None:
        self._ended = (value, error)
        self.answered_at_us = self._clock.now_us()

    @property
    def answered(self) -> bool:
        """Whether it ended. A property of the moment: ask again after time has passed."""
        return self._ended is not None

    @property
    def error(self) -> BaseException | None:
        assert self._ended is not None, "the call was not answered"
        return self._ended[1]

    @property
    def value(self) -> T:
        assert self.error is None, f"the call was refused: {self.error!r}"
        assert self._ended is not None
        return self._ended[0]  # type: ignore[return-value]  # None is the value of some calls

    @property
    def reasons(self) -> dict[str, str]:
        """Why each device refuses, of a call that was refused because of some."""
        assert isinstance(self.error, CodeCannotBeShared), f"not refused so: {self.error!r}"
        return {refusal.device_id: refusal.reason for refusal in self.error.refusals}


@dataclass(frozen=True, slots=True)
class Flight:
    """One command on its way to a lock."""

    device_id: str
    sequence: int
    command: Command
