"""The scan of everything that is captured of these tests finds a PIN, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.secrecy import leaks

ROOT = Path(__file__).parents[2]
SHOWS = """
import logging
import pytest
from latchbench.pin import Pin

{mark}
def test_it():
    pin = Pin("482" + "137")
    """


@pytest.mark.parametrize(
    "text", ["took 482137 out", "482137", '{"code": "482137"}', "code=482137,", "took 482137."]
)
def test_a_pin_is_found(text: str) -> None:
    (found,) = leaks(text, {"482137"})
    assert "482137" not in found


@pytest.mark.parametrize(
    "text",
    [
        "took ••••A out",
        "host-1 pid 482137 at 127.0.0.1:482137",
        "14821379",
        "cannot_contain_482137",
        "0.482137 s",
        "482137.5 ms",
        "2030-482137",
        "took 482138 out",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert leaks(text, {"482137"}) == []


@pytest.mark.parametrize(
    ("mark", "line", "code"),
    [
        ("", "print('took', pin.reveal())", 1),
        ("", "logging.getLogger('gateway').warning('took %s', pin.reveal())", 1),
        ("", "print('took', pin)", 0),
        ("@pytest.mark.shows_a_pin", "print('took', pin.reveal())", 0),
    ],
)
def test_a_test_that_shows_one_fails(tmp_path: Path, mark: str, line: str, code: int) -> None:
    (tmp_path / "test_it.py").write_text(SHOWS.format(mark=mark) + line)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.secrecy", "--rootdir"]
    run = subprocess.run(
        [*command, tmp_path, tmp_path], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == code, run.stdout + run.stderr
    assert ("a PIN stands in what was captured" in run.stdout) == bool(code)
