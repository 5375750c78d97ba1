"""What the bench does to its own processes while time stands still: kill, stop, go on, start.

Each takes place when nothing is in flight at this instant, so it is exact and repeats. What a
process had sent before it was killed is handled before its end; what a stopped process had not read
when its peer was killed is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.processes import GATEWAY, NotPossible, Process, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from simulator.conductor import Conductor


class Crew:
    """All processes of a bench by name. `join` is called with one that serves."""

    def __init__(
        self, conductor: Conductor | None, join: Callable[[Process], Awaitable[None]]
    ) -> None:
        self._conductor = conductor
        self._join = join
        self._processes: dict[str, Process] = {}

    def __iter__(self) -> Iterator[Process]:
        """The processes, hosts first, in the order in which they were added."""
        return iter(self._processes.values())

    def __getitem__(self, name: str) -> Process:
        """The process of that name."""
        return self._processes[name]

    @property
    def gateway(self) -> Process:
        """The gateway."""
        return self._processes[GATEWAY]

    def add(self, process: Process) -> None:
        """Another process, which may not have joined yet."""
        self._processes[process.name] = process

    async def kill(self, name: str) -> None:
        """SIGKILL. Raises `NotPossible` when it does not run."""
        process, conductor = self._processes[name], self._stepped()
        process.must_be(State.RUNNING, State.STOPPED)
        await self._quiet()
        if process.state is State.RUNNING:
            await conductor.delivered(name)
        await process.kill()
        await conductor.gone(name)
        await self._quiet()

    async def bury(self, name: str) -> None:
        """A process has died within a step: from now on it is one that was killed."""
        process, conductor = self._processes[name], self._stepped()
        await conductor.delivered(name)
        await process.kill()
        await conductor.roll_call()
        await conductor.gone(name)

    async def stop(self, name: str) -> None:
        """SIGSTOP: it hears nothing and does nothing. Raises `NotPossible`."""
        process, conductor = self._processes[name], self._stepped()
        process.must_be(State.RUNNING)
        await self._quiet()
        await conductor.delivered(name)
        process.stop()
        conductor.freeze(name)

    async def go_on(self, name: str) -> None:
        """SIGCONT: it gets what it is owed, and does late what was due. Raises `NotPossible`."""
        process, conductor = self._processes[name], self._stepped()
        process.must_be(State.STOPPED)
        process.go_on()
        await conductor.thaw(name)
        await self._quiet()

    async def start(self, name: str) -> None:
        """Start a process that was killed. Raises `NotPossible`, or `ProcessFailed`."""
        process, conductor = self._processes[name], self._stepped()
        process.must_be(State.KILLED)
        await process.start_again(conductor.now_us)
        await self._join(process)
        await self._quiet()

    def _stepped(self) -> Conductor:
        if self._conductor is None:
            raise NotPossible("only a stepped bench can do that to its processes")
        return self._conductor

    async def _quiet(self) -> None:
        """Within a round that the bench has interrupted, what is left of it comes afterwards."""
        conductor = self._stepped()
        if not conductor.playing:
            await conductor.quiet()
