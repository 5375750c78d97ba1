"""Warm processes for every test of this folder: fork servers are the slow part of a bench."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest_asyncio

from simulator.rig import ProcessRig, Rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Else gRPC's C core writes a line to standard error for every connection that closes.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rig() -> AsyncIterator[Rig]:
    """Two fork servers; hosts and gateways of all benches come from them."""
    warm = await ProcessRig.start()
    yield warm
    await warm.stop()
