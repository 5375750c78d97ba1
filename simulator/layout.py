"""Which process gets which lock, and what each process is told at its start."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from latchbench.trace import PinLetters
from simulator.inventory import host_lock, hub_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from simulator.scenario.cases import Fleet, LockPlan

WORKSPACE_ID: Final = str(uuid.uuid5(uuid.NAMESPACE_URL, "latchbench:workspace"))
# In virtual time a call may wait long; in real time an SDK gives up after 30 s, so we do before.
SYNC_DEADLINE_STEPPED_US: Final = 600_000_000
SYNC_DEADLINE_PACED_US: Final = 25_000_000
# How long the gateway leaves a lock in peace after it wrote a code, which is a matter of how slow
# the locks are: with measured latencies as managers in the field do it, else not at all.
CODE_GAPS_US: Final = {"fast": 0, "instant": 0, "zwave": 2_000_000}
HUBS_APART_MAX: Final = 8
HOSTS_PACKED: Final = 4
LOCKS_PER_HOST_MAX: Final = 1024


@dataclass(slots=True)
class Masking:
    """What benches share so that a PIN has the same letter in all their traces.

    `letters` are those that the benches before have given out.
    """

    key: str
    letters: PinLetters = field(default_factory=PinLetters)


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """How to run a fleet. `state_dir` None: memory files that go with the bench.

    `apart`: locks whose hubs have a host of their own, because something will be done to it.
    `rate` and `paused` are for a bench on real time: how fast it passes, and whether it stands
    still at first. `dawdle_ms` puts random real delays of up to that into every process, to show
    that they do not matter. `patient`: somebody holds time back, so a call may really take long.
    """

    seed: int = 0
    stepped: bool = True
    show_codes: bool = False
    state_dir: Path | None = None
    http_address: str = "127.0.0.1:0"
    grpc_address: str = "127.0.0.1:0"
    database_url: str | None = None
    programming: str | None = None
    timing: str | None = None
    api_key: str | None = None
    hosts: int | str | None = None
    apart: Collection[str] = ()
    rate: float = 1.0
    paused: bool = False
    dawdle_ms: int = 0
    masking: Masking | None = None
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What one bench has to itself: a private folder, and the secrets of this run."""

    directory: Path
    mask_key: str
    api_key: str


def pack(
    fleet: Fleet, wanted: int | str | None, apart: Collection[str] = ()
) -> list[list[LockPlan]]:
    """Which locks share a host process. A hub is never split; results never depend on this.

    One host per hub up to 8 hubs, above that 4 hosts, more when they would have over 1,024 locks;
    each hub goes into the host that has the fewest locks so far. The hubs of the locks in `apart`
    have a host each, beside those.
    """
    by_hub: dict[str, list[LockPlan]] = {}
    for lock in fleet.locks.values():
        by_hub.setdefault(hub_name(lock), []).append(lock)
    lonely = [hub for hub in by_hub.values() if any(lock.name in apart for lock in hub)]
    return _packed([hub for hub in by_hub.values() if hub not in lonely], wanted) + lonely


def _packed(hubs: list[list[LockPlan]], wanted: int | str | None) -> list[list[LockPlan]]:
    if not hubs:
        return []
    if wanted == "per-lock" or (wanted is None and len(hubs) <= HUBS_APART_MAX):
        return hubs
    least = -(-sum(map(len, hubs)) // LOCKS_PER_HOST_MAX)
    count = min(max(wanted if isinstance(wanted, int) else HOSTS_PACKED, least), len(hubs))
    packed: list[list[LockPlan]] = [[] for _ in range(count)]
    for hub in hubs:
        emptiest = min(packed, key=len)
        if len(emptiest) + len(hub) > LOCKS_PER_HOST_MAX:
            emptiest = []
            packed.append(emptiest)
        emptiest.extend(hub)
    return packed


def shares_hubs(fleet: Fleet) -> bool:
    """Whether any lock has a neighbour on its hub, so that locks cannot have a host each."""
    return any(len(locks) > 1 for locks in fleet.hubs.values())


def host_settings(
    fleet: Fleet, options: BenchOptions, place: Place, name: str, locks: Sequence[LockPlan]
) -> Mapping[str, Any]:
    """What a host is told."""
    pace = {"mode": "stepped"} if options.stepped else {"mode": "paced", "rate": 1.0}
    return {
        "name": name,
        **pace,
        "seed": options.seed,
        "mask_key": place.mask_key,
        "show_codes": options.show_codes,
        "start_us": fleet.clock.start_us,
        "timing": options.timing or fleet.timing,
        "device_address": "127.0.0.1:0",
        "control_socket": str(place.directory / f"{name}.sock"),
        "nvm_dir": str(options.state_dir or place.directory),
        "reflection": not options.stepped,
        "dawdle_ms": options.dawdle_ms,
        "locks": [host_lock(lock, device_id_of(fleet, lock.name)) for lock in locks],
    }


def gateway_settings(fleet: Fleet, options: BenchOptions, place: Place) -> Mapping[str, Any]:
    """What the gateway is told."""
    told = fleet.gateway
    stepped = options.stepped
    deadline_us = SYNC_DEADLINE_STEPPED_US if stepped else SYNC_DEADLINE_PACED_US
    directory = options.state_dir or place.directory
    settings: dict[str, Any] = {
        "name": "gateway",
        "admin_socket": str(place.directory / "gateway.sock"),
        "http_address": options.http_address,
        "grpc_address": options.grpc_address,
        "database_url": options.database_url or f"sqlite:///{directory}/gateway.db",
        "api_key": place.api_key,
        "workspace_id": WORKSPACE_ID,
        "mask_key": place.mask_key,
        "show_codes": options.show_codes,
        "stepped": stepped,
        "time_control": not stepped,
        "start_us": fleet.clock.start_us,
        "seed": options.seed if stepped else None,
        "programming": options.programming or told.programming or ("sync" if stepped else "async"),
        "sync_deadline_us": told.sync_deadline_us or deadline_us,
        "dawdle_ms": options.dawdle_ms,
        "code_gap_us": CODE_GAPS_US[options.timing or fleet.timing],
    }
    if told.jit_lead_us is not None:
        settings["jit_lead_us"] = told.jit_lead_us
    if told.commands_per_hub is not None:
        settings["commands_per_hub"] = told.commands_per_hub
    return settings


def device_id_of(fleet: Fleet, lock: str) -> str:
    """The same id for the same lock of the same fleet, whenever and wherever it runs."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"latchbench:{fleet.name or 'fleet'}:{lock}"))
