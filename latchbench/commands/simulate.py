"""`latchbench simulate`: worlds by seed; each must keep every promise, whatever happens in it."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

from latchbench import exits
from latchbench.commands.progress import ProgressLine
from latchbench.commands.reports import prepare
from latchbench.trace import to_json_line
from simulator.scenario.durations import NotADuration, parse_duration
from simulator.worlds.as_scenario import as_scenario
from simulator.worlds.campaign import Sum, run_seeds
from simulator.worlds.plan import Ask
from simulator.worlds.planning import make_plan
from simulator.worlds.report import failure_lines
from simulator.worlds.shrink import same_failure, shrink
from simulator.worlds.summary import sum_lines
from simulator.worlds.world import run_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from simulator.worlds.world import Outcome

# Each takes some hundred runs.
SHRUNK_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class SimulateAsked:
    """One command line."""

    seed: int | None
    seeds: str | None
    locks: int
    hours: float
    faults: str
    until: str | None
    jobs: int
    shrink: bool
    out: Path
    trace: Path | None


def simulate_command(asked: SimulateAsked) -> int:
    """Run the worlds; the exit code says how it went."""
    seeds = _seeds(asked)
    until_s = _until_s(asked.until)
    if seeds is None and until_s is None:
        raise exits.CommandError("say --seed N, --seeds A..B or --until TIME", exits.USAGE)
    if asked.locks < 1 or asked.hours <= 0:
        raise exits.CommandError("a world has a lock and some time at least", exits.USAGE)
    asks = [_ask(asked, seed) for seed in seeds] if seeds is not None else None
    if asked.shrink:
        _nothing_in_the_way(asked.out, asks or ())
    began_s = time.perf_counter()
    endless = (_ask(asked, seed) for seed in count())
    wanted = _until(asks if asks is not None else endless, until_s, began_s)
    look = None
    if asked.trace is not None:
        prepare([asked.trace])
        look = partial(_write_trace, asked.trace)
    total = _run(wanted, asked.jobs, len(asks) if asks is not None else 0, look)
    if asked.shrink:
        for failed in total.failed[:SHRUNK_MAX]:
            exits.say(*_smaller(failed.ask, asked.out), "")
    if not total.worlds:
        exits.complain("latchbench: no world was run")
        return exits.NOTHING
    exits.say(*sum_lines(total, time.perf_counter() - began_s))
    return exits.FAILED if total.failed or total.lacks else exits.PASSED


def _ask(asked: SimulateAsked, seed: int) -> Ask:
    return Ask(seed, asked.locks, asked.hours, asked.faults)


def _run(
    asks: Iterable[Ask], jobs: int, known: int, look: Callable[[Outcome], object] | None
) -> Sum:
    total = Sum()
    progress = ProgressLine(known, shown=known > 1)
    try:
        for result in run_seeds(asks, jobs, look):
            total.add(result)
            progress.ended(failed=bool(result.violations))
            if result.violations:
                with progress.aside():
                    exits.say(*result.told, "")
    finally:
        progress.close()
    return total


def _until(asks: Iterable[Ask], until_s: float | None, began_s: float) -> Iterator[Ask]:
    """No other world is begun once the time is over."""
    for ask in asks:
        if until_s is not None and time.perf_counter() - began_s >= until_s:
            return
        yield ask


def _path_of(ask: Ask, folder: Path) -> Path:
    return folder / f"world-{ask.seed}.yaml"


def _nothing_in_the_way(folder: Path, asks: Iterable[Ask]) -> None:
    """A scenario that was written before may have been worked on since."""
    for ask in asks:
        if _path_of(ask, folder).exists():
            message = f"--shrink: {_path_of(ask, folder)} is there already; say --out FOLDER"
            raise exits.CommandError(message, exits.USAGE)


def _smaller(ask: Ask, folder: Path) -> Iterator[str]:
    """Make a failing world as small as it gets, and write it as a scenario.

    Raises `CommandError` when the file cannot be written, or is there already.
    """
    outcome = run_world(make_plan(ask))
    plan = shrink(outcome.plan, same_failure(outcome))
    smaller = run_world(plan)
    path = _path_of(ask, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x") as file:
            file.write(as_scenario(smaller))
    except OSError as error:
        raise exits.CommandError(f"--shrink: {path}: {error.strerror}", exits.USAGE) from error
    before, after = len(outcome.plan.happenings), len(plan.happenings)
    yield f"world {ask.seed} with {after} happenings of {before}: {path}"
    yield from failure_lines(smaller)


def _write_trace(path: Path, outcome: Outcome) -> None:
    with path.open("a") as file:
        file.write(json.dumps({"world": outcome.plan.ask.words}) + "\n")
        file.writelines(to_json_line(event) + "\n" for event in outcome.trace)


# What was asked for.


def _seeds(asked: SimulateAsked) -> range | None:
    if asked.seed is not None and asked.seeds is not None:
        raise exits.CommandError("say either --seed or --seeds", exits.USAGE)
    if asked.seed is not None:
        return range(asked.seed, asked.seed + 1)
    if asked.seeds is None:
        return None
    found = re.fullmatch(r"(\d+)\.\.(\d+)", asked.seeds)
    if found is None or int(found[1]) > int(found[2]):
        raise exits.CommandError("--seeds takes two numbers: 0..99", exits.USAGE)
    return range(int(found[1]), int(found[2]) + 1)


def _until_s(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return parse_duration(text) / 1e6
    except NotADuration as error:
        raise exits.CommandError(f"--until: {error}", exits.USAGE) from error
