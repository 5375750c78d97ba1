"""Only codes of ours count as in use."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

from gateway.engine import admission
from gateway.engine.facts import lock_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.parts import Parts
    from gateway.policy.keypad import LockFacts
    from gateway.policy.records import DeviceRecord


def _ours(parts: Parts, device: DeviceRecord) -> LockFacts:
    facts = lock_facts(parts, device)
    in_use = {pin: owner for pin, owner in facts.in_use.items() if owner.managed}
    return replace(facts, in_use=in_use)


@contextmanager
def planted() -> Iterator[None]:
    """A lock is sent what its owner has made at the keypad."""
    with mock.patch.object(admission, "lock_facts", _ours):
        yield
