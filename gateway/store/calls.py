"""Records of calls to rows and back: action attempts, and answers that are given again.

An answer is kept as JSON with its digits in the clear, because it is given again as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from gateway.policy.answers import AnswerRecord, CreateView
from gateway.policy.attempts import AttemptRecord, AttemptStatus, AttemptType
from gateway.policy.records import CreateMultipleView
from latchbench.pin import Pin

if TYPE_CHECKING:
    from sqlalchemy import Row

    from gateway.store.records import Stored


def _plain(value: object) -> object:
    if isinstance(value, Pin):
        return value.reveal()
    raise TypeError(f"an answer holds no {type(value).__name__}")


def _wrapped(kind: type, value: object) -> object:
    if kind is Pin and isinstance(value, str):
        return Pin(value)
    raise ValueError(f"an answer holds no {kind.__name__}")


_encode: Final = msgspec.json.Encoder(enc_hook=_plain, order="deterministic").encode
_VIEWS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    kind.__name__: msgspec.json.Decoder(kind, dec_hook=_wrapped)
    for kind in (CreateMultipleView, CreateView)
}


def attempt_to_row(attempt: AttemptRecord) -> Stored:
    """An action attempt as its row."""
    return (
        attempt.action_attempt_id,
        attempt.action_type.value,
        attempt.status.value,
        attempt.access_code_id,
        attempt.device_id,
        attempt.created_at_us,
        attempt.error_type,
        attempt.error_message,
    )


def attempt_from_row(row: Row[Any]) -> AttemptRecord:
    """The action attempt of a row. Raises ValueError for a damaged one."""
    return AttemptRecord(
        action_attempt_id=row.action_attempt_id,
        action_type=AttemptType(row.action_type),
        status=AttemptStatus(row.status),
        access_code_id=row.access_code_id,
        device_id=row.device_id,
        created_at_us=row.created_at_us,
        error_type=row.error_type,
        error_message=row.error_message,
    )


def answer_to_row(answer: AnswerRecord) -> Stored:
    """A stored answer as its row, digits in the clear."""
    return (
        answer.request_id,
        answer.digest,
        answer.created_at_us,
        type(answer.view).__name__,
        _encode(answer.view).decode(),
    )


def answer_from_row(row: Row[Any]) -> AnswerRecord:
    """The answer of a row. Raises ValueError or `msgspec.MsgspecError` for a damaged one."""
    if row.kind not in _VIEWS:
        raise ValueError(f"kind holds no answer's kind: {row.kind!r}")
    return AnswerRecord(
        request_id=row.request_id,
        digest=row.digest,
        created_at_us=row.created_at_us,
        view=_VIEWS[row.kind].decode(row.view),
    )
