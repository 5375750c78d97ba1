"""`latchbench clock`: the time of a bench that is up."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from latchbench import exits, ready
from latchbench.commands.client import ANSWER_WITHIN_S, ask_bench
from latchbench.commands.printing import emit, pairs, span, utc

if TYPE_CHECKING:
    from pathlib import Path

_BAR_MOVES_EVERY_S: Final = 0.5


def clock_show_command(bench: Path | None, output: str) -> int:
    """Print the time."""
    from protos.bench.v1 import bench_pb2 as pb

    return _ask(bench, output, lambda stub: _within(stub.GetClock, pb.GetClockRequest()))


def clock_pause_command(bench: Path | None, output: str) -> int:
    """Let time stand still, and print it."""
    from protos.bench.v1 import bench_pb2 as pb

    return _ask(bench, output, lambda stub: _within(stub.PauseClock, pb.PauseClockRequest()))


def clock_resume_command(rate: float | None, bench: Path | None, output: str) -> int:
    """Let time pass, and print it."""
    from protos.bench.v1 import bench_pb2 as pb

    request = pb.ResumeClockRequest(rate=rate)
    return _ask(bench, output, lambda stub: _within(stub.ResumeClock, request))


def _within(method: Any, request: Any) -> Any:
    return method(request, timeout=ANSWER_WITHIN_S)


def _ask(bench: Path | None, output: str, ask: Any) -> int:
    clock = _told(ask_bench(ready.find(bench), ask))
    emit(output, whole=lambda: clock, items=[clock], lines=lambda: _lines(clock))
    return exits.PASSED


def _told(clock: Any) -> dict[str, Any]:
    return {
        "now": utc(clock.now_us),
        "now_us": clock.now_us,
        "paused": clock.paused,
        "rate": clock.rate,
    }


def _lines(clock: dict[str, Any]) -> list[str]:
    speed = "as fast as real time" if clock["rate"] == 1 else f"{clock['rate']:g} times real time"
    how = "paused: `latchbench clock resume` lets time pass" if clock["paused"] else speed
    return pairs([("now", clock["now"]), ("passes", how)])


def clock_advance_command(by: str, bench: Path | None, output: str) -> int:
    """Move on by a duration."""
    from simulator.scenario.durations import NotADuration, parse_duration

    try:
        by_us = parse_duration(by)
    except NotADuration as error:
        raise exits.CommandError(str(error), exits.USAGE) from error
    return _advance({"by_us": by_us}, bench, output)


def clock_advance_to_command(text: str, bench: Path | None, output: str) -> int:
    """Move on to an instant."""
    from simulator.scenario.problems import Trouble
    from simulator.scenario.scalars import parse_instant

    try:
        to_us = parse_instant(text)
    except Trouble as trouble:
        raise exits.CommandError(trouble.findings[0].message, exits.USAGE) from trouble
    return _advance({"to_us": to_us}, bench, output)


def _advance(target: dict[str, int], bench: Path | None, output: str) -> int:
    from protos.bench.v1 import bench_pb2 as pb

    told = ready.find(bench)
    begun = time.monotonic_ns()
    request = pb.AdvanceClockRequest(**target)
    try:
        reply = ask_bench(told, lambda stub: _moved(stub, request))
    except KeyboardInterrupt:
        message = "interrupted: `latchbench clock show` says how far it came"
        raise exits.CommandError(message, exits.INTERRUPTED) from None
    took_us = (time.monotonic_ns() - begun) // 1000
    passed_us = reply.clock.now_us - reply.from_us
    answer = {
        "from": utc(reply.from_us),
        "from_us": reply.from_us,
        **_told(reply.clock),
        "messages": reply.messages,
        "timers": reply.timers,
    }

    def lines() -> list[str]:
        happened = f"{reply.messages} messages, {reply.timers} timers"
        return [
            f"{span(passed_us)} passed in {span(took_us)} of real time ({happened})",
            *_lines(_told(reply.clock)),
        ]

    emit(output, whole=lambda: answer, items=[answer], lines=lines)
    return exits.PASSED


async def _moved(stub: Any, request: Any) -> Any:
    """The answer, without a time limit: who does not want to wait any longer presses Ctrl-C.

    A bar on a terminal shows how far it is.
    """
    if not sys.stderr.isatty():
        return await stub.AdvanceClock(request)
    from rich.console import Console
    from rich.progress import Progress

    from protos.bench.v1 import bench_pb2 as pb

    async def now_us() -> int:
        clock = await stub.GetClock(pb.GetClockRequest(), timeout=ANSWER_WITHIN_S)
        return int(clock.now_us)

    from_us = await now_us()
    by_us = request.by_us if request.HasField("by_us") else request.to_us - from_us
    moving = asyncio.ensure_future(stub.AdvanceClock(request))
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("time passes", total=max(by_us, 1))
        while not moving.done():
            await asyncio.wait({moving}, timeout=_BAR_MOVES_EVERY_S)
            progress.update(bar, completed=await now_us() - from_us)
    return moving.result()
