"""A lock of a fleet, as its host and as the gateway are told of it."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from protos.access.v1 import admin_pb2
from simulator.host.profile_plain import profile_to_plain
from simulator.model.words import OfflineCodes, Schedules, SupervisionSupport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario.cases import LockPlan


def hub_name(lock: LockPlan) -> str:
    """The lock's hub. Its own, if it names none; no declared hub can be called so."""
    return lock.hub or f"hub of {lock.name}"


def offline_secret(device_id: str) -> str:
    """What the lock and the gateway derive offline codes from.

    A maker puts it into the lock and keeps it in its cloud, which this stands for. It is the same
    whenever the same fleet runs, and protects nothing.
    """
    return blake2b(f"latchbench offline secret {device_id}".encode(), digest_size=32).hexdigest()


def device_message(
    lock: LockPlan, device_id: str, host: str, host_address: str
) -> admin_pb2.DeviceRecord:
    """What a hub's device database says of the lock, right or wrong."""
    told = lock.profile.advertised
    derives = told.offline_codes is not OfflineCodes.NONE
    return admin_pb2.DeviceRecord(
        device_id=device_id,
        name=lock.name,
        lock_id=lock.name,
        hub=lock.hub or "",
        host=host,
        host_address=host_address,
        time_zone=lock.zone or "",
        profile=lock.profile.name,
        offline_secret=offline_secret(device_id) if derives else "",
        facts=admin_pb2.Facts(
            slots=told.slots_max,
            code_lengths=told.code_lengths,
            uniform_length=told.uniform_length,
            constraints=sorted(constraint.value for constraint in told.constraints),
            five_buttons=told.five_buttons,
            matches_prefix=told.matches_prefix,
            readback_style=told.readback_style.value,
            duplicate_policy=told.duplicate_policy.value,
            reserved_slots=sorted(told.reserved_slots),
            schedules=told.schedules is not Schedules.NONE,
            provider_chooses_pin=told.provider_chooses_pin,
            has_keypad=told.has_keypad,
            name_length_max=told.name_length_max,
            supervision=told.supervision is SupervisionSupport.OK,
            checksum=told.checksum,
            security=told.security.value,
            supports_offline_codes=derives,
            offline_codes_only=told.offline_codes is OfflineCodes.ONLY,
        ),
    )


def host_lock(lock: LockPlan, device_id: str) -> Mapping[str, Any]:
    """What a host needs to make the lock. Travels on a pipe: the codes are digits."""
    return {
        "name": lock.name,
        "lock_id": lock.name,
        "hub": hub_name(lock),
        "profile": profile_to_plain(lock.profile.name, lock.profile.lock),
        "codes": {str(slot): pin.reveal() for slot, pin in lock.codes.items()},
        "fill_slots": lock.fill_slots,
        "radio": lock.radio,
        "power": lock.power,
        "offline_secret": offline_secret(device_id),
    }
