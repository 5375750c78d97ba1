"""Answers to calls, and those that are given again: what a caller's own id of a call stands for.

An answer under such an id is stored in the transaction that makes the call's rows real, so a call
that is sent again after any accident is either not known at all or answered as before.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

# At run time too: the store reads these classes' fields to bring them back from text.
from gateway.policy.records import (  # noqa: TC001
    AccessCodeView,
    CodeWarning,
    CreateMultipleView,
    Status,
)
from latchbench.pin import Pin  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST_ID: Final = "request_id"
# How long an answer is kept under its caller's id.
KEPT_US: Final = 24 * 3_600_000_000
# How long the end of a call whose callers have all hung up is kept for one who sends it again.
ADOPTED_US: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An action attempt; `access_code` is the row that a create or an update has led to."""

    action_attempt_id: str
    action_type: str
    status: str
    error_type: str | None = None
    error_message: str | None = None
    access_code: AccessCodeView | None = None


@dataclass(frozen=True, slots=True)
class CreateView:
    """The answer to `create`."""

    access_code: AccessCodeView
    attempt: AttemptView
    warnings: tuple[CodeWarning, ...]
    ignored_parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnmanagedView:
    """A code that the gateway did not make, as the API shows it."""

    access_code_id: str
    device_id: str
    workspace_id: str
    code: Pin | None
    status: Status
    created_at_us: int


@dataclass(frozen=True, slots=True)
class GeneratedCode:
    """A code that a device takes now, and that nobody has."""

    device_id: str
    code: Pin


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """An answer, the id that its caller gave the call, and what stands for the call's body."""

    request_id: str
    digest: str
    created_at_us: int
    view: CreateMultipleView | CreateView


def digest_of(call: str, body: Mapping[str, object]) -> str:
    """The same text for the same call with the same body, whatever the order of its parameters."""
    asked = {name: value for name, value in body.items() if name != REQUEST_ID}
    text = json.dumps([call, asked], sort_keys=True, default=repr)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
