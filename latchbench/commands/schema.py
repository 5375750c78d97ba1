"""`latchbench schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latchbench import exits

if TYPE_CHECKING:
    from pathlib import Path


def schema_command(folder: Path | None) -> int:
    """Print the schema, or write it into `folder`, over an older one."""
    from simulator.scenario.export import FILE_NAME, export_text

    if folder is None:
        exits.say(export_text().rstrip("\n"))
        return exits.PASSED
    path = folder / FILE_NAME
    try:
        path.write_text(export_text(), encoding="utf-8")
    except OSError as error:
        raise exits.CommandError(f"cannot write {path}: {error.strerror}", exits.USAGE) from error
    exits.complain(f"wrote {path}")
    return exits.PASSED
