"""A run under way: what it prints as verdicts come, how it ends, and what it leaves in files."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from latchbench import exits
from latchbench.commands.live import Live
from latchbench.commands.paint import painted
from latchbench.commands.progress import ProgressLine
from latchbench.commands.reports import write
from latchbench.commands.signals import on_end_signals
from latchbench.trace import to_json_line
from simulator.scenario.many import Many
from simulator.scenario.report import (
    FEW,
    brief_lines,
    case_lines,
    failed_lines,
    slowest_lines,
    summary_line,
)
from simulator.scenario.reports.comparison import comparison_lines
from simulator.scenario.reports.github import workflow_commands
from simulator.scenario.runner import compare, verdict_of
from simulator.scenario.verdict import CaseVerdict, Comparison, Ended, Outcome, Summary

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from latchbench.commands.reports import ReportFile
    from simulator.rig import Rig
    from simulator.scenario.cases import Case, Scenario
    from simulator.scenario.policies import Pair
    from simulator.scenario.runner import RunOptions

Found = CaseVerdict | Comparison

_BAD: Final = (Outcome.FAILED, Outcome.BROKEN)
_WORDS: Final = {
    Ended.INTERRUPTED: "interrupted; every process was ended",
    Ended.TIME_LIMIT: "the time limit has passed; every process was ended",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """One case to run, or with `pair` one to run under both policies."""

    scenario: Scenario
    id: str
    case: Case | None = None
    pair: Pair | None = None

    @property
    def title(self) -> str:
        """Its file's name and its id, as the progress line says it."""
        return f"{Path(self.scenario.path).name} {self.id}".rstrip()


@dataclass(frozen=True, slots=True)
class Printing:
    """How much is printed, in how many columns, and the file for every event.

    With `brief` a case that passed is one line, with `quiet` none. A comparison is always whole.
    """

    quiet: bool
    brief: bool
    slowest: int
    github: bool
    trace: Path | None
    width: int


