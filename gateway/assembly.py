"""A gateway put together as its starter says: core, store, and what answers on its ports.

Here is no port and no process: `gateway.server` serves what this makes, and a bench that runs
everything in one process calls it directly.
"""

from __future__ import annotations

import logging
import random
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gateway.api.admin import AdminService
from gateway.api.grpc_service import AccessCodeService
from gateway.api.http import build_app
from gateway.api.keys import Keyring
from gateway.api.port import CALL_HEADER
from gateway.app import Chances, Gateway
from gateway.engine.parts import Settings
from gateway.policy.pacing import CODE_GAP_US, COMMANDS_PER_HUB, Pacing
from gateway.store.schema import SCHEMA_VERSION
from gateway.store.store import Store
from gateway.store.writer import writer_for
from latchbench.clock import Clock
from latchbench.holding import PacedParticipant
from latchbench.jobs import Jobs
from latchbench.lockstep import Participant, dawdling
from latchbench.trace import Masker, Tracer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from gateway.driver.streams import Connector
    from gateway.store.writer import AnyWriter

_TRACE_KEPT: Final = 100_000
_LOG: Final = logging.getLogger("latchbench.gateway")


@dataclass(frozen=True, slots=True)
class Config:
    """What the starter of the process says. Addresses are `host:port`; port 0 takes a free one.

    `seed` None means the operating system's chance; a bench gives a number, and in `life` how often
    it has started this gateway, because ids must not come again. `stepped` means that a bench steps
    time over `admin_socket`; else time passes by itself, `rate` times as fast, and with
    `time_control` a bench may hold it there.
    """

    name: str
    admin_socket: str
    http_address: str
    grpc_address: str
    database_url: str
    api_key: str
    workspace_id: str
    mask_key: str
    stepped: bool
    start_us: int
    rate: float = 1.0
    time_control: bool = False
    seed: int | None = None
    life: int = 1
    show_codes: bool = False
    programming: str = "async"
    jit_lead_us: int = 3_600_000_000
    sync_deadline_us: int = 25_000_000
    commands_per_hub: int = COMMANDS_PER_HUB
    code_gap_us: int = CODE_GAP_US
    dawdle_ms: int = 0

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Config:
        """From what arrived with the start command; unknown keys are an error of ours."""
        return cls(**settings)


@dataclass(frozen=True, slots=True)
class Assembled:
    """A gateway that serves nobody yet. `http` is an ASGI application."""

    gateway: Gateway
    participant: Participant
    admin: AdminService
    access: AccessCodeService
    http: Any


def participant_of(config: Config, loop: asyncio.AbstractEventLoop) -> Participant:
    """The gateway's share in time. Jobs come back through `loop`."""
    clock = Clock(config.start_us)
    tracer = Tracer(
        clock,
        Masker(bytes.fromhex(config.mask_key), show=config.show_codes),
        keep_max=None if config.stepped else _TRACE_KEPT,
    )
    participant = (
        Participant(clock, tracer, stepped=True, jobs=Jobs(loop))
        if config.stepped
        else PacedParticipant(clock, tracer, jobs=Jobs(loop))
    )
    if config.dawdle_ms:
        chance = secrets.SystemRandom()
        participant.dawdle = dawdling(chance, config.dawdle_ms)
        participant.jobs.linger = lambda: time.sleep(chance.random() * config.dawdle_ms / 1000)
    return participant


def assemble(
    config: Config,
    participant: Participant,
    connector: Connector,
    *,
    inline: bool = False,
    make_writer: Callable[[Store], AnyWriter] = writer_for,
) -> Assembled:
    """Open the store and put a gateway on it; `inline`: it does without threads.

    `make_writer` makes what writes the store. The gateway has still to be started, and it must be
    closed. Raises `StoreError`.
    """
    keyring = Keyring([config.api_key])
    store = _open_store(config.database_url, inline=inline)
    gateway = Gateway(
        participant,
        store,
        _settings(config),
        _chances(config),
        connector,
        name=config.name,
        writer=make_writer(store),
    )
    ids = (
        secrets.SystemRandom()
        if config.seed is None
        else random.Random(f"{_seed(config)}/gateway/requests")
    )

    def new_request_id() -> str:
        return f"{ids.getrandbits(64):016x}"

    http: Any = build_app(gateway, participant, keyring, new_request_id, _LOG)
    return Assembled(
        gateway,
        participant,
        AdminService(gateway, participant),
        AccessCodeService(gateway, participant, keyring, new_request_id, _LOG),
        _BenchCalls(http, participant) if config.stepped else http,
    )


def _open_store(url: str, *, inline: bool) -> Store:
    store = Store.open(url, inline=inline)
    if store.upgraded_from is not None:
        _LOG.warning(
            "the store %s was upgraded from schema version %d to %d: "
            "an older gateway refuses it from now on",
            store.place,
            store.upgraded_from,
            SCHEMA_VERSION,
        )
    return store


def _settings(config: Config) -> Settings:
    return Settings(
        workspace_id=config.workspace_id,
        programming=config.programming,
        jit_lead_us=config.jit_lead_us,
        sync_deadline_us=config.sync_deadline_us,
        pacing=Pacing(config.commands_per_hub, config.code_gap_us),
    )


def _seed(config: Config) -> str:
    return str(config.seed) if config.life == 1 else f"{config.seed}/life-{config.life}"


def _chances(config: Config) -> Chances:
    if config.seed is None:
        system = secrets.SystemRandom()
        return Chances(system, system, system, system)
    seed = _seed(config)
    return Chances(
        random.Random(f"{seed}/gateway/work"),
        random.Random(f"{seed}/gateway/codes"),
        random.Random(f"{seed}/gateway/plans"),
        random.Random(f"{seed}/gateway/links"),
    )


class _BenchCalls:
    """Tells lockstep of a bench's call that was answered without entering the core."""

    def __init__(self, app: Any, participant: Participant) -> None:
        self._app = app
        self._participant = participant

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """An ASGI application around another."""
        try:
            await self._app(scope, receive, send)
        finally:
            for name, value in scope.get("headers", ()):
                if name == CALL_HEADER.encode():
                    self._participant.withdraw(value.decode("latin-1"))
