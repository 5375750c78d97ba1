"""A gateway that gives a full lock a code of its own, as if that would find a slot."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import admission
from gateway.engine.admit import Admitter
from gateway.server import run
from latchbench.pin import Pin
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.policy.records import CodeRecord, DeviceRecord


class Curing(Admitter):
    """No slot: perhaps another PIN helps."""

    def _with_slot(self, row: CodeRecord, device: DeviceRecord) -> CodeRecord:
        row = super()._with_slot(row, device)
        if row.pin is None or not row.errors:
            return row
        other = "".join(str(9 - int(digit)) for digit in row.pin.reveal())
        return replace(row, pin=Pin(other), common_code_key=None)


if __name__ == "__main__":
    with mock.patch.object(admission, "Admitter", Curing):
        sys.exit(serve_forks(run))
