"""Worlds by the hundred. `make worlds` runs this: it takes some minutes of all cores."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1200)]

LATCHBENCH = Path(sys.executable).with_name("latchbench")
# (hash seed, time zone): what must not matter. Each is a process of its own.
PLACES = tuple(product("012", ("UTC", "Asia/Kolkata")))


def simulate(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LATCHBENCH, "simulate", *words],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_fifty_seeds_make_the_same_worlds_byte_by_byte_wherever_they_run(tmp_path: Path) -> None:
    traces = []
    for number, (hash_seed, zone) in enumerate(PLACES):
        trace = tmp_path / f"{number}.jsonl"
        words = ("--seeds", "0..49", "--hours", "0.1", "--trace", str(trace))
        simulate(*words, PYTHONHASHSEED=hash_seed, TZ=zone)
        traces.append(trace.read_bytes())
    assert traces[0].count(b'"world"') == 50
    assert len(set(traces)) == 1


def test_three_minutes_of_worlds_break_no_promise() -> None:
    jobs = str(os.cpu_count() or 1)
    ended = simulate("--seeds", "0..199", "--until", "3m", "-j", jobs)
    print(f"\n{ended.stdout}")  # noqa: T201 - the figures are what this is run for
    assert (ended.returncode, ended.stderr) == (0, "")
    worlds = int(re.match(r"[\d,]+", ended.stdout)[0].replace(",", ""))  # type: ignore[index]
    assert worlds >= 50


def test_in_light_weather_a_third_of_all_groups_is_kept_and_more() -> None:
    ended = simulate("--seeds", "0..99", "--faults", "light", "-j", str(os.cpu_count() or 1))
    print(f"\n{ended.stdout}")  # noqa: T201 - as above
    assert (ended.returncode, ended.stderr) == (0, "")
    share = re.search(r"kept \((\d+)%\)", ended.stdout)
    assert share is not None
    assert int(share[1]) >= 30
