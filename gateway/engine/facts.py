"""What the choice of a code is told of each lock: its keypad, and every PIN in use on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.policy.errors import Refusal
from gateway.policy.judge import judge
from gateway.policy.keypad import LockFacts, Owner, keypad_of
from gateway.policy.operations import free_slots

if TYPE_CHECKING:
    from gateway.engine.parts import Parts
    from gateway.policy.judge import Reason
    from gateway.policy.records import CodeRecord, DeviceRecord
    from latchbench.pin import Pin


def lock_facts(parts: Parts, device: DeviceRecord, *, without: str | None = None) -> LockFacts:
    """A copy that stays as it is while a thread thinks; `without` leaves one row's PIN out."""
    world = parts.world
    managed = {
        pin: Owner(code.access_code_id, managed=True)
        for code in world.codes_of(device.device_id)
        if code.access_code_id != without
        for pin in (*code.old_pins, code.pin)
        if pin is not None
    }
    unmanaged = {
        record.pin: Owner(record.access_code_id, managed=False)
        for record in world.unmanaged.get(device.device_id, {}).values()
        if record.pin is not None
    }
    facts = device.facts
    constraints = set(facts.constraints)
    if facts.provider_chooses_pin:
        constraints.add("cannot_specify_pin_code")
    return LockFacts(
        device_id=device.device_id,
        name=device.name,
        keypad=keypad_of(
            (device.code_length,) if device.code_length else facts.code_lengths,
            sorted(constraints),
            five_buttons=facts.five_buttons,
            matches_prefix=facts.matches_prefix,
            offline_codes_only=facts.offline_codes_only,
        ),
        in_use={**unmanaged, **managed},
        refused=frozenset(world.books[device.device_id].refused_pins),
    )


def has_space(parts: Parts, device: DeviceRecord) -> bool:
    """Whether one more code finds a slot, as far as the lock was read."""
    return (
        free_slots(
            parts.world.books[device.device_id].mirror,
            device.slots or device.facts.slots,
            device.facts.reserved_slots,
            parts.world.codes_of(device.device_id),
            parts.now_us(),
        )
        > 0
    )


def no_space(device: DeviceRecord) -> Refusal:
    """Every slot of a lock is taken; no other PIN would help."""
    return Refusal(device.device_id, "no_space", f"{device.name} has no free slot for a code")


def refusal_of(
    device_id: str, reason: str, message: str, owner: Owner | None, parts: Parts
) -> Refusal:
    """A refusal that names the code in the way, when callers may know of it."""
    managed = unmanaged = None
    if owner is not None and owner.access_code_id is not None:
        if not owner.managed:
            unmanaged = owner.access_code_id
        elif parts.world.is_listed(parts.world.codes[owner.access_code_id]):
            managed = owner.access_code_id
    return Refusal(device_id, reason, message, managed, unmanaged)


def why_refused(parts: Parts, code: CodeRecord, pin: Pin | None) -> Refusal:
    """Why a lock did not take a code: what its freshly read slots explain, else nobody knows."""
    device = parts.world.devices[code.device_id]
    reasons: tuple[Reason, ...] = ()
    if pin is not None and not device.facts.provider_chooses_pin:
        reasons = judge(lock_facts(parts, device, without=code.access_code_id), pin)
    if reasons:
        first = reasons[0]
        return refusal_of(device.device_id, first.word, first.message, first.owner, parts)
    if parts.world.books[device.device_id].mirror.holder(pin, code.slot) is not None:
        return Refusal(device.device_id, "pin_in_use", f"{device.name} has this code in use")
    return Refusal(
        device.device_id, "refused_by_lock", f"{device.name} does not take the code, nor say why"
    )
