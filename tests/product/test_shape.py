"""The shape of the code, guarded as the code is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from simulator.radio.faults.fault import Fault
from simulator.radio.faults.table import FAULTS

ROOT = Path(__file__).parents[2]
PACKAGES = ("latchbench", "protos", "simulator", "gateway")
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "_pb2" not in path.name
)
LINES_MAX = 400
FUNCTION_LINES_MAX = 70
REVEALS = {
    # The digits come out here and nowhere else: locks, stores, answers, arithmetic on digits.
    "gateway/api/json_views.py", "gateway/api/wire.py", "gateway/driver/wire.py",
    "gateway/policy/choose.py", "gateway/policy/judge.py", "gateway/policy/mirror.py",
    "gateway/policy/stems.py", "gateway/policy/request.py", "gateway/policy/fields.py",
    "gateway/policy/keypad.py", "gateway/policy/plan.py", "gateway/store/records.py",
    "gateway/store/calls.py", "gateway/store/schema.py",
}  # fmt: skip


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_says_its_idea_and_stays_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LINES_MAX
    tree = ast.parse(text)
    if tree.body:
        assert ast.get_docstring(tree), "a module starts with what it is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno
            assert lines <= FUNCTION_LINES_MAX, f"{node.name} is {lines} lines long"


@pytest.mark.parametrize("path", [p for p in SOURCES if "gateway" in p.parts], ids=named)
def test_the_gateway_reveals_pins_only_where_digits_are_needed(path: Path) -> None:
    if ".reveal()" in path.read_text(encoding="utf-8"):
        assert named(path) in REVEALS


def test_every_fault_that_is_built_has_a_file_and_a_test_of_its_own() -> None:
    built = [word for word, row in FAULTS.items() if isinstance(row, Fault)]
    assert built
    for word in built:
        assert (ROOT / f"simulator/radio/faults/{word}.py").exists()
        assert (ROOT / f"tests/radio/test_{word}.py").exists()


def test_nothing_unfinished_is_marked_in_the_tree() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    for path in SOURCES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not words.search(line), f"{named(path)}:{number}: {line.strip()}"


def test_no_package_registry_is_named_in_the_tree() -> None:
    for path in (*ROOT.glob("requirements/*"), ROOT / "pyproject.toml", ROOT / "Makefile"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, f"{named(path)} names an address"
