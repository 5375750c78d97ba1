"""The README says what really happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.scenario.reader import read_scenario_text

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND = [sys.executable, "-P", "-c", "from latchbench.cli import main; main()"]


def session(command: str) -> str:
    """What the README shows below `$ command`."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for block in blocks:
        first, _, rest = block.partition("\n")
        if first == f"$ {command}":
            return str(rest)
    raise AssertionError(f"the README has no session of {command!r}")


def without_what_varies(text: str) -> str:
    """Process ids, ports, ids and keys differ from run to run; columns follow their widths."""
    text = re.sub(r"pid \d+", "pid N", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:N", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"seam_bench_[\w-]+", "KEY", text)
    text = re.sub(r"ready file   \S+", "ready file   PATH", text)
    return re.sub(r" +", " ", text)


def test_the_scenario_session_is_what_the_command_prints() -> None:
    command = "latchbench run scenarios/sharing/length-clash.yaml"
    ran = subprocess.run(
        [*COMMAND, *command.split()[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    assert ran.returncode == 0
    assert without_what_varies(ran.stdout) == without_what_varies(session(command))


def test_the_up_session_is_what_the_command_prints(tmp_path: Path) -> None:
    command = "latchbench up scenarios/fleets/holiday-flat.yaml"
    with subprocess.Popen(
        [*COMMAND, *command.split()[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    ) as up:
        assert up.stdout is not None
        printed = ""
        for line in up.stdout:
            printed += line
            if line.startswith("stop:"):
                break
        up.terminate()
        _, complaints = up.communicate(timeout=20)
    assert up.returncode == 0, complaints
    assert without_what_varies(printed) == without_what_varies(session(command))


def test_the_yaml_examples_are_valid_scenarios() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert examples
    for example in examples:
        assert read_scenario_text(example).warnings == ()


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/DECISIONS.md",
        "docs/LIMITS.md",
        "docs/LOCKSTEP.md",
        "docs/REPORTS.md",
        "scenarios/README.md",
    ],
)
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert ((ROOT / page).parent / target).exists(), target
