"""`latchbench simulate`: worlds by seed; each must keep every promise, whatever happens in it."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from latchbench import exits
from latchbench.commands.progress import ProgressLine
from latchbench.trace import to_json_line
from simulator.scenario.durations import NotADuration, parse_duration
from simulator.worlds.campaign import Sum, run_seeds
from simulator.worlds.plan import Ask
from simulator.worlds.planning import make_plan
from simulator.worlds.summary import failed_lines, sum_lines
from simulator.worlds.world import run_world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


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
    began_s = time.perf_counter()
    endless = (_ask(asked, seed) for seed in count())
    wanted = _until(asks if asks is not None else endless, until_s, began_s)
    total = _run(wanted, asked.jobs, len(asks) if asks is not None else 0)
    if asked.trace is not None:
        for ask in asks or []:
            _write_trace(asked.trace, ask)
    if not total.worlds:
        exits.complain("latchbench: no world was run")
        return exits.NOTHING
    exits.say(*sum_lines(total, time.perf_counter() - began_s))
    return exits.FAILED if total.failed or total.lacks else exits.PASSED


def _ask(asked: SimulateAsked, seed: int) -> Ask:
    return Ask(seed, asked.locks, asked.hours, asked.faults)


def _run(asks: Iterable[Ask], jobs: int, known: int) -> Sum:
    total = Sum()
    progress = ProgressLine(known, shown=known > 1)
    try:
        for result in run_seeds(asks, jobs):
            total.add(result)
            progress.ended(failed=bool(result.violations))
            if result.violations:
                with progress.aside():
                    exits.say(*failed_lines(result), "")
    finally:
        progress.close()
    return total


def _until(asks: Iterable[Ask], until_s: float | None, began_s: float) -> Iterator[Ask]:
    """No other world is begun once the time is over."""
    for ask in asks:
        if until_s is not None and time.perf_counter() - began_s >= until_s:
            return
        yield ask


def _write_trace(path: Path, ask: Ask) -> None:
    outcome = run_world(make_plan(ask))
    with path.open("a") as file:
        file.write(json.dumps({"world": ask.words, "digest": outcome.digest}) + "\n")
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
