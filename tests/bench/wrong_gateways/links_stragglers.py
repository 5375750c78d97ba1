"""A gateway that gives the group's key to devices that did not get the group's code."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import admission
from gateway.engine.admit import Admitter
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.policy.records import CodeRecord, DeviceRecord


class Linking(Admitter):
    """One call, one key, whatever the codes."""

    def _with_slot(self, row: CodeRecord, device: DeviceRecord) -> CodeRecord:
        key = self._world.groups[row.group_id].common_code_key
        return super()._with_slot(replace(row, common_code_key=key), device)


if __name__ == "__main__":
    with mock.patch.object(admission, "Admitter", Linking):
        sys.exit(serve_forks(run))
