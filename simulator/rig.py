"""The processes of a bench: fork servers that are warm, hosts and a gateway that come from them.

Fork servers are slow to start (they import everything) and last for a whole run; hosts and gateways
are cheap and last for one case. Nothing here knows what the processes are for.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from latchbench.process import ForkServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from latchbench.process import Started

HOST_MODULE = "simulator.host.forkserver"
GATEWAY_MODULE = "gateway.forkserver"


class Rig:
    """Two fork servers, and a short private directory for the sockets of their children.

    A socket's path may be 107 bytes long at most, so it is made below the system's own directory
    for temporary files and not below wherever the user keeps state.
    """

    def __init__(self, hosts: ForkServer, gateways: ForkServer, directory: Path) -> None:
        self.hosts = hosts
        self.gateways = gateways
        self.directory = directory
        self._cases = 0

    @classmethod
    async def start(cls) -> Rig:
        """Start both fork servers; they import while the caller goes on."""
        hosts, gateways = await asyncio.gather(
            ForkServer.start(HOST_MODULE), ForkServer.start(GATEWAY_MODULE)
        )
        return cls(hosts, gateways, Path(tempfile.mkdtemp(prefix="lb-")))

    def new_case(self) -> Path:
        """A private directory for one bench."""
        self._cases += 1
        path = self.directory / f"c{self._cases}"
        path.mkdir(mode=0o700)
        return path

    async def spawn_hosts(self, settings: list[Mapping[str, Any]]) -> list[Started]:
        """All hosts at once. Raises `ProcessFailed` if one does not start."""
        return list(await asyncio.gather(*(self.hosts.spawn(each) for each in settings)))

    async def spawn_gateway(self, settings: Mapping[str, Any]) -> Started:
        """Raises `ProcessFailed` if it does not start."""
        return await self.gateways.spawn(settings)

    async def stop(self) -> None:
        """End every process that is left and remove the directory."""
        try:
            await asyncio.gather(self.hosts.stop(), self.gateways.stop())
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
