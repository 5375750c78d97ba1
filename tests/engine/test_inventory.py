"""What the gateway is told of a kind of lock must be something that a lock can be."""

from __future__ import annotations

import pytest

from gateway.api.admin import device_from_wire
from gateway.policy.pacing import Security
from protos.access.v1 import admin_pb2 as pb
from tests.engine.bench_of_one import MINUTE_US, a_bench


def told(**facts: object) -> pb.DeviceRecord:
    message = pb.DeviceRecord(device_id="front", name="front")
    message.facts.slots = 5
    message.facts.has_keypad = True
    message.facts.code_lengths.append(4)
    for name, value in facts.items():
        if isinstance(value, list):
            del getattr(message.facts, name)[:]
            getattr(message.facts, name).extend(value)
        else:
            setattr(message.facts, name, value)
    return message


def test_facts_that_a_lock_can_have_are_taken() -> None:
    device = device_from_wire(told(constraints=["no_zeros"], reserved_slots=[1]))
    bench = a_bench("front", facts=device.facts)
    call = bench.create()
    bench.advance(MINUTE_US)
    assert call.value.access_codes[0].status == "set"
    assert list(bench.locks["front"].codes) == [2]


def test_a_lock_of_which_nobody_says_how_it_encrypts_encrypts_nothing() -> None:
    assert device_from_wire(told()).facts.security is Security.NONE
    assert device_from_wire(told(security="s0")).facts.security is Security.S0


@pytest.mark.parametrize(
    "facts",
    [
        {"constraints": ["no_sevens"]},
        {"code_lengths": [0]},
        {"code_lengths": [4, 40]},
        {"slots": 0},
        {"security": "S0"},
    ],
    ids=str,
)
def test_facts_that_no_lock_can_have_are_refused_when_they_are_told(
    facts: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match=r"lock|code|none, s0, s2"):
        device_from_wire(told(**facts))
