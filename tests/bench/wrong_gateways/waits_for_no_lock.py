"""A gateway that refuses every call that names an offline lock, whatever the caller wants."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

from gateway.engine import admission
from gateway.policy.request import parse_create_multiple
from gateway.server import run
from latchbench.process import serve_forks

if TYPE_CHECKING:
    from gateway.policy.request import CreateMultiple


def impatient(*arguments: Any, **named: Any) -> CreateMultiple:
    """The request, with `attempt_for_offline_device: false`."""
    return replace(parse_create_multiple(*arguments, **named), attempt_for_offline_device=False)


if __name__ == "__main__":
    with mock.patch.object(admission, "parse_create_multiple", impatient):
        sys.exit(serve_forks(run))
