"""The gateway logs which code it has taken out."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import CodeRecord

_gone = Rows.gone
_log = logging.getLogger("latchbench.gateway")


def _loud(self: Rows, code: CodeRecord) -> None:
    if code.pin is not None:
        _log.info("took %s out of %s", code.pin.reveal(), self.name(code))
    _gone(self, code)


@contextmanager
def planted() -> Iterator[None]:
    """For whoever looks for it later."""
    with mock.patch.object(Rows, "gone", _loud):
        yield
