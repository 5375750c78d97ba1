"""A gateway that keeps PINs as whole numbers, so that zeros in front are gone."""

from __future__ import annotations

import sys
from unittest import mock

from gateway.policy import operations
from gateway.policy.commands import SetCode
from gateway.server import run
from latchbench.pin import Pin
from latchbench.process import serve_forks


def numeric(slot: int, pin: Pin) -> SetCode:
    """The command for what is left of a PIN that was a number."""
    return SetCode(slot, Pin(str(int(pin.reveal()))))


if __name__ == "__main__":
    with mock.patch.object(operations, "SetCode", numeric):
        sys.exit(serve_forks(run))
