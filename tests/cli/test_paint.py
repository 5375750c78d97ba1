"""Colours: for people at a terminal, and for nobody else."""

from __future__ import annotations

import io

import pytest

from latchbench.commands.paint import painted


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("PASS  a guest", "\x1b[32mPASS\x1b[0m  a guest"),
        ("FAIL  a guest", "\x1b[1;31mFAIL\x1b[0m  a guest"),
        ("      PASS  1   FAIL  2", "      \x1b[32mPASS\x1b[0m  1   \x1b[1;31mFAIL\x1b[0m  2"),
        ("1 of 2 cases passed, 1 failed", "1 of 2 cases passed, \x1b[1;31m1 failed\x1b[0m"),
        ("2 of 2 cases passed", "2 of 2 cases passed"),
        ("        a FAIL in a name", "        a FAIL in a name"),
    ],
)
def test_a_verdict_has_a_colour_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, line: str, shown: str
) -> None:
    at_a_terminal(monkeypatch)
    assert painted(line) == shown


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colours_gets_none(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    at_a_terminal(monkeypatch)
    monkeypatch.setenv(name, value)
    assert painted("FAIL  a guest") == "FAIL  a guest"


def test_a_pipe_gets_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert painted("FAIL  a guest") == "FAIL  a guest"
