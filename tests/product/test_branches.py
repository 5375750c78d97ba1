"""The check of the coverage can fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.product.branches import PACKAGES, branches, main

if TYPE_CHECKING:
    from collections.abc import Mapping


def a_report(**taken: int) -> Mapping[str, Any]:
    """Two files a package, of which the second has 100 branches; all are taken but where said."""
    files = {}
    for package in PACKAGES:
        folder = package.replace(".", "/")
        many = taken.get(package.rpartition(".")[2], 100)
        files[f"{folder}/a.py"] = {"summary": {"covered_branches": 0, "num_branches": 0}}
        files[f"{folder}/b/c.py"] = {"summary": {"covered_branches": many, "num_branches": 100}}
    return {"files": files}


def test_95_of_100_branches_of_each_package_are_enough() -> None:
    assert main([json.dumps(a_report(model=95, radio=95, policy=95))]) == 0


@pytest.mark.parametrize("package", PACKAGES)
def test_94_of_one_package_are_too_few_whatever_the_others_have(
    package: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([json.dumps(a_report(**{package.rpartition(".")[2]: 94}))]) == 1
    bad = [line for line in capsys.readouterr().out.splitlines() if "must be" in line]
    assert bad == [f"branches of {package}: 94 of 100 taken, 94.0 %; at least 95 % must be"]


def test_a_package_that_is_not_in_the_report_is_not_covered() -> None:
    files = {name: of for name, of in a_report()["files"].items() if "radio" not in name}
    assert main([json.dumps({"files": files})]) == 1


def test_a_package_is_not_taken_for_another_that_begins_like_it() -> None:
    more = {"simulator/models/x.py": {"summary": {"covered_branches": 0, "num_branches": 50}}}
    assert branches({"files": {**a_report()["files"], **more}}, "simulator.model") == (100, 100)
