"""`latchbench profiles`: the models of locks that there are, and how anybody knows."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from latchbench import exits
from latchbench.commands.printing import CodeMarks, emit
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.profiles.fields import Field
    from simulator.profiles.loader import ProfileFile


def profiles_ls_command(output: str) -> int:
    """Print the names, the models and what differs most."""
    from simulator.profiles import loader

    files = [loader.load(name) for name in loader.names()]
    items: list[dict[str, Any]] = [
        {
            "profile": file.name,
            "model": file.model,
            "slots_max": file.lock.slots_max,
            "code_lengths": list(file.lock.code_lengths),
            "uniform_length": file.lock.uniform_length,
        }
        for file in files
    ]

    def lines() -> list[str]:
        rows = [
            [
                one["profile"],
                str(one["slots_max"]),
                _lengths(one["code_lengths"]) + (", all alike" if one["uniform_length"] else ""),
                _first(one["model"]),
            ]
            for one in items
        ]
        return exits.table(["profile", "slots", "code lengths", "model"], rows)

    emit(output, whole=lambda: items, items=items, lines=lines)
    return exits.PASSED


def _lengths(lengths: list[int]) -> str:
    """`4-8` for a run, else each."""
    if len(lengths) > 2 and lengths == list(range(lengths[0], lengths[-1] + 1)):
        return f"{lengths[0]}-{lengths[-1]}"
    return ", ".join(map(str, lengths))


def _first(text: str) -> str:
    """Its first clause, as much as a line has room for."""
    return text.partition(",")[0]


def profiles_show_command(name: str, output: str, *, show_codes: bool) -> int:
    """Print every field with its value and its source; PINs that come with the lock masked."""
    from simulator.profiles.fields import ADVERTISED_FIELDS, LOCK_FIELDS
    from simulator.profiles.loader import ProfileErrors, load
    from simulator.scenario.problems import may_be_pin, shown

    if may_be_pin(name):
        raise exits.CommandError(f"no profile is called {shown(name)}", exits.USAGE)
    try:
        file = load(name)
    except ProfileErrors as error:
        raise exits.CommandError(str(error), exits.USAGE) from error
    marks = CodeMarks(show=show_codes)
    lock = _section(file, "lock", LOCK_FIELDS, marks)
    differs = {
        field: ADVERTISED_FIELDS[field] for field in ADVERTISED_FIELDS if _differs(file, field)
    }
    advertised = _section(file, "advertised", differs, marks)

    def lines() -> list[str]:
        told = [f"{file.name}: {file.model}", "", *_described(lock)]
        if advertised:
            told += ["", "what a hub's device database believes otherwise, or alone knows", ""]
            told += _described(advertised)
        return told

    emit(
        output,
        whole=lambda: {
            "profile": file.name,
            "model": file.model,
            "lock": {one.pop("field"): one for one in lock},
            "advertised": {one.pop("field"): one for one in advertised},
        },
        items=[{"section": "lock", **one} for one in lock]
        + [{"section": "advertised", **one} for one in advertised],
        lines=lines,
    )
    return exits.PASSED


def _differs(file: ProfileFile, field: str) -> bool:
    """Whether hubs believe something else of the lock, or something that it does not know."""
    from simulator.profiles.fields import ADVERTISED_FIELDS

    attribute = ADVERTISED_FIELDS[field].attribute
    if field not in file.stated:
        return False
    missing = object()
    return bool(getattr(file.lock, attribute, missing) != getattr(file.advertised, attribute))


def _section(
    file: ProfileFile, section: str, known: Mapping[str, Field], marks: CodeMarks
) -> list[dict[str, Any]]:
    values = getattr(file, section)
    told = []
    for name, field in known.items():
        kind, _, why = file.sources[f"{section}.{name}"].partition(": ")
        value = _plain(field.attribute, getattr(values, field.attribute), marks)
        told.append({"field": name, "value": value, kind: why})
    return told


def _plain(attribute: str, value: Any, marks: CodeMarks) -> Any:
    """A value as the file writes it: times with units, PINs as they are shown."""
    from simulator.scenario.durations import format_duration

    if isinstance(value, Pin):
        return marks.shown(value.reveal())
    if attribute.endswith("_us") and value is not None:
        if isinstance(value, tuple):
            return [format_duration(one) for one in value]
        return format_duration(value)
    if is_dataclass(value):
        return {
            one.name.removesuffix("_us"): _plain(one.name, getattr(value, one.name), marks)
            for one in fields(value)
        }
    if attribute == "factory_codes":
        return {str(slot): _plain("", pin, marks) for slot, pin in value}
    if isinstance(value, frozenset):
        return [_plain("", one, marks) for one in sorted(value)]
    return list(value) if isinstance(value, tuple) else value


def _described(section: list[dict[str, Any]]) -> list[str]:
    width = min(shutil.get_terminal_size().columns, 100)
    column = max(len(one["field"]) for one in section) + 2
    lines = []
    for one in section:
        lines += textwrap.wrap(
            _words(one["value"]),
            width,
            initial_indent=one["field"].ljust(column),
            subsequent_indent=" " * column,
        )
        kind = "source" if "source" in one else "tunable"
        indent = " " * column
        lines += textwrap.wrap(
            f"({kind}: {one[kind]})", width, initial_indent=indent, subsequent_indent=indent + " "
        )
    return lines


def _words(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(one)}" for key, one in value.items()) or "none"
    return str(value)
