"""A gateway that takes a lock's silence for a refusal, and gives it another code."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import core
from gateway.engine.groups import Groups
from gateway.server import run
from latchbench.pin import Pin
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.engine.calls import Call
    from gateway.policy.records import CodeRecord


class Hasty(Groups):
    """Knows what a silent lock would have said."""

    def _unresponsive(self, call: Call, rows: list[CodeRecord]) -> None:
        for code in rows:
            if code.pin is not None and not call.throws:
                other = "".join(str(9 - int(digit)) for digit in code.pin.reveal())
                self._world.put_code(replace(code, pin=Pin(other), common_code_key=None))
        super()._unresponsive(call, rows)


if __name__ == "__main__":
    with mock.patch.object(core, "Groups", Hasty):
        sys.exit(serve_forks(run))
