"""What a newcomer is told: help with an example, and what to do when no bench is up."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
import typer

from latchbench.cli import app
from latchbench.cli_sections import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.processes import Home

# A command about a bench that is up, with arguments that would do.
ON_A_BENCH = [
    ("lock", "ls"),
    ("lock", "show", "front"),
    ("lock", "slots", "front"),
    ("radio", "front", "dead"),
    ("power", "front", "cut"),
    ("keypad", "front", "-"),
    ("fault", "add", "front", "refuse"),
    ("fault", "ls"),
    ("fault", "clear"),
    ("clock", "show"),
    ("clock", "pause"),
    ("clock", "resume"),
    ("clock", "advance", "1d"),
    ("clock", "advance-to", "2040-01-01T00:00:00Z"),
    ("codes", "plan", "--device", "front"),
    ("codes", "create-multiple", "--device", "front"),
    ("codes", "list"),
    ("codes", "show", "x"),
    ("codes", "delete", "x"),
    ("events",),
]
WITHOUT_A_BENCH = [("nvm", "show"), ("profiles", "ls"), ("profiles", "show")]


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize(
    "path", [*(path[:2] for path in ON_A_BENCH), *WITHOUT_A_BENCH], ids=" ".join
)
def test_a_command_says_what_it_is_for_with_an_example(path: tuple[str, ...]) -> None:
    path = path if path in ALL else path[:1]
    command = ALL[path]
    assert re.match(r"[A-Z].*[^.]\.", command.help)
    words = f"latchbench {' '.join(path)}"
    assert command.epilog.startswith("Example: ")
    assert words in command.epilog


def test_no_line_of_help_is_wider_than_a_terminal(home: Home) -> None:
    for path in [(), ("codes", "create-multiple"), ("fault", "add"), ("up",)]:
        finished = home.run(*path, "--help", more={"COLUMNS": "80", "TERM": "xterm"})
        assert finished.code == 0
        assert max(map(len, finished.stdout.splitlines())) <= 80


def test_no_command_is_described_by_half_a_sentence(home: Home) -> None:
    for path in [(), ("lock",), ("fault",), ("clock",), ("codes",), ("profiles",), ("nvm",)]:
        told = home.run(*path, "--help", more={"COLUMNS": "80", "TERM": "xterm"}).stdout
        listed = told.split("--help", 1)[1].splitlines()
        assert [line for line in listed if line.endswith("...")] == []


def test_every_command_stands_in_a_section_of_the_help() -> None:
    group: Any = typer.main.get_command(app)
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(group.commands)


def test_the_help_shows_people_no_types_of_python() -> None:
    for path, command in ALL.items():
        context = typer.Context(command, info_name=" ".join(path))
        told = command.get_help(context)
        assert (
            re.findall(r"<(?:list|int|str|float|path)\b[^>]*>", told.partition("Options:")[2]) == []
        )


def test_the_version_is_told(home: Home) -> None:
    finished = home.run("--version")
    assert (finished.code, finished.stdout) == (0, f"latchbench {version('latchbench')}\n")


@pytest.mark.parametrize("arguments", ON_A_BENCH, ids=" ".join)
def test_without_a_bench_one_line_says_how_to_start_one(
    home: Home, arguments: tuple[str, ...]
) -> None:
    finished = home.run(*arguments, stdin="90417733\n")
    assert (finished.code, finished.stdout) == (4, "")
    assert finished.stderr == (
        "latchbench: no bench is up: start one with `latchbench up FLEET.yaml`, or name a "
        "--bench FILE\n"
    )


def test_help_costs_few_imports() -> None:
    """Heavy ones stand in the command that needs them. What asyncio and typer bring is counted."""
    code = (
        "import sys, latchbench.cli\n"
        "heavy = ['grpc', 'google', 'httpx', 'yaml', 'pydantic', 'sqlalchemy', 'rich', 'starlette',"
        " 'uvicorn', 'simulator', 'gateway', 'protos']\n"
        "print([name for name in heavy if name in sys.modules], len(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    heavy, _, count = told.stdout.rpartition(" ")
    assert heavy == "[]"
    assert int(count) < 300


# Models of locks, for which nothing needs to be up.


def test_profiles_are_listed_and_every_value_says_how_it_is_known(home: Home) -> None:
    listed = {one["profile"]: one for one in home.run("profiles", "ls").json}
    assert [name for name, one in listed.items() if one["uniform_length"]] == ["schlage-be469"]
    assert "4-8, all alike" in home.run("profiles", "ls", "-o", "table").stdout
    names = list(listed)
    assert "deadbolt-30" in names
    for name in names:
        told = home.run("profiles", "show", name).json
        assert told["lock"]["slots_max"]["value"] > 0
        for field in (*told["lock"].values(), *told["advertised"].values()):
            assert len(field.keys() & {"source", "tunable"}) == 1
    assert home.run("profiles", "show", "nuki").json["advertised"] == {
        "name_length_max": {
            "value": 20,
            "source": "Seam device guide nuki-locks: name_length with max_length 20",
        }
    }
    table = home.run("profiles", "show", "nuki", "-o", "table", more={"COLUMNS": "80"}).stdout
    assert table.startswith("nuki: Nuki Smart Lock with Keypad\n")
    assert "what a hub's device database believes otherwise" in table
    assert max(map(len, table.splitlines())) <= 80


def test_a_pin_that_comes_with_a_model_is_masked(home: Home) -> None:
    admin = home.run("profiles", "show", "schlage-be469").json["lock"]["admin_code"]
    assert admin["value"] == "••••A"
    shown = home.run("profiles", "show", "schlage-be469", "--show-codes").json["lock"]
    assert shown["admin_code"]["value"].isdigit()


def test_a_profile_that_is_misspelt_gets_a_hint(home: Home) -> None:
    finished = home.run("profiles", "show", "nukki")
    assert (finished.code, finished.stdout) == (2, "")
    assert finished.stderr == "latchbench: no profile is called 'nukki'; did you mean nuki?\n"
