"""A gateway that takes the others' codes back at once, and decides what that means only later."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import core
from gateway.engine.groups import Groups
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.policy.records import CodeRecord

THINKS_FOR_US = 10_000_000


class Rash(Groups):
    """Undoes first."""

    def code_refused(self, code: CodeRecord) -> None:
        """Clear the siblings; ten seconds later, decide."""
        call = self._calls.get(code.group_id)
        if call is None or not call.throws:
            super().code_refused(code)
            return
        for sibling in self._world.codes_in(code.group_id):
            if sibling.access_code_id != code.access_code_id:
                self._rows.make_absent(sibling)
                self.look_again(sibling.device_id)
        decide_at_us = self._parts.now_us() + THINKS_FOR_US
        self._parts.clock.call_at(decide_at_us, lambda: super(Rash, self).code_refused(code))


if __name__ == "__main__":
    with mock.patch.object(core, "Groups", Rash):
        sys.exit(serve_forks(run))
