"""A gateway that forgets the codes of an aborted group instead of clearing them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import core
from gateway.engine.rows import Rows
from gateway.policy.records import GroupState
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.policy.records import CodeRecord


class Forgetful(Rows):
    """Takes a code that nobody may see for one that is nowhere."""

    def make_absent(self, code: CodeRecord) -> None:
        """Not wanted any more; of an aborted group, not remembered either."""
        if self._world.groups[code.group_id].state is GroupState.ABORTED:
            with mock.patch.object(self.remnants, "left"):  # nor remembers it for a while
                self.gone(code)
        else:
            super().make_absent(code)


if __name__ == "__main__":
    with mock.patch.object(core, "Rows", Forgetful):
        sys.exit(serve_forks(run))
