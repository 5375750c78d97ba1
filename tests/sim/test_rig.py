"""Hosts and a gateway in one process: what only such a bench can show in no time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.sim.loop import run
from simulator.sim.rig import SimRig
from tests.bench.site import MINUTE_US, SECOND_US, Site, a_site

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

TWO = """
    locks:
      front: {profile: deadbolt-30}
      back: {profile: deadbolt-30}
    """


def on_a_bench(test: Callable[[Site], Coroutine[Any, Any, None]]) -> None:
    async def go() -> None:
        rig = SimRig()
        try:
            async with a_site(rig, TWO) as here:
                await test(here)
        finally:
            await rig.stop()

    run(go())


def test_a_host_that_is_stopped_before_it_is_connected_again_holds_nothing_up() -> None:
    async def test(here: Site) -> None:
        host = here.bench.locks["back"].host
        await here.bench.crew.kill(host)
        await here.bench.advance(MINUTE_US)
        await here.bench.crew.start(host)
        await here.bench.crew.stop(host)
        await here.bench.advance(5 * MINUTE_US)
        await here.bench.crew.go_on(host)
        await here.bench.advance(5 * MINUTE_US)
        await here.created("front", "back", code="1353")
        assert await here.inside() == {"front": {1: "1353"}, "back": {1: "1353"}}

    on_a_bench(test)


def test_a_host_can_be_stopped_and_killed_while_the_gateway_connects_to_it() -> None:
    async def test(here: Site) -> None:
        host = here.bench.locks["back"].host
        await here.bench.crew.kill(host)
        await here.bench.crew.start(host)
        await here.bench.crew.stop(host)
        await here.bench.advance(SECOND_US)
        await here.bench.crew.kill(host)
        await here.bench.crew.start(host)
        await here.bench.advance(5 * MINUTE_US)
        await here.created("front", "back", code="1353")
        assert await here.inside() == {"front": {1: "1353"}, "back": {1: "1353"}}

    on_a_bench(test)