class Run:
    """Some cases, from the first process to the last line."""

    def __init__(
        self,
        chosen: Sequence[Chosen],
        options: RunOptions,
        printing: Printing,
        reports: Sequence[ReportFile],
        start_rig: Callable[[], Awaitable[Rig]],
    ) -> None:
        self._chosen = chosen
        self._options = self._watched(options, shown=not printing.quiet)
        self._printing = printing
        self._reports = reports
        self._start_rig = start_rig
        self._verdicts: list[CaseVerdict] = []
        self._comparisons: list[Comparison] = []
        self._printed = False
        self._lists = False  # one line after the other, without empty ones between them
        self._progress = ProgressLine(
            len(chosen), shown=not printing.quiet and options.pace is None
        )

    async def to_its_end(self, jobs: int, limit_s: float | None) -> int:
        """The exit code. Ctrl-C, SIGTERM and the limit end it in order: its processes go first."""
        work = asyncio.create_task(self._many().over(jobs))
        ended = Ended.FINISHED

        def end(why: Ended) -> None:
            nonlocal ended
            if ended is Ended.FINISHED:  # once: what is ending already must end in order
                ended = why
                work.cancel()

        loop = asyncio.get_running_loop()
        began_s = loop.time()
        on_end_signals(lambda: end(Ended.INTERRUPTED))
        if limit_s is not None:
            loop.call_later(limit_s, end, Ended.TIME_LIMIT)
        try:
            await work
        except asyncio.CancelledError:
            exits.complain(f"latchbench: {_WORDS[ended]}")
        finally:
            self._progress.close()
        return self._finish(ended, loop.time() - began_s)

    def _many(self) -> Many[Chosen, Rig, Found]:
        return Many(
            self._chosen,
            self._start_rig,
            self._run_one,
            stops=lambda found: any(one.outcome is Outcome.BROKEN for one in _verdicts_in(found)),
            begun=lambda one: self._progress.begun(one.title),
            found=self._tell,
        )

    async def _run_one(self, one: Chosen, rig: Rig) -> Found:
        if one.pair is not None:
            return await compare(one.pair, self._options, rig)
        if one.case is None:
            raise TypeError("neither a case nor a pair was chosen")
        return await verdict_of(one.scenario, one.case, self._options, rig)

    def _tell(self, found: Found) -> None:
        """Print a verdict, and keep it."""
        verdicts = _verdicts_in(found)
        passed = not any(verdict.outcome in _BAD for verdict in verdicts)
        self._verdicts += verdicts
        self._comparisons += [found] if isinstance(found, Comparison) else []
        self._progress.ended(failed=not passed)
        with self._progress.aside():
            if not (self._printing.quiet and passed):
                self._print(found, passed=passed)
            if self._printing.github:
                exits.say(
                    *(line for one in verdicts for line in workflow_commands(one, _from_root))
                )
        if self._printing.trace is not None:
            for verdict in verdicts:
                _append(self._printing.trace, verdict)

    def _print(self, found: Found, *, passed: bool) -> None:
        brief = self._printing.brief and passed and not isinstance(found, Comparison)
        if not (brief and self._lists):
            self._begin_block()
        self._lists = brief
        exits.say(*map(painted, self._lines(found, brief=brief)))

    def _watched(self, options: RunOptions, *, shown: bool) -> RunOptions:
        """With somebody who prints what happens while it happens, if the run is held back."""
        pace = options.pace
        if pace is None or not shown:
            return options
        return replace(options, pace=replace(pace, viewer=Live(pace.rate, self._begin_block)))

    def _begin_block(self) -> None:
        """An empty line between what was printed and what comes."""
        if self._printed:
            exits.say("")
        self._printed, self._lists = True, False

    def _lines(self, found: Found, *, brief: bool) -> Iterator[str]:
        if isinstance(found, Comparison):
            return comparison_lines(found, self._printing.width)
        if brief:
            return brief_lines(found)
        return case_lines(found, verbose=self._printing.trace is not None)

    def _finish(self, ended: Ended, took_s: float) -> int:
        """Write the reports, say the last line, give the exit code."""
        broken = any(verdict.outcome is Outcome.BROKEN for verdict in self._verdicts)
        if ended is Ended.FINISHED and broken:
            ended = Ended.BROKEN
        done = len(self._comparisons) or len(self._verdicts)
        summary = Summary(
            tuple(self._verdicts), tuple(self._comparisons), len(self._chosen) - done, ended
        )
        write(self._reports, summary)
        if self._printed:
            exits.say("")
        if self._printing.slowest and self._verdicts:
            exits.say(*slowest_lines(summary, self._printing.slowest), "")
        if told := list(failed_lines(summary)):
            exits.say(*told, "")
        if done > FEW and not self._printing.quiet:
            exits.say(f"{took_s:.0f} s of real time")
        exits.say(painted(summary_line(summary)))
        if ended is Ended.INTERRUPTED:
            return exits.INTERRUPTED
        if ended is Ended.TIME_LIMIT:
            return exits.TIME_LIMIT
        if broken:
            return exits.OURS
        return exits.FAILED if summary.count(Outcome.FAILED) else exits.PASSED


def _verdicts_in(found: Found) -> tuple[CaseVerdict, ...]:
    return found.sides if isinstance(found, Comparison) else (found,)


def _from_root(path: str) -> str:
    """The path from the root of the repository that GitHub has checked out, if it is below it."""
    root = os.environ.get("GITHUB_WORKSPACE", "")
    absolute = Path(path).absolute()
    if root and absolute.is_relative_to(root):
        return str(absolute.relative_to(root))
    return path


def _append(path: Path, verdict: CaseVerdict) -> None:
    header = {
        "scenario": verdict.path,
        "case": verdict.case_id,
        "seed": verdict.seed,
        "start_us": verdict.start_us,
        "processes": [name for name, _, _ in verdict.processes],
    }
    if verdict.policy is not None:
        header["policy"] = verdict.policy
    with path.open("a") as file:
        file.write(json.dumps(header) + "\n")
        file.writelines(to_json_line(event) + "\n" for event in verdict.trace)
