"""The processes of a bench: fork servers that are warm, hosts and a gateway that come from them.

Fork servers are slow to start (they import everything) and last for a whole run; hosts and gateways
are cheap and last for one case. Nothing here knows what the processes are for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from latchbench.process import ForkServer
from simulator.scratch import Scratch

if TYPE_CHECKING:
    from pathlib import Path

HOST_MODULE = "simulator.host.forkserver"
GATEWAY_MODULE = "gateway.forkserver"


class Rig:
    """Two fork servers, and a private directory for the sockets of their children."""

    def __init__(self, hosts: ForkServer, gateways: ForkServer, scratch: Scratch) -> None:
        self.hosts = hosts
        self.gateways = gateways
        self.directory = scratch.directory
        self._scratch = scratch
        self._cases = 0

    @classmethod
    async def start(
        cls, gateway_module: str = GATEWAY_MODULE, *, also_from: Path | None = None
    ) -> Rig:
        """Start both fork servers; they import while the caller goes on.

        Another `gateway_module`, found in the folder `also_from` if it is not installed, puts
        another gateway before the same locks.
        """
        started: list[ForkServer] = []
        scratch = Scratch.make()
        try:
            started.append(await ForkServer.start(HOST_MODULE))
            started.append(await ForkServer.start(gateway_module, also_from=also_from))
        except BaseException:
            # Somebody pressed Ctrl-C meanwhile, or the system has no more processes.
            scratch.remove()
            await asyncio.gather(*(server.stop() for server in started))
            raise
        return cls(started[0], started[1], scratch)

    def new_case(self) -> Path:
        """A private directory for one bench."""
        self._cases += 1
        path = self.directory / f"c{self._cases}"
        path.mkdir(mode=0o700)
        return path

    async def stop(self) -> None:
        """End every process that is left and remove the directory."""
        try:
            await asyncio.gather(self.hosts.stop(), self.gateways.stop())
        finally:
            self._scratch.remove()
