"""Makes a failing plan smaller while it still fails, by running it again and again.

Big steps come first: all of one kind of happening, whole locks, then ever smaller stretches of time
(delta debugging, Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002),
then single words and the instants. What is left is small, not the smallest that there is.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from simulator.worlds.pruning import keeping, without, without_lock
from simulator.worlds.simpler import edits, gap_edits, gaps_at_most, in_order
from simulator.worlds.violations import locks_named
from simulator.worlds.world import run_world

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from simulator.worlds.plan import Plan
    from simulator.worlds.world import Outcome

    StillFails = Callable[[Plan], bool]

RUNS_MAX: Final = 400


def shrink(plan: Plan, still_fails: StillFails, budget: int = RUNS_MAX) -> Plan:
    """The smallest plan found that still fails, after asking `still_fails` `budget` times at most.

    `plan` is known to fail and is returned when nothing can go. The same for the same arguments.
    """
    search = _Search(plan, still_fails, budget)
    search.offer(in_order(plan))
    search.offer_all(_without_kinds)
    search.offer_all(_without_locks)
    while True:
        before = search.plan
        _thin_out(search)
        _simplify(search)
        if search.plan == before:
            return before


def same_failure(outcome: Outcome, run: Callable[[Plan], Outcome] = run_world) -> StillFails:
    """Whether a plan breaks the first promise that `outcome` broke, on the same lock.

    `run` runs a plan: `run_world` with the same order of what is ready, if that mattered.
    """
    first = outcome.violations[0]
    lock = locks_named(first, outcome.plan)[:1]

    def still_fails(plan: Plan) -> bool:
        return any(
            one.checker == first.checker and locks_named(one, outcome.plan)[:1] == lock
            for one in run(plan).violations
        )

    return still_fails


class _Search:
    """The smallest plan so far, and how many runs are left to find a smaller one."""

    def __init__(self, plan: Plan, still_fails: StillFails, budget: int) -> None:
        self.plan = plan
        self._still_fails = still_fails
        self._left = budget
        self._tried = {_key(plan)}

    def offer(self, plan: Plan) -> bool:
        """Whether this one fails too; then it is the smallest so far."""
        if self._left <= 0:
            return False
        key = _key(plan)
        if key in self._tried:
            return False
        self._tried.add(key)
        self._left -= 1
        if not self._still_fails(plan):
            return False
        self.plan = plan
        return True

    def offer_all(self, ways: Callable[[Plan], Iterable[Callable[[Plan], Plan | None]]]) -> None:
        """Each way to make the plan smaller, upon what the ones before it have left."""
        for way in ways(self.plan):
            smaller = way(self.plan)
            if smaller is not None:
                self.offer(smaller)


def _key(plan: Plan) -> str:
    """Equal for equal plans."""
    happenings = [(one.at_ms, one.step, one.death) for one in plan.happenings]
    return repr((plan.fleet, plan.any_order, happenings))


def _without_kinds(plan: Plan) -> Iterator[Callable[[Plan], Plan]]:
    """Without all that goes wrong, without all of a family of kinds, without each kind."""
    kinds = sorted({one.kind for one in plan.happenings})
    families = dict.fromkeys(kind.partition(".")[0] for kind in kinds)
    yield partial(_without_kind, {name for name in families if name != "call"})
    yield from (partial(_without_kind, {name}) for name in families)
    yield from (partial(_without_kind, {name}) for name in kinds)


def _without_kind(names: Collection[str], plan: Plan) -> Plan:
    """Without these kinds, or families of kinds."""
    return keeping(plan, lambda one: not {one.kind, one.kind.partition(".")[0]}.intersection(names))


def _without_locks(plan: Plan) -> Iterator[Callable[[Plan], Plan | None]]:
    yield from (partial(_without_lock, lock) for lock in plan.fleet["locks"])


def _without_lock(lock: str, plan: Plan) -> Plan | None:
    return without_lock(plan, lock) if len(plan.fleet["locks"]) > 1 else None


def _thin_out(search: _Search) -> None:
    """Leave stretches of time out, shorter and shorter, until no single knot can go."""
    size = max(1, len(_knots(search.plan)) // 2)
    while True:
        before = search.plan
        knots = _knots(before)
        # From the end: what came after the failure is the largest part that can go.
        for end in range(len(knots), 0, -size):
            search.offer(without(search.plan, set(knots[max(0, end - size) : end])))
        if size > 1:
            size //= 2
        elif search.plan == before:
            return


def _knots(plan: Plan) -> list[int]:
    """In the order of their first happenings."""
    return list(dict.fromkeys(one.knot for one in plan.happenings))


def _simplify(search: _Search) -> None:
    """Fewer locks and fewer words, then shorter and rounder gaps."""
    search.offer_all(_without_locks)
    search.offer_all(edits)
    any(search.offer(plan) for plan in gaps_at_most(search.plan))
    search.offer_all(gap_edits)
