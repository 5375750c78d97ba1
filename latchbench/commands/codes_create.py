"""`latchbench codes create-multiple`: one code on many locks, or each reason why not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from latchbench import exits
from latchbench.commands.code_lines import row_json, table_lines
from latchbench.commands.codes import Wanted, body_of
from latchbench.commands.gateway import Client, Refused
from latchbench.commands.printing import CodeMarks, emit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from latchbench.commands.gateway import Names

# Errors that say what locks can and cannot do. Any other is a mistake of the caller, or ours.
_REFUSALS: Final = frozenset(
    {
        *("code_cannot_be_shared", "duplicate_access_code", "device_offline"),
        "device_does_not_support_access_codes",
    }
)


def codes_create_command(
    wanted: Wanted, bench: Path | None, output: str, *, show_codes: bool
) -> int:
    """Create it. A refusal is printed per device, and fails the command."""
    marks = CodeMarks(show=show_codes)
    with Client(bench) as client:
        names = client.names
        body = body_of(wanted, names)
        for parameter in ("starts_at", "ends_at"):
            text = getattr(wanted, parameter)
            if text is not None:
                body[parameter] = _instant(client, text)
        try:
            answer = client.call("/access_codes/create_multiple", body)
        except Refused as error:
            if error.type not in _REFUSALS:
                raise error.as_command_error() from error
            return _refused(error, names, output)
    rows = [row_json(row, names, marks) for row in answer["access_codes"]]
    group = answer["latchbench"]
    emit(
        output,
        whole=lambda: {"access_codes": rows, "latchbench": group},
        items=rows,
        lines=lambda: [*table_lines(rows), *_group_lines(group, names)],
    )
    return exits.PASSED


def _instant(client: Client, text: str) -> str:
    """`+2h` is from the bench's now on; any other text is for the gateway to judge."""
    from simulator.scenario.durations import NotADuration, parse_duration

    if not text.startswith("+"):
        return text
    try:
        by = timedelta(microseconds=parse_duration(text[1:]))
        return (datetime.fromisoformat(client.now()) + by).isoformat()
    except NotADuration as error:
        raise exits.CommandError(f"after the +: {error}", exits.USAGE) from error
    except OverflowError as error:
        raise exits.CommandError("no calendar goes that far", exits.USAGE) from error


def _group_lines(group: Mapping[str, Any], names: Names) -> list[str]:
    lines = [
        f"{names.name_of(one['device_id'])} has its own code: {one['message']} ({one['reason']})"
        for one in group["random"]
    ]
    return [*lines, *(f"{one['message']} ({one['warning_code']})" for one in group["warnings"])]


def _refused(error: Refused, names: Names, output: str) -> int:
    devices = [{**one, "lock": names.name_of(one["device_id"])} for one in error.devices]
    told: dict[str, Any] = {
        "refused": error.type,
        "message": str(error),
        "devices": devices,
        **({"rollback": error.rollback} if error.rollback else {}),
    }

    def lines() -> list[str]:
        lines = [f"refused ({error.type}): {error}"]
        lines += [f"{one['lock']}: {one['message']} ({one['reason']})" for one in devices]
        if error.rollback:
            state = error.rollback.get("state")
            done = "no lock holds it" if state == "complete" else "it is being cleared from locks"
            lines.append(f"taken back: {done} (rollback {state})")
        return lines

    emit(output, whole=lambda: told, items=devices, lines=lines)
    return exits.FAILED
