"""`latchbench validate`."""

from __future__ import annotations

from latchbench import exits


def validate_command(paths: list[str]) -> int:
    """0 when every file is valid; warnings are printed and do not count."""
    from simulator.scenario.reader import validate

    problems = validate(paths)
    exits.complain(*(str(problem) for problem in problems))
    errors = sum(1 for problem in problems if problem.is_error)
    if errors:
        exits.complain(f"{errors} error{'s' if errors != 1 else ''}")
        return exits.USAGE
    return exits.PASSED
