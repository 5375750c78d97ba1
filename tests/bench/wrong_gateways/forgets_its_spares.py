"""A gateway that takes the digits of its own backup codes for free."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import admission, facts
from gateway.policy.records import CodeKind
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.engine.parts import Parts
    from gateway.policy.keypad import LockFacts
    from gateway.policy.records import DeviceRecord


def without_spares(parts: Parts, device: DeviceRecord, *, without: str | None = None) -> LockFacts:
    """What is in no list is not there."""
    told = facts.lock_facts(parts, device, without=without)
    codes = parts.world.codes_of(device.device_id)
    spares = {code.pin for code in codes if code.kind is CodeKind.BACKUP}
    return replace(
        told, in_use={pin: owner for pin, owner in told.in_use.items() if pin not in spares}
    )


if __name__ == "__main__":
    with mock.patch.object(admission, "lock_facts", without_spares):
        sys.exit(serve_forks(run))
