"""A fork server that is told to start a child and to end in one breath leaves no child."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# The child would leave a mark; it is held back until its server has gone, which a loaded machine
# does by itself now and then.
SERVER: Final = """
import os, sys
from pathlib import Path
from latchbench import process

def child(settings):
    Path(settings["mark"]).write_text("served")
    return 0

ask = process.die_with_parent
server = os.getpid()

def late():
    if os.getpid() != server:
        while os.getppid() == server:
            pass
    ask()

process.die_with_parent = late
sys.exit(process.serve_forks(child))
"""


def test_a_child_whose_server_has_gone_does_not_begin_to_serve(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    command = json.dumps({"start": {"name": "late", "mark": str(mark)}}) + "\n"
    # Ends when the child has closed its end too, so nothing is looked at too early.
    told = subprocess.run(
        [sys.executable, "-P", "-c", SERVER],
        input=command,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(told.stdout)["name"] == "late"
    assert told.stderr == ""
    assert not mark.exists()
