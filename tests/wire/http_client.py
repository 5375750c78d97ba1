"""A client of the HTTP surface, without a socket."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import httpx

from gateway.api.http import build_app
from gateway.api.keys import Keyring
from tests.wire.fake_core import KEY, FakeGate, FakePlane, numbered_ids

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOG: Final = logging.getLogger("test.http")


@asynccontextmanager
async def open_client(plane: FakePlane, gate: FakeGate) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sends a known key; the requests' ids count from 1."""
    app = build_app(plane, gate, Keyring(["seam_other_key", KEY]), numbered_ids(), LOG)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://bench",
        headers={"authorization": f"Bearer {KEY}"},
    ) as client:
        yield client
