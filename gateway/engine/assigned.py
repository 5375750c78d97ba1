"""PINs that a lock's own side chose: what stands in its slot is the code, if it can be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gateway.engine.strangers import is_ours
from gateway.policy.records import CodeProblem

if TYPE_CHECKING:
    from gateway.policy.mirror import SlotView
    from gateway.policy.records import CodeRecord

UNCONFIRMED: Final = CodeProblem(
    error_code="access_code_state_unconfirmed",
    message="The lock holds a code of its own choice and does not show it.",
    created_at_us=0,
)


def learned(code: CodeRecord, view: SlotView, now_us: int) -> CodeRecord:
    """The row with the PIN of its slot; without one, and saying so, where it reads masked."""
    errors = [item for item in code.errors if item.error_code != UNCONFIRMED.error_code]
    if view.pin is None:
        errors.append(replace(UNCONFIRMED, created_at_us=now_us))
    return replace(code, pin=view.pin, errors=tuple(errors))


def may_hold(view: SlotView, code: CodeRecord, *, ours: bool) -> bool:
    """Whether the slot of an unwanted code still has it, or a PIN that nobody has read yet."""
    if code.pin is None:
        return ours and view.occupied
    return is_ours(view, code, ours=ours)
