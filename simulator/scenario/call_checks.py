"""Whether an answer is what a step expects of it. Each check gives the ways in which it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.call_expectations import (
    CallExpect,
    CodeExpect,
    CreateMultipleExpect,
    ListExpect,
    Raises,
    Refusal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.scenario.answers import CallResult
    from simulator.scenario.matchers import Asking, Matcher


def matched(asking: Asking, what: str, matcher: Matcher, value: object) -> Iterator[str]:
    """Every mismatch, with the place in the value behind `what`."""
    for mismatch in matcher.mismatches(value, asking):
        place = "".join(f".{part}" for part in mismatch.at)
        yield f"{what}{place}: {mismatch.message}"


def check_call(asking: Asking, what: CallExpect, result: CallResult) -> Iterator[str]:
    """Every way in which the answer `result` is not `what`."""
    if what.raises is not None:
        yield from _raised(asking, what.raises, result)
    elif not result.is_ok:
        yield f"the call was refused: {result.refusal()}"
    elif isinstance(what, CreateMultipleExpect):
        yield from _created(asking, what, result)
    elif isinstance(what, CodeExpect) and what.access_code is not None:
        code = result.codes[0] if result.codes else {}
        yield from matched(asking, "access_code", what.access_code, code)
    elif isinstance(what, ListExpect):
        yield from _listed(asking, what, result)


def _created(asking: Asking, what: CreateMultipleExpect, result: CallResult) -> Iterator[str]:
    for lock, matcher in (what.devices or {}).items():
        yield from matched(asking, lock, matcher, result.rows.get(lock, {}))
    for word, wanted, got in (
        ("shared", what.shared, result.shared),
        ("random", what.random, result.random),
    ):
        if wanted is not None and set(wanted) != set(got):
            yield f"{word}: wanted {_names(wanted)}, got {_names(got)}"
    if what.warnings is not None:
        yield from matched(asking, "warnings", what.warnings, list(result.warnings))


def _listed(asking: Asking, what: ListExpect, result: CallResult) -> Iterator[str]:
    codes = result.codes
    if what.count is not None:
        yield from matched(asking, "count", what.count, len(codes))
    if what.each is not None and not codes:
        yield "each: no code is listed"
    for number, row in enumerate(codes, 1):
        if what.each is not None:
            yield from matched(asking, f"each (code {number})", what.each, row)
    for number, matcher in enumerate(what.contains or (), 1):
        if not any(matcher.fits(row, asking) for row in codes):
            yield f"contains[{number}]: no code that is listed is like this, of {len(codes)}"
    for number, matcher in enumerate(what.none or (), 1):
        hits = sum(matcher.fits(row, asking) for row in codes)
        if hits:
            yield f"none[{number}]: {hits} of the codes that are listed are like this"


def _raised(asking: Asking, raises: Refusal, result: CallResult) -> Iterator[str]:
    if result.is_ok:
        did = f"created codes on {_names(tuple(result.rows))}" if result.group_id else "succeeded"
        yield f"wanted a refusal, but the call {did}"
        return
    for name, matcher, got in (
        ("type", raises.type, result.error_type),
        ("status", raises.status, result.status),
        ("message", raises.message, result.message),
    ):
        if matcher is not None:
            yield from matched(asking, f"raises.{name}", matcher, got)
    if isinstance(raises, Raises) and raises.devices is not None:
        yield from _refusing(asking, raises.devices, result)


def _refusing(asking: Asking, devices: Mapping[str, Matcher], result: CallResult) -> Iterator[str]:
    for lock, matcher in devices.items():
        if lock not in result.reasons:
            yield f"raises.devices.{lock}: it did not refuse ({_reasons(result)})"
        else:
            yield from matched(asking, f"raises.devices.{lock}", matcher, result.reasons[lock])
    others = [lock for lock in result.reasons if lock not in devices]
    if others:
        yield f"raises.devices: {_names(others)} refused too ({_reasons(result)})"


def _reasons(result: CallResult) -> str:
    return ", ".join(f"{lock}: {reason}" for lock, reason in result.reasons.items()) or "none did"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "nobody"
