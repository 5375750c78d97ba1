"""A rig without processes: hosts and gateways are lives in this one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simulator.processes import GATEWAY
from simulator.rig import Cases, Reached
from simulator.scratch import Scratch
from simulator.sim.http import DirectDoor
from simulator.sim.processes import Lives, Shared, make_gateway, make_host
from simulator.sim.wires import Switchboard

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.processes import Process
    from simulator.rig import Door
    from simulator.sim.deaths import Death
    from simulator.sim.processes import Life


class SimRig:
    """See `simulator.rig.Rig`. One bench at a time: its gateway knows hosts by their names."""

    def __init__(self, order: str | None = None, switchboard: Switchboard | None = None) -> None:
        """Makes a directory, for memory files and the store; `stop` removes it.

        With an `order`, a seed, what is due at one instant comes in an order that is drawn. A
        bench of processes has but one order, so then no trace equals theirs.
        """
        self._shared = Shared(order, switchboard or Switchboard())
        self.hosts = Lives(partial(make_host, shared=self._shared))
        self.gateways = Lives(partial(make_gateway, shared=self._shared))
        self._scratch = Scratch.make(in_memory=True)
        self._cases = Cases(self._scratch.directory)
        self._gateway: Process | None = None
        self.directory = self._scratch.directory

    @classmethod
    async def start(cls) -> SimRig:
        """As a `ProcessRig` is started; nothing has to come up. Raises OSError."""
        return cls()

    def doom(self, process: str, death: Death, now_us: int) -> None:
        """Let the process of that name die, in this life or a later one."""
        self._shared.fuses[process].light(death, now_us)

    def spare_all(self) -> None:
        """Let nobody die any more who has not died yet."""
        for fuse in self._shared.fuses.values():
            fuse.put_out()

    def new_case(self) -> Path:
        """A private directory for one bench."""
        return self._cases.new()

    def reach(self, process: Process) -> Reached:
        """Directly."""
        is_gateway = process.name == GATEWAY
        lives = self.gateways if is_gateway else self.hosts
        life = lives.life(process.pid)
        if life is None:
            raise LookupError(f"{process.name} has ended")
        if is_gateway:
            self._gateway = process
        return Reached(life.service, life, None)

    def door(self, url: str, api_key: str, *, patient: bool = False) -> Door:
        """Directly, to whichever life of the gateway serves."""
        del url, patient
        return DirectDoor(self._serving, api_key)

    def _serving(self) -> Life | None:
        return None if self._gateway is None else self.gateways.life(self._gateway.pid)

    async def stop(self) -> None:
        """End every life that is left and remove the directory."""
        try:
            await self.gateways.stop()
            await self.hosts.stop()
        finally:
            self._scratch.remove()
