"""A call that waits for its group, and what it knows of each row so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.policy.errors import GatewayError, Refusal, Rollback
    from latchbench.clock import Timer


class Outcome(StrEnum):
    """What the decision of a group needs to know of one row."""

    THERE = "there"
    LATER = "later"
    KEPT = "kept"  # not there, and the row says why


@dataclass(slots=True)
class Call:
    """A call that waits for its group. `refused` ends it, or what `committed` gives.

    `committed` is asked within the deciding transaction, and what it gives is done after that.
    """

    group_id: str
    throws: bool
    preferred_length: int | None
    refusal: Callable[[Sequence[Refusal], Rollback], GatewayError]
    committed: Callable[[], Callable[[], None]]
    refused: Callable[[GatewayError], None]
    deadline: Timer | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    redraws: dict[str, int] = field(default_factory=dict)
    redrawn: dict[str, Refusal] = field(default_factory=dict)
