"""Reads and checks scenario files: `read_scenario`, `read_fleet`, `validate`.

Everything that can be known before a run is checked before it, in every case of the matrix, and all
problems of a file come together. Nothing is executed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.scenario import source
from simulator.scenario.always import read_always
from simulator.scenario.cases import Case, Fleet, Scenario
from simulator.scenario.downtime import calls_to_nobody
from simulator.scenario.fields import Known, read_model, unknown_key
from simulator.scenario.files import scenario_files
from simulator.scenario.fleets import Declared, build_fleet, declared_locks, roster_of
from simulator.scenario.interpolate import Names, fill
from simulator.scenario.matrix import NO_MATRIX, Matrix, Row, parse_matrix
from simulator.scenario.outline import REPEAT, Outlines, outline
from simulator.scenario.problems import (
    PROBLEMS_SHOWN_MAX,
    Finding,
    Gathering,
    Problem,
    ScenarioInvalid,
    Trouble,
    Where,
    bounded_hints,
    kind_of,
    shown,
)
from simulator.scenario.schema import VERSION, File
from simulator.scenario.steps import CaseSteps
from simulator.scenario.triggers import Trigger, TriggerReader

if TYPE_CHECKING:
    from simulator.scenario.selectors import Roster
    from simulator.scenario.source import Document

# Cases times steps: a file of a few lines can ask for a thousand cases of a thousand steps.
CASE_STEPS_MAX: Final = 100_000
# Cases times locks, and times steps too: each step may be about each lock.
CASE_LOCKS_MAX: Final = 200_000
CASE_STEP_LOCKS_MAX: Final = 5_000_000

# Read once and not per case, so that a case cannot change them.
_SAME_IN_ALL_CASES: Final = ("version", "name", "description", "tags", "references")
_READ_ELSEWHERE: Final = ("vars", "matrix", "always", "on_event", "steps", "finally")
_OF_STEPS: Final = ("matrix", "always", "on_event", "steps", "finally")
# If one of these cannot be read, what refers to it cannot be judged.
_JUDGED_BY: Final = (("profiles",), ("defaults",), ("hubs",))


def read_scenario(path: str) -> Scenario:
    """The scenario in the file at `path`. Raises `ScenarioInvalid` with all its problems."""
    return _Reading(source.load(path)).scenario()


def read_scenario_text(text: str, path: str = "<text>") -> Scenario:
    """As `read_scenario`, from text; `path` is for messages only."""
    return _Reading(source.parse(path, text)).scenario()


def read_fleet(path: str) -> Fleet:
    """The fleet in the file at `path`: a scenario without steps and matrix.

    Raises `ScenarioInvalid` with all its problems.
    """
    return _Reading(source.load(path)).fleet()


def read_fleet_text(text: str, path: str = "<text>") -> Fleet:
    """As `read_fleet`, from text; `path` is for messages only."""
    return _Reading(source.parse(path, text)).fleet()


def validate(paths: Iterable[str]) -> list[Problem]:
    """All problems of all these files, warnings too, by place.

    A folder stands for the YAML files in it. A file without `steps` is read as a fleet.
    """
    problems: list[Problem] = []
    for path in paths:
        files = list(scenario_files(path))
        if not files:
            problems.append(Problem(path, 1, 1, "error", "the folder has no .yaml file"))
        for file in files:
            try:
                reading = _Reading(source.load(file))
                problems += reading.warnings()
            except ScenarioInvalid as invalid:
                problems += invalid.problems
    return sorted(set(problems))


@dataclass(frozen=True, slots=True)
class _World:
    """The locks of a case. `fleet` is None if `gathering` has an error; `data` is what was read."""

    data: Mapping[str, object]
    roster: Roster
    fleet: Fleet | None
    gathering: Gathering


class _Reading:
    """One file on its way from a document to cases."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._gathering = Gathering()
        self._in_cases: dict[Finding, list[str]] = {}
        self._worlds: dict[tuple[int, ...], _World] = {}
        self._warnings: tuple[Problem, ...] = ()
        self._room = CASE_STEPS_MAX
        data = document.data
        if not isinstance(data, Mapping):
            message = f"the file must be a map with version, name and locks, not {kind_of(data)}"
            raise ScenarioInvalid([*document.problems, document.place(Finding((), message))])
        self._data: Mapping[str, object] = data

    def scenario(self) -> Scenario:
        """The scenario. Raises `ScenarioInvalid`."""
        with bounded_hints():
            return self._scenario()

    def _scenario(self) -> Scenario:
        data = self._data
        self._check_keys(("name", "steps"))
        self._check_variables()
        matrix = self._matrix()
        taken = [REPEAT, *(matrix.choices if matrix else ()), *self._vars_names()]
        lists: list[Outlines] = []
        for key in ("steps", "finally"):
            first_number = 1 + sum(outlines.count for outlines in lists)
            lists.append(
                outline(data[key], matrix, taken, self._gathering, key, first_number)
                if key in data
                else Outlines()
            )
        cases: list[Case] = []
        if matrix is not None and self._is_bounded(matrix, lists):
            cases = list(self._cases(lists, matrix))
        self._settle(matrix)
        description = data.get("description")
        return Scenario(
            self._document.path,
            str(data.get("name")),
            description if isinstance(description, str) else None,
            self._texts("tags"),
            self._texts("references"),
            tuple(cases),
            self._warnings,
            self._document,
        )

    def fleet(self) -> Fleet:
        """The fleet. Raises `ScenarioInvalid`."""
        with bounded_hints():
            return self._fleet()

    def _fleet(self) -> Fleet:
        self._check_keys(())
        for key in _OF_STEPS:
            if key in self._data:
                self._gathering.add((key,), f"a fleet file has no {key}", on_key=True)
        values = self._values(Row({}), self._gathering)
        world = self._world(values)
        self._gathering.findings += world.gathering.findings
        self._settle(None)
        assert world.fleet is not None, "a fleet that cannot be built has findings"
        return world.fleet

    def warnings(self) -> tuple[Problem, ...]:
        """The warnings of a scenario or a fleet. Raises `ScenarioInvalid` if there are errors."""
        if "steps" in self._data:
            self.scenario()
        else:
            self.fleet()
        return self._warnings

    def _check_keys(self, required: tuple[str, ...]) -> None:
        for key in self._data:
            if key not in File.key_names():
                self._gathering.add(
                    (key,), unknown_key(key, File.key_names(), File.later), on_key=True
                )
        for key in required:
            if key not in self._data:
                self._gathering.add((), f"'{key}' is missing")
        words: list[tuple[Where, object]] = [(("name",), self._data.get("name"))]
        for key in ("tags", "references"):
            words += (((key, number), text) for number, text in enumerate(self._texts(key)))
        for at, word in words:
            if isinstance(word, str) and "${" in word:
                self._gathering.add(at, "this is the same in all cases: ${...} is not filled in")

    def _texts(self, key: str) -> tuple[str, ...]:
        """A list of texts that is the same in all cases; whether it is one is judged elsewhere."""
        raw = self._data.get(key)
        return tuple(raw) if isinstance(raw, list) else ()

    def _matrix(self) -> Matrix | None:
        if "matrix" not in self._data:
            return NO_MATRIX
        try:
            return parse_matrix(self._data["matrix"])
        except Trouble as trouble:
            self._gathering.take(trouble, ("matrix",))
            return None

    def _vars_names(self) -> tuple[str, ...]:
        variables = self._data.get("vars")
        return tuple(variables) if isinstance(variables, Mapping) else ()

    def _is_bounded(self, matrix: Matrix, lists: Sequence[Outlines]) -> bool:
        steps = sum(outlines.count for outlines in lists)
        count = len(matrix.rows) * steps
        if count > CASE_STEPS_MAX:
            message = f"{len(matrix.rows)} cases of {steps} steps are too many"
            self._gathering.add(("matrix",), f"{message}; the most is {CASE_STEPS_MAX} together")
            return False
        locks = len(self._declared(self._data, Gathering()).key_of)
        count = len(matrix.rows) * locks
        if count > CASE_LOCKS_MAX or count * steps > CASE_STEP_LOCKS_MAX:
            cases = len(matrix.rows)
            message = f"this is too much: cases {cases}, steps {steps}, locks {locks}"
            self._gathering.add(("matrix",) if "matrix" in self._data else ("steps",), message)
            return False
        self._room = min(CASE_STEPS_MAX, CASE_STEP_LOCKS_MAX // max(1, locks))
        return True

    def _cases(self, lists: Sequence[Outlines], matrix: Matrix) -> Iterator[Case]:
        """The cases that can be read; no more of them when nobody would read what is wrong."""
        for row in matrix.rows:
            case = self._case(row, lists, matrix)
            if case is not None:
                yield case
            if len(self._in_cases) > PROBLEMS_SHOWN_MAX:
                return

    def _case(self, row: Row, lists: Sequence[Outlines], matrix: Matrix) -> Case | None:
        gathering = Gathering()
        values = self._values(row, gathering)
        world = self._world(values)
        gathering.findings += world.gathering.findings
        reading = CaseSteps(self._document, row, values, world.roster, gathering, self._room)
        steps, endings = reading.read(*lists)
        self._room -= len(steps) + len(endings)
        triggers: tuple[Trigger, ...] = ()
        if "on_event" in self._data:
            reader = TriggerReader(self._document, matrix, row, values, world.roster)
            triggers = reader.read(self._data["on_event"], gathering)
        always = read_always(self._data["always"], gathering) if "always" in self._data else ()
        gathering.findings += calls_to_nobody((*steps, *endings), triggers)
        several = len(matrix.rows) > 1
        for finding in gathering.findings:
            self._in_cases.setdefault(finding, [])
            if several and row.id not in self._in_cases[finding]:
                self._in_cases[finding].append(row.id)
        if world.fleet is None:
            return None
        return Case(row.id, world.fleet, steps, endings, triggers, always)

    def _check_variables(self) -> None:
        """`${repeat}` is the turn of a step that is repeated, and nothing else."""
        for section in ("vars", "matrix"):
            names = self._data.get(section)
            if isinstance(names, Mapping) and REPEAT in names:
                message = f"'{REPEAT}' is taken: it counts the turns of a step that is repeated"
                self._gathering.add((section, REPEAT), message, on_key=True)

    def _values(self, row: Row, gathering: Gathering) -> dict[str, object]:
        """What each variable is in this case."""
        values = row.values()
        variables = self._data.get("vars")
        if variables is None:
            return values
        if not isinstance(variables, Mapping):
            gathering.add(
                ("vars",), f"must be a map from names to values, not {kind_of(variables)}"
            )
            return values
        from_matrix = Names(dict(values))
        for name, raw in variables.items():
            at: Where = ("vars", name)
            if name in row.choices:
                message = f"the matrix has a variable {shown(name)} already"
                gathering.add(at, message, on_key=True)
                continue
            try:
                values[name] = fill(raw, from_matrix)
            except Trouble as trouble:
                gathering.take(trouble, at)
                values[name] = None
        return values

    def _world(self, values: Mapping[str, object]) -> _World:
        """The locks of a case; made once if no variable comes into them."""
        gathering = Gathering()
        names = Names(values)
        data: dict[str, object] = {}
        for key, raw in self._data.items():
            if key in _READ_ELSEWHERE or key not in File.key_names():
                continue
            try:
                data[key] = raw if key in _SAME_IN_ALL_CASES else fill(raw, names)
            except Trouble as trouble:
                gathering.take(trouble, (key,))
        if gathering.findings:
            # Without the values nothing that hangs on them can be judged.
            roster = roster_of(self._data, self._declared(self._data, Gathering()))
            return _World(data, roster, None, gathering)
        # What `fill` leaves alone is the same object; a world keeps its data, so ids stay unique.
        identity = tuple(id(value) for value in data.values())
        if identity not in self._worlds:
            roster, fleet = self._build(data, gathering)
            self._worlds[identity] = _World(data, roster, fleet, gathering)
        return self._worlds[identity]

    def _build(
        self, data: Mapping[str, object], gathering: Gathering
    ) -> tuple[Roster, Fleet | None]:
        declared = self._declared(data, gathering)
        roster = roster_of(data, declared)
        fleet: Fleet | None = None
        try:
            fleet = build_fleet(self._file(data, Known(roster), gathering), declared)
        except Trouble as trouble:
            gathering.take(trouble)
        return roster, None if gathering.findings else fleet

    def _file(self, data: Mapping[str, object], known: Known, gathering: Gathering) -> File:
        """The sections of the file; without those parts that cannot be read, if there are any.

        Raises `Trouble` if what is left would not do to judge the rest by.
        """
        try:
            return read_model(File, data, known)
        except Trouble as trouble:
            told = {finding.at for finding in gathering.findings}
            gathering.findings += (f for f in trouble.findings if f.at not in told)
            bad = {finding.at[:2] for finding in trouble.findings}
        if any(place[:1] in _JUDGED_BY or place == ("locks",) for place in bad):
            raise Trouble(())
        left: dict[str, object] = {"version": VERSION, "locks": {}}
        sound = data.keys() - {place[0] for place in bad if place} - {"locks"}
        left.update({key: data[key] for key in sound})
        locks = data.get("locks")
        if isinstance(locks, Mapping):
            left["locks"] = {key: locks[key] for key in locks if ("locks", key) not in bad}
        return read_model(File, left, known)

    def _declared(self, data: Mapping[str, object], gathering: Gathering) -> Declared:
        if "locks" not in data:
            return Declared({}, complete=False)
        of_locks = Gathering()
        declared = declared_locks(data["locks"], of_locks)
        gathering.findings += (finding.under(("locks",)) for finding in of_locks.findings)
        return declared

    def _settle(self, matrix: Matrix | None) -> None:
        """Keeps the warnings. Raises `ScenarioInvalid` if there is an error."""
        rows = len(matrix.rows) if matrix is not None else 0
        problems = set(self._document.problems)
        reported = {(problem.line, problem.col) for problem in problems}
        findings = [
            *self._gathering.findings,
            *(_of_cases(finding, ids, rows) for finding, ids in self._in_cases.items()),
        ]
        for finding in findings:
            problem = self._document.place(finding)
            # What is wrong with the writing explains what is wrong with the value.
            if (problem.line, problem.col) not in reported:
                problems.add(problem)
        if any(problem.is_error for problem in problems):
            raise ScenarioInvalid(problems)
        self._warnings = tuple(sorted(problems))


def _of_cases(finding: Finding, ids: list[str], rows: int) -> Finding:
    if not ids or len(ids) == rows:
        return finding
    more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
    message = f"{finding.message}  (in case {ids[0]}{more})"
    return Finding(finding.at, message, finding.on_key, finding.severity)
