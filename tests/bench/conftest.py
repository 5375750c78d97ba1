"""What the benches of this folder stand on.

Most ask what gateway and locks do, and not over what: theirs are in this process, where the same
happens (tests/sim) in a fifth of the time. Those that are about processes and sockets take real
ones.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest_asyncio

from simulator.rig import ProcessRig, Rig
from simulator.sim.rig import SimRig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Else gRPC's C core writes a line to standard error for every connection that closes.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rig() -> AsyncIterator[Rig]:
    """Hosts and gateways in this process."""
    one = await SimRig.start()
    yield one
    await one.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def process_rig() -> AsyncIterator[Rig]:
    """Two fork servers, which are the slow part of a bench; real processes come from them."""
    warm = await ProcessRig.start()
    yield warm
    await warm.stop()
