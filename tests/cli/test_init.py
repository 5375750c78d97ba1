"""A scenario to start from, and the schema for the editor that opens it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from latchbench import cli
from latchbench.exits import PASSED, USAGE
from simulator.scenario.export import FILE_NAME, export
from simulator.scenario.reader import read_scenario
from tests.scenario.schema_check import Checker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.processes import Home


def ended(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ending:
        cli.main(list(arguments))
    assert isinstance(ending.value.code, int)
    return ending.value.code


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_init_writes_is_valid_and_points_editors_at_the_schema(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("init", "guest-118") == PASSED
    text = (here / "guest-118.yaml").read_text(encoding="utf-8")
    assert text.splitlines()[:2] == [
        f"# yaml-language-server: $schema=./{FILE_NAME}",
        f"# $schema: ./{FILE_NAME}",
    ]
    scenario = read_scenario("guest-118.yaml")
    assert scenario.name == "guest 118"
    assert scenario.warnings == ()
    assert Checker(export()).fits(scenario.document.data)
    told = capsys.readouterr().err
    assert "latchbench run guest-118.yaml" in told
    assert ended(*re.findall(r"latchbench (schema .*)", told)[0].split()) == PASSED
    assert json.loads((here / FILE_NAME).read_text(encoding="utf-8")) == export()


@pytest.mark.wire
def test_what_init_writes_passes(home: Home) -> None:
    path = home.folder / "first.yaml"
    assert home.run("init", str(path)).code == PASSED
    done = home.run("run", str(path))
    assert done.code == PASSED, done.stdout
    assert "2 of 2 cases passed" in done.stdout


def test_init_never_overwrites(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mine.yml").write_text("mine", encoding="utf-8")
    assert ended("init", "mine.yml") == USAGE
    assert (here / "mine.yml").read_text(encoding="utf-8") == "mine"
    assert capsys.readouterr().err == (
        "latchbench: mine.yml is there already; nothing was written\n"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere/x.yaml", "cannot write nowhere/x.yaml: No such file or directory"),
        (".", ". is a folder: name a file"),
    ],
)
def test_a_place_where_no_file_can_be_is_named(
    here: Path, name: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("init", name) == USAGE
    assert capsys.readouterr().err == f"latchbench: {message}\n"
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", ["7301", 'a"b', "k\u00f6nig", "a: b", "${x}", "#", "\udcff"])
def test_any_name_of_a_file_makes_a_valid_scenario(here: Path, name: str) -> None:
    assert ended("init", name) == PASSED
    (path,) = here.iterdir()
    assert read_scenario(str(path)).warnings == ()


def test_the_schema_is_printed_as_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("schema") == PASSED
    assert json.loads(capsys.readouterr().out) == export()


def test_a_folder_that_is_not_there_takes_no_schema(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("schema", "nowhere", "--write") == USAGE
    assert "cannot write nowhere" in capsys.readouterr().err
