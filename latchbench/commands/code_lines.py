"""Access codes as lines and as JSON with their PINs masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from latchbench import exits
from latchbench.commands.printing import pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from latchbench.commands.gateway import Names
    from latchbench.commands.printing import CodeMarks

_ID_SHOWN: Final = 8
_YET_NONE: Final = "none yet"


def row_json(row: Mapping[str, Any], names: Names, marks: CodeMarks) -> dict[str, Any]:
    """The API's row with the lock's name, and with its PIN as it is shown."""
    shown = marks.shown_or_none(row["code"])
    return {**row, "lock": names.name_of(row["device_id"]), "code": shown}


def table_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a code, and one below the table for each of their problems."""
    if not rows:
        return ["no access code"]
    header = ["id", "lock", "code", "status", "name"]
    cells = [
        [
            row["access_code_id"][:_ID_SHOWN],
            row["lock"],
            row["code"] or _YET_NONE,
            row["status"],
            row["name"] or "",
        ]
        for row in rows
    ]
    if any(row["starts_at"] for row in rows):
        header += ["from", "to"]
        for row, line in zip(rows, cells, strict=True):
            line += [_minute(row["starts_at"]), _minute(row["ends_at"])]
    return [*exits.table(header, cells), *_problem_lines(rows)]


def _minute(time: str | None) -> str:
    """`2030-06-01 14:00` of an instant in UTC."""
    return "" if time is None else time[:16].replace("T", " ")


def _problem_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"{row['access_code_id'][:_ID_SHOWN]} on {row['lock']}: {_problem(one)}"
        for row in rows
        for one in (*row["errors"], *row["warnings"])
    ]


def _problem(one: Mapping[str, Any]) -> str:
    word = one.get("error_code") or one.get("warning_code") or one.get("mutation_code")
    return f"{one['message']} ({word})"


def row_lines(row: Mapping[str, Any]) -> list[str]:
    """All of one code that people ask for."""
    told = [
        ("id", row["access_code_id"]),
        ("lock", f"{row['lock']} ({row['device_id']})"),
        ("code", row["code"] or _YET_NONE),
        ("status", row["status"]),
        ("name", row["name"] or ""),
        ("shared by", row["common_code_key"] or "nobody else"),
        ("created at", row["created_at"]),
    ]
    if row["starts_at"]:
        told += [("starts at", row["starts_at"]), ("ends at", row["ends_at"] or "")]
    for title, entries in (
        ("error", row["errors"]),
        ("warning", row["warnings"]),
        ("pending", row["pending_mutations"]),
    ):
        told += [(title, _problem(one)) for one in entries]
    return pairs(told)
