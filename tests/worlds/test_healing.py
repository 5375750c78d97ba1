"""What is still on its way when a world is healed does not undo that."""

from __future__ import annotations

from simulator.worlds.plan import Ask, Happening, Plan
from simulator.worlds.world import run_world

FLEET = {"locks": {"front": {"profile": "deadbolt-30"}}}


def test_a_command_that_was_to_freeze_its_lock_has_come_before_the_lock_is_given_fresh_power() -> (
    None
):
    steps = [
        {"inject": {"lock": "front", "fault": "freeze", "times": 1}},
        {"create_multiple": {"device_ids": ["front"], "sync": False}},
    ]
    happenings = [Happening(0, knot, "call.some", step) for knot, step in enumerate(steps)]
    happenings.append(Happening(1, 2, "call.some", {"note": "the command is on its way"}))
    outcome = run_world(Plan(Ask(1), FLEET, tuple(happenings)))
    assert any(event.kind == "lock.fault.fired" for event in outcome.trace)
    assert outcome.violations == ()
    assert any(event.kind == "gateway.code.verified" for event in outcome.trace)
