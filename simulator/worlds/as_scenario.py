"""A world that failed, as a scenario file that fails in the same way, with processes and without.

The file says what was done and how calls were refused, heals everything, and then expects what must
hold. It is run before it is given out. One that would not fail as it says (see
`simulator.worlds.shortfalls` for what cannot be said, and a world that fails only in one order of
what is ready at an instant) says so, and names the command that shows the failure.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from simulator.rounds import Stuck
from simulator.scenario.durations import format_duration
from simulator.scenario.export import EDITOR_LINES
from simulator.scenario.reader import read_scenario_text
from simulator.scenario.runner import RunOptions, verdict_of
from simulator.scenario.verdict import Outcome as Ended
from simulator.sim import loop
from simulator.sim.rig import SimRig
from simulator.worlds.healing import healed
from simulator.worlds.plan import LOOKS
from simulator.worlds.pruning import references
from simulator.worlds.retold import Retold, retell, told, with_answer
from simulator.worlds.shortfalls import Shortfalls, shortfalls
from simulator.worlds.violations import IT_RUNS, locks_named, promise
from simulator.worlds.world import HEALING_US, watch_world
from simulator.worlds.writing import dump

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.scenario.verdict import CaseVerdict
    from simulator.worlds.plan import Plain
    from simulator.worlds.world import Outcome

_WIDE: Final = 98
_SHOWN_MAX: Final = 4
_WAIT: Final[tuple[Plain, ...]] = (
    {"advance": format_duration(HEALING_US)},
    {"settle": {"within": "1h"}},
)


@dataclass(frozen=True, slots=True)
class _Part:
    """Steps with words in front of them."""

    steps: Sequence[Plain]
    words: Sequence[str] = field(default=())


def as_scenario(outcome: Outcome) -> str:
    """The file. `outcome` has violations; its world is run again, and so is the file."""
    again, seen = watch_world(outcome.plan)
    steps = told(outcome.plan, again.trace)
    retold = _with_late_answers(outcome, retell(steps))
    if seen is not None:
        short = shortfalls(outcome, seen, steps)
        for parts in _ways(outcome, retold, short):
            text = _file(outcome, retold, parts, short.always)
            if _fails_as_written(text, short):
                return text
    return _file(outcome, retold, [_Part(retold.steps), _Part(LOOKS)], {}, _unsaid(outcome))


def _with_late_answers(outcome: Outcome, retold: Retold) -> Retold:
    """Calls that the world gave up waiting for: what they come to when the file waits for them."""
    if not retold.endings:
        return retold
    verdict = replay(_file(outcome, retold, [_Part(retold.steps), _Part(LOOKS)], {}))
    trace = () if verdict is None else verdict.trace
    answers = [event.fields for event in trace if event.kind == "bench.answered"]
    endings = [
        with_answer(step, answer.get("type"))
        for step, answer in zip(retold.endings, answers[-len(retold.endings) :], strict=False)
    ]
    return replace(retold, endings=[*endings, *retold.endings[len(endings) :]])


def _ways(outcome: Outcome, retold: Retold, short: Shortfalls) -> Iterator[list[_Part]]:
    """What the file may be made of, the shortest first."""
    happened = _Part(retold.steps, ["What happened."])
    if short.always and retold.steps:
        yield [happened]
    if not short.endings:
        return
    must_hold = _Part(short.endings, ["What must hold now, and did not:", *_shown(outcome)])
    for everything in (False, True):
        healing = healed(retold.steps, outcome.plan.fleet, everything=everything)
        waiting = _WAIT[: 1 if _settles(short) else 2]
        words = ["Nothing is wrong any more, and there is time to put everything right."]
        yield [happened, _Part([*healing, *waiting], words), must_hold]


def _settles(short: Shortfalls) -> bool:
    return any("settle" in step for step in short.endings)


def _unsaid(outcome: Outcome) -> list[str]:
    if any(violation.checker == IT_RUNS for violation in outcome.violations):
        return ["", "It does not come to its end: latchbench itself breaks on the way."]
    found = "This file retells the world, and does not fail as it did: "
    if outcome.plan.is_sayable:
        return ["", f"{found}no expectation says what was seen."]
    what = "a process that dies within a handler, or another order of what is due at one instant"
    return ["", f"{found}no file can say {what}."]


# Whether it fails.


def _fails_as_written(text: str, short: Shortfalls) -> bool:
    verdict = replay(text)
    if verdict is None or verdict.outcome is not Ended.FAILED:
        return False
    names = [f'"{step["name"]}"' for step in short.endings]
    names += [f"always: {word}" for word in short.always]
    return all(any(name in failure.step for name in names) for failure in verdict.failures)


def replay(text: str) -> CaseVerdict | None:
    """What `latchbench run --sim` finds of a file with one case; None if nothing moves any more.

    Raises `ScenarioInvalid` when the file cannot be read.
    """
    try:
        return loop.run(_replay(text))
    except (loop.Deadlock, Stuck):
        return None


async def _replay(text: str) -> CaseVerdict:
    scenario = read_scenario_text(text, "a world as a scenario")
    (case,) = scenario.cases
    rig = SimRig()
    try:
        return await verdict_of(scenario, case, RunOptions(), rig)
    finally:
        await rig.stop()


# The text.


def _file(
    outcome: Outcome,
    retold: Retold,
    parts: Sequence[_Part],
    always: Mapping[str, str],
    unsaid: Sequence[str] = (),
) -> str:
    """Comments, the fleet, and the parts that have steps."""
    document = outcome.plan.document()
    head: dict[str, Any] = {key: document[key] for key in document if key != "steps"}
    head["name"] = _name(outcome)
    used = _used([*(step for part in parts for step in part.steps), *retold.endings])
    lines = [EDITOR_LINES, _comment([*_header(outcome), *unsaid]), dump(head)]
    if always:
        words = ["What must always hold, and did not:", *(f"- {one}" for one in always.values())]
        lines += ("\n", _comment(words), dump({"always": list(always)}), "\n")
    lines.append("steps:\n")
    written = [part for part in parts if part.steps]
    for part in written:
        gap = "" if part is written[0] else "\n"
        lines += (gap, _comment(part.words), _steps(part.steps, used))
    if retold.endings:
        lines += ("finally:\n", _steps(retold.endings, used))
    return "".join(lines)


def _name(outcome: Outcome) -> str:
    first = outcome.violations[0]
    locks = locks_named(first, outcome.plan)[:1]
    words = " ".join([first.checker.replace("_", " "), *(f"on {lock}" for lock in locks)])
    return f"world {outcome.plan.ask.seed} breaks {words}"


def _header(outcome: Outcome) -> list[str]:
    ask, first = outcome.plan.ask, outcome.violations[0]
    number = len(outcome.violations)
    more = [f"- and {number - _SHOWN_MAX} more"] if number > _SHOWN_MAX else []
    return [
        f"Made by latchbench of the world of seed {ask.seed}, which breaks a promise.",
        f"The whole world: latchbench simulate {ask.words}",
        "",
        f"{first.checker}: {promise(first.checker)}",
        *_shown(outcome),
        *more,
    ]


def _shown(outcome: Outcome) -> list[str]:
    return [f"- {violation.message}" for violation in outcome.violations[:_SHOWN_MAX]]


def _comment(words: Sequence[str]) -> str:
    lines: list[str] = []
    for text in words:
        hang = " " * (len(text) - len(text.lstrip(" -")))
        lines += textwrap.wrap(text, _WIDE, subsequent_indent=hang, break_on_hyphens=False) or [""]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _used(steps: Sequence[Plain]) -> set[str]:
    """The names that a step of the file asks for."""
    asked = {reference.partition(".")[0] for step in steps for reference in references(step)}
    open_calls = {step[verb] for step in steps for verb in ("await", "hang_up") if verb in step}
    return asked | open_calls


def _steps(steps: Sequence[Plain], used: set[str]) -> str:
    return "".join(
        dump([step if step.get("save_as") in used else _nameless(step)]) for step in steps
    )


def _nameless(step: Plain) -> Plain:
    return {key: value for key, value in step.items() if key != "save_as"}
