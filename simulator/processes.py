"""The processes of a bench, one by one: running, stopped, killed, and started again as they were.

A process that starts again is told the same as the first time, but for the time and for what only
one process can have at a time: it keeps its address, and gets new sockets for the bench.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from latchbench.process import Started
    from simulator.rig import Spawner

GATEWAY: Final = "gateway"
MEMORY: Final = "memory:"  # where an address begins that only code in this process can reach


def where(pid: int, address: str) -> str:
    """Where somebody could have found a process, in a few words."""
    if address.startswith(MEMORY):
        return "in this process"
    return f"pid {pid} at {address}"


class State(Enum):
    """What became of a process."""

    RUNNING = "running"
    STOPPED = "stopped"
    KILLED = "killed"


class NotPossible(Exception):
    """A process cannot have that done to it, as it is. The message says why, for people."""


@dataclass(slots=True)
class Process:
    """One host or the gateway. `life` counts its starts; `stack` closes what the bench holds."""

    server: Spawner
    settings: Mapping[str, Any]
    started: Started
    state: State = State.RUNNING
    life: int = 1
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def name(self) -> str:
        """`gateway`, or the name of the host."""
        return str(self.settings["name"])

    @property
    def pid(self) -> int:
        """Of the life that runs, or ran last."""
        return self.started.pid

    def must_be(self, *states: State) -> None:
        """Raises `NotPossible` when it is in no such state."""
        if self.state not in states:
            raise NotPossible(f"{self.name} is {self.state.value}")

    async def kill(self) -> None:
        """SIGKILL, and wait until it has ended."""
        await self.server.kill(self.pid)
        self.state = State.KILLED
        stack, self.stack = self.stack, AsyncExitStack()
        await stack.aclose()

    def stop(self) -> None:
        """SIGSTOP."""
        self.server.stop_child(self.pid)
        self.state = State.STOPPED

    def go_on(self) -> None:
        """SIGCONT."""
        self.server.continue_child(self.pid)
        self.state = State.RUNNING

    async def start_again(self, now_us: int) -> Started:
        """The same process at `now_us`, once it serves. Raises `ProcessFailed`."""
        self.life += 1
        self.settings = {**self.settings, **self._new_settings(), "start_us": now_us}
        self.started = await self.server.spawn(self.settings)
        self.state = State.RUNNING
        return self.started

    def _new_settings(self) -> dict[str, Any]:
        info = self.started.info
        if self.name == GATEWAY:
            return {
                "life": self.life,
                "http_address": str(info["http_url"]).removeprefix("http://"),
                "grpc_address": info["grpc_address"],
                "admin_socket": self._next_socket("admin_socket"),
            }
        return {
            "device_address": info["device_address"],
            "control_socket": self._next_socket("control_socket"),
        }

    def _next_socket(self, setting: str) -> str:
        before = PurePath(self.settings[setting])
        return str(before.with_name(f"{self.name}.{self.life}.sock"))

    async def end(self) -> None:
        """End it for good; harmless when it has ended."""
        await self.stack.aclose()
        await self.server.end(self.pid)
