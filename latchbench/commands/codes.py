"""`latchbench codes`: access codes through the gateway's API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from latchbench import exits
from latchbench.commands.acts import code_from_stdin
from latchbench.commands.code_lines import row_json, row_lines, table_lines
from latchbench.commands.gateway import Client, Refused
from latchbench.commands.printing import CodeMarks, emit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from latchbench.commands.gateway import Names


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `create_multiple` is asked, as the command line said it."""

    devices: list[str] = field(repr=False)
    behavior: str
    length: int | None
    code_from_stdin: bool
    name: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    sync: bool | None = None


def body_of(wanted: Wanted, names: Names) -> dict[str, Any]:
    """The body of the call, but for its times. A code is read from standard input."""
    body: dict[str, Any] = {
        "device_ids": [names.id_of(device) for device in wanted.devices],
        "behavior_when_code_cannot_be_shared": wanted.behavior,
    }
    if wanted.length is not None:
        body["preferred_code_length"] = wanted.length
    if wanted.name is not None:
        body["name"] = wanted.name
    if wanted.sync is not None:
        body["sync"] = wanted.sync
    if wanted.code_from_stdin:
        body["code"] = code_from_stdin().reveal()
    return body


def codes_plan_command(wanted: Wanted, bench: Path | None, output: str) -> int:
    """Ask the gateway what it would decide; nothing is created."""
    with Client(bench) as client:
        body = body_of(wanted, client.names)
        try:
            answer = client.call("/latchbench/plan", body)
        except Refused as error:
            raise error.as_command_error() from error
        emit(
            output,
            whole=lambda: answer,
            items=[answer["plan"]],
            lines=lambda: _plan_lines(answer["plan"], client.names),
        )
    return exits.PASSED


def _plan_lines(plan: Mapping[str, Any], names: Names) -> list[str]:
    lines = []
    if plan["can_share"]:
        lines.append(f"all can share one code of {plan['code_length']} digits")
    else:
        lines.append(plan["explanation"])
    if plan["codes_left"]:
        lines.append(f"{plan['codes_left']:,} such codes are left")
    for word, entries in (("own code", plan["random"]), ("refuses", plan["refused"])):
        for entry in entries:
            name = names.name_of(entry["device_id"])
            lines.append(f"{name}: {word}: {entry['message']} ({entry['reason']})")
    if not plan["can_share"] and plan["shared"]:
        lines.append(f"would share: {', '.join(map(names.name_of, plan['shared']))}")
    return lines


def codes_list_command(
    devices: Sequence[str], bench: Path | None, output: str, *, show_codes: bool
) -> int:
    """Print the codes on these locks, or on all."""
    marks = CodeMarks(show=show_codes)
    with Client(bench) as client:
        names = client.names
        ids = [names.id_of(device) for device in devices] or list(names.names)
        try:
            rows = [row_json(row, names, marks) for row in client.rows(ids)]
        except Refused as error:
            raise error.as_command_error() from error
    emit(output, whole=lambda: rows, items=rows, lines=lambda: table_lines(rows))
    return exits.PASSED


def codes_show_command(code: str, bench: Path | None, output: str, *, show_codes: bool) -> int:
    """Print one code with all that is known of it."""
    with Client(bench) as client:
        row = row_json(_found(client, [code])[0], client.names, CodeMarks(show=show_codes))
    emit(output, whole=lambda: row, items=[row], lines=lambda: row_lines(row))
    return exits.PASSED


def codes_delete_command(codes: Sequence[str], bench: Path | None) -> int:
    """Take codes back: all of them are looked for before the first is."""
    with Client(bench) as client:
        for row in _found(client, codes):
            name = client.names.name_of(row["device_id"])
            try:
                client.call("/access_codes/delete", {"access_code_id": row["access_code_id"]})
            except Refused as error:
                raise error.as_command_error() from error
            exits.say(f"{row['access_code_id']} on {name}: being removed")
    return exits.PASSED


def _found(client: Client, wanted: Sequence[str]) -> list[Mapping[str, Any]]:
    """The codes whose ids begin so. Raises `CommandError` unless each is exactly one."""
    try:
        rows = list(client.rows(client.names.names))
    except Refused as error:
        raise error.as_command_error() from error
    return [_one(rows, start) for start in dict.fromkeys(wanted)]


def _one(rows: Sequence[Mapping[str, Any]], start: str) -> Mapping[str, Any]:
    # What was typed is not repeated: somebody may have taken the code itself for its id.
    if not start:
        raise exits.CommandError("an id has letters", exits.USAGE)
    found = [row for row in rows if row["access_code_id"].startswith(start)]
    if not found:
        message = "no access code has this id: `latchbench codes list` prints them"
        raise exits.CommandError(message, exits.USAGE)
    if len(found) > 1:
        message = f"{len(found)} access codes have ids that begin so: give more of it"
        raise exits.CommandError(message, exits.USAGE)
    return found[0]
