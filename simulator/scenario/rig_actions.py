"""What steps do to the processes themselves: the gateway, and the hosts that locks live in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from simulator.processes import GATEWAY, NotPossible

if TYPE_CHECKING:
    from simulator.bench import Bench
    from simulator.crew import Crew
    from simulator.scenario.cases import Step
    from simulator.scenario.verbs import GatewayProcess, HostProcess
    from simulator.scenario.world import Running

Act = Callable[["Crew", str], Awaitable[None]]


async def _restart(crew: Crew, name: str) -> None:
    await crew.kill(name)
    await crew.start(name)


_ACTS: Final[dict[str, Act]] = {
    "kill": lambda crew, name: crew.kill(name),
    "stop": lambda crew, name: crew.stop(name),
    "continue": lambda crew, name: crew.go_on(name),
    "start": lambda crew, name: crew.start(name),
    "restart": _restart,
}


async def gateway(run: Running, step: Step, body: GatewayProcess) -> None:
    """Kill, stop, continue or start the gateway."""
    del step
    run.story.append(f"gateway: {body.action}")
    await _ACTS[body.action](run.bench.crew, GATEWAY)


async def host(run: Running, step: Step, body: HostProcess) -> None:
    """The same to every host of these locks. Raises `NotPossible` if others live there too."""
    del step
    hosts = hosts_of(run.bench, body.of)
    run.story.append(f"host of {', '.join(body.of)}: {body.action}")
    for name in hosts:
        await _ACTS[body.action](run.bench.crew, name)


def hosts_of(bench: Bench, locks: tuple[str, ...]) -> list[str]:
    """The hosts of these locks, each once.

    A host dies as a whole. Locks that a step names have a host of their own, so others can only be
    in it when they are on the same hub: then they must be named too. Raises `NotPossible`.
    """
    hosts = list(dict.fromkeys(bench.locks[lock].host for lock in locks))
    others = [
        name for name, lock in bench.locks.items() if lock.host in hosts and name not in locks
    ]
    if others:
        raise NotPossible(f"{', '.join(others)} would go too, being on the same hub: name all")
    return hosts
