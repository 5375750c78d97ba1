"""A committed code that its lock refuses is given up."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine.groups import Groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.errors import Refusal
    from gateway.policy.records import CodeRecord

_report = Groups._report


def _give_up(self: Groups, code: CodeRecord, refusal: Refusal) -> None:
    _report(self, code, refusal)
    if self._world.is_listed(code):
        self._rows.make_absent(self._world.codes[code.access_code_id])
        self._world.save()


@contextmanager
def planted() -> Iterator[None]:
    """Its caller had been told that it was made."""
    with mock.patch.object(Groups, "_report", _give_up):
        yield
