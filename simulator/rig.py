"""The processes of a bench: fork servers that are warm, hosts and a gateway that come from them.

Fork servers are slow to start (they import everything) and last for a whole run; hosts and gateways
are cheap and last for one case. Nothing here knows what the processes are for.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from latchbench.process import ForkServer

HOST_MODULE = "simulator.host.forkserver"
GATEWAY_MODULE = "gateway.forkserver"


# What a Unix address can hold, and more than a bench puts below its directory.
_SOCKET_PATH_BYTES_MAX = 107
_BELOW_BYTES_MAX = len("/lb-12345678/c999999/host-999999.sock")


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
    async def start(
        cls, gateway_module: str = GATEWAY_MODULE, *, also_from: Path | None = None
    ) -> Rig:
        """Start both fork servers; they import while the caller goes on.

        Another `gateway_module`, found in the folder `also_from` if it is not installed, puts
        another gateway before the same locks.
        """
        started: list[ForkServer] = []
        directory = _private_directory()
        try:
            started.append(await ForkServer.start(HOST_MODULE))
            started.append(await ForkServer.start(gateway_module, also_from=also_from))
        except BaseException:
            # Somebody pressed Ctrl-C meanwhile, or the system has no more processes.
            shutil.rmtree(directory, ignore_errors=True)
            await asyncio.gather(*(server.stop() for server in started))
            raise
        return cls(started[0], started[1], directory)

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
            shutil.rmtree(self.directory, ignore_errors=True)


def _private_directory() -> Path:
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) + _BELOW_BYTES_MAX > _SOCKET_PATH_BYTES_MAX:
        base = "/tmp"  # somebody has pointed TMPDIR to a place too deep for a socket
    return Path(tempfile.mkdtemp(prefix="lb-", dir=base))
