"""Many worlds, one after the other or on several processes; results come in the order of seeds."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from latchbench.process import describe, die_with_parent
from simulator.worlds.coverage import CAMPAIGN_MIN_H, counted, missing
from simulator.worlds.fleets import WHOLE_FLEET
from simulator.worlds.planning import make_plan
from simulator.worlds.report import failure_lines
from simulator.worlds.world import run_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from simulator.worlds.plan import Ask
    from simulator.worlds.seen import Violation
    from simulator.worlds.world import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """One world in short: what can travel between processes.

    `told` are lines about what broke, if anything did. `cost_s` is processor time.
    """

    ask: Ask
    violations: tuple[Violation, ...]
    digest: str
    counts: Counter[str]
    virtual_us: int
    cost_s: float
    told: tuple[str, ...] = ()


class WorldBroke(Exception):
    """A world ended in a way that no checker judges: a fault of ours. The message says which."""


def run_seed(ask: Ask, look: Callable[[Outcome], object] | None = None) -> Result:
    """Plan and run one world; `look` sees all that came of it. Raises `WorldBroke`."""
    began_s = time.process_time()
    plan = make_plan(ask)
    try:
        outcome = run_world(plan)
    except Exception as error:
        raise WorldBroke(f"latchbench simulate {ask.words}: {describe(error)}") from error
    if look is not None:
        look(outcome)
    return Result(
        ask=ask,
        violations=outcome.violations,
        digest=outcome.digest,
        counts=counted(plan, outcome.trace),
        virtual_us=outcome.virtual_us,
        cost_s=time.process_time() - began_s,
        told=tuple(failure_lines(outcome)) if outcome.violations else (),
    )


def run_seeds(
    asks: Iterable[Ask], jobs: int, look: Callable[[Outcome], object] | None = None
) -> Iterator[Result]:
    """Run them, on `jobs` processes. `asks` is asked for a few more than are under way.

    With a `look` they run in this process, one after the other.
    """
    if jobs == 1 or look is not None:
        for ask in asks:
            yield run_seed(ask, look)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare) as pool:
        under_way: deque[Future[Result]] = deque()
        try:
            for ask in asks:
                under_way.append(pool.submit(run_seed, ask))
                if len(under_way) > 2 * jobs:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _prepare() -> None:
    """A worker ends with its parent, and leaves Ctrl-C to it."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(slots=True)
class Sum:
    """What a campaign came to."""

    worlds: int = 0
    whole: float = 0.0  # hours of worlds in which everything can happen
    failed: list[Result] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    virtual_us: int = 0
    cost_s: float = 0.0

    def add(self, result: Result) -> None:
        """One more world."""
        self.worlds += 1
        self.whole += result.ask.hours if result.ask.locks >= WHOLE_FLEET else 0
        self.counts += result.counts
        self.virtual_us += result.virtual_us
        self.cost_s += result.cost_s
        if result.violations:
            self.failed.append(result)

    @property
    def lacks(self) -> list[str]:
        """What a campaign of this size should have met and has not."""
        return missing(self.counts) if self.whole >= CAMPAIGN_MIN_H else []

    @property
    def committed_share(self) -> float:
        """Of the groups that were admitted, those that were kept; 0 when there was none."""
        admitted = self.counts["group.admitted"]
        return self.counts["group.committed"] / admitted if admitted else 0.0
