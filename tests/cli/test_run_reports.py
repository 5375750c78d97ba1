"""`latchbench run` as a tool: what it chooses, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest

from tests.cli.processes import LATCHBENCH, Home, until
from tests.reports.test_page import Page

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.wire

# One case of two fails; each has a code that is withdrawn, and eight digits that none may show.
MIXED: Final = """\
version: 1
name: a guest at two doors
tags: [smoke, doors]
matrix: {wrong: [nothing, bolt]}
locks:
  front: {profile: deadbolt-30, codes: {4: "90417733"}}
  gate: {profile: deadbolt-30}
steps:
- inject: {lock: gate, fault: refuse, times: 20}
- name: book both
  create_multiple:
    device_ids: [front, gate]
    code: "75318642"
    behavior_when_code_cannot_be_shared: throw
  expect:
    raises: {type: code_cannot_be_shared}
- settle: {}
- name: look at the front door
  expect_device:
  - {when: {wrong: nothing}, front: {slots_used: 1}}
  - {when: {wrong: bolt}, front: {bolt: unlocked, lacks_code: "90417733"}}
"""
# Long enough to be caught in the middle, with two rigs too.
LONG: Final = """\
version: 1
name: one lock
locks:
  front: {profile: deadbolt-30}
matrix: {a: [1, 2, 3, 4, 5, 6, 7, 8], b: [1, 2, 3, 4, 5, 6, 7, 8]}
steps:
- create_multiple: {device_ids: [front]}
  expect: {devices: {front: {status: set}}}
"""
ONE_SIDED: Final = """\
version: 1
name: one door takes four digits
locks:
  front: {profile: nuki}
  side: {profile: schlage-be469}
steps:
- create_multiple:
    device_ids: [front, side]
    behavior_when_code_cannot_be_shared: create_random_code
  save_as: booking
  expect: {random: [side]}
- keypad: {lock: front, code: "${booking.devices.front.code}"}
  expect: {opens: true}
- expect_device: {front: {slots_used: 1}, side: {slots_used: 1}}
"""
LOOKS_ONLY: Final = """\
version: 1
name: nothing is asked of the gateway
locks:
  front: {profile: deadbolt-30}
steps:
- expect_device: {front: {slots_used: 0}}
"""
PINS: Final = ("75318642", "90417733")


def written(home: Home, text: str, name: str = "scenario.yaml") -> Path:
    path = home.folder / name
    path.write_text(text)
    return path


def plain(text: str) -> str:
    """What a run printed, without process ids and ports, whose widths also move columns."""
    return re.sub(r" +", " ", re.sub(r"pid \d+|127\.0\.0\.1:\d+", "N", text))


# Reports.


def test_every_report_tells_of_the_same_run_and_shows_no_pin(home: Home) -> None:
    for pin in PINS:
        home.scanner.watch(pin)
    names = {kind: home.folder / f"report.{kind}" for kind in ("junit", "json", "html", "trace")}
    options = [part for kind, path in names.items() for part in (f"--{kind}", path)]
    finished = home.run("run", written(home, MIXED), *options)
    assert (finished.code, finished.stderr) == (1, "")
    assert finished.stdout.splitlines()[-1] == "1 of 2 cases passed, 1 failed"
    for path in names.values():
        assert home.scanner.leaks(path.read_text()) == []
    told = json.loads(names["json"].read_text())
    assert [case["outcome"] for case in told["cases"]] == ["passed", "failed"]
    assert told["cases"][1]["failures"][0]["messages"] == [
        "front.bolt: wanted 'unlocked', got 'locked'",
        "front.lacks_code: 1 of 1 fit, wanted none",
    ]
    assert told["cases"][0]["exposures"][0]["lock"] == "front"
    assert told["cases"][0]["locks"][0]["before"] == {"4": "••••A"}
    root = ET.fromstring(names["junit"].read_text())
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    assert [one.get("name") for one in root.iter("property")].count("exposure") == 2
    page = Page(names["html"].read_bytes())
    assert "held the withdrawn ••••B for" in page.text
    assert page.text.index("front.lacks_code: 1 of 1 fit") < page.text.index("What led to it")
    home.assert_nothing_left()


def test_reports_show_pins_where_they_are_asked_for(home: Home) -> None:
    names = [home.folder / f"report.{kind}" for kind in ("junit", "json", "html")]
    options = [part for path in names for part in (f"--{path.suffix[1:]}", path)]
    finished = home.run("run", written(home, MIXED), "--show-codes", *options)
    assert finished.code == 1
    for path in names:
        assert all(pin in path.read_text() for pin in PINS)


def test_a_brief_run_has_a_line_for_what_passed_and_all_of_what_failed(home: Home) -> None:
    written(home, LOOKS_ONLY, "a.yaml")
    written(home, MIXED, "b.yaml")
    written(home, ONE_SIDED, "c.yaml")
    first, failed, last, end = home.run("run", home.folder, "--brief", "--sim").stdout.split("\n\n")
    withdrawn, took = (part for part in re.split(r"( was there for \d+ ms)", first)[:2])
    assert took
    assert withdrawn.splitlines() == [
        "PASS  nothing is asked of the gateway  (no code in 1 lock)",
        "PASS  a guest at two doors [wrong=nothing]  (1 code in 2 locks; a withdrawn one",
    ]
    whole = home.run("run", home.folder / "b.yaml", "--sim").stdout.split("\n\n")
    assert plain(failed) == plain(whole[1])
    assert last == "PASS  one door takes four digits  (2 codes in 2 locks)"
    assert end == "3 of 4 cases passed, 1 failed\n"


def test_the_command_to_run_it_again_runs_it_again(home: Home) -> None:
    first = home.run("run", written(home, MIXED)).stdout
    block = "FAIL" + first.partition("FAIL")[2].partition("\n\n")[0]
    command = shlex.split(block.rpartition("run it again: ")[2])
    assert command[0] == "latchbench"
    again = home.run(*command[1:])
    assert again.code == 1
    assert plain(again.stdout) == plain(f"{block}\n\n0 of 1 case passed, 1 failed\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--junit", "/nosuch/x"], "cannot write /nosuch/x: No such file or directory"),
        (["--html", "/"], "cannot write /: Is a directory"),
        (["--json", "scenario.yaml"], "scenario.yaml would be overwritten, and it has the name"),
        (["--json", "x", "--html", "./x"], "two reports would go to "),
        (["--time-limit", "90"], "--time-limit: '90' is not a duration"),
        (["--time-limit", "0s"], "--time-limit: nothing can be run in no time"),
        (["-k", "a and (b"], "-k: this ( is never closed\n    a and (b\n          ^"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(
    home: Home, options: list[str], message: str
) -> None:
    path = written(home, LOOKS_ONLY)
    finished = home.run("run", path, *options)
    assert (finished.code, finished.stdout) == (2, "")
    assert finished.stderr.startswith(f"latchbench: {message}")
    assert path.read_text() == LOOKS_ONLY


# Choosing.


def test_cases_are_chosen_by_expression_and_by_tag(home: Home) -> None:
    written(home, MIXED, "mixed.yaml")
    written(home, LOOKS_ONLY, "looks.yaml")
    for options, count in {
        ("-k", "doors and not wrong=bolt"): 1,
        ("-k", "(looks or smoke) and not bolt"): 2,
        ("--tag", "smoke", "-k", "nothing"): 1,
        ("--tag", "smoke", "--tag", "doors", "-k", "wrong=nothing"): 1,
    }.items():
        finished = home.run("run", home.folder, "-q", *options)
        cases = "case" if count == 1 else "cases"
        assert finished.stdout == f"{count} of {count} {cases} passed\n", options
    for none in (("--tag", "nosuch"), ("--tag", "smoke", "-k", "looks")):
        assert home.run("run", home.folder, *none).code == 5


# Many at a time.


def test_two_rigs_say_and_write_what_one_does(home: Home) -> None:
    written(home, MIXED, "b.yaml")
    written(home, LOOKS_ONLY, "a.yaml")
    written(home, ONE_SIDED, "c.yaml")
    runs = []
    for jobs in ("1", "2"):
        report, trace = home.folder / f"{jobs}.json", home.folder / f"{jobs}.trace"
        options = ("-j", jobs, "--json", report, "--trace", trace, "--slowest", "2")
        finished = home.run("run", home.folder, *options)
        assert finished.code == 1
        runs.append((plain(finished.stdout), report.read_bytes(), trace.read_bytes()))
    assert runs[0] == runs[1]
    home.assert_nothing_left()


def test_a_process_that_dies_among_two_rigs_ends_the_run_with_our_fault(home: Home) -> None:
    report = home.folder / "report.json"
    running = home.start("run", written(home, LONG), "-j", "2", "--json", report)
    running.until_said("PASS")

    def killed() -> bool:
        for process in home.processes():
            if "gateway.forkserver" in process.arguments and process.parent != running.pid:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        return not running.is_running

    until(killed, "the run has ended")
    assert running.wait().code == 3
    told = json.loads(report.read_text())
    assert told["ended"] == "broken"
    assert told["counts"]["broken"] >= 1
    assert told["counts"]["not_run"] == 64 - told["counts"]["cases"]
    home.assert_nothing_left()


# Ends.


def test_a_run_that_is_interrupted_reports_what_was_done(home: Home) -> None:
    names = [home.folder / f"report.{kind}" for kind in ("junit", "json", "html")]
    options = [part for path in names for part in (f"--{path.suffix[1:]}", path)]
    running = home.start("run", written(home, LONG), "-j", "2", *options)
    running.until_said("PASS")
    running.send_as_terminal(signal.SIGINT)
    finished = running.wait()
    assert finished.code == 130
    assert finished.stderr == "latchbench: interrupted; every process was ended\n"
    told = json.loads(names[1].read_text())
    assert told["ended"] == "interrupted"
    assert told["counts"]["passed"] == len(told["cases"]) == 64 - told["counts"]["not_run"]
    root = ET.fromstring(names[0].read_text())
    assert root.get("tests") == str(len(told["cases"]))
    assert "The run was interrupted." in Page(names[2].read_bytes()).text
    home.assert_nothing_left()


def test_a_run_that_is_killed_leaves_no_report_not_even_an_old_one(home: Home) -> None:
    report = home.folder / "report.json"
    report.write_text("{}")
    running = home.start("run", written(home, LONG), "--json", report)
    running.until_said("PASS")
    running.send(signal.SIGKILL)
    running.wait()
    assert list(home.folder.glob("*report*")) == []
    until(lambda: home.processes() == [], "every process has gone")


def test_a_run_ends_at_its_time_limit_with_every_process(home: Home) -> None:
    report = home.folder / "report.json"
    options = ("--time-limit", "5s", "-j", "2", "--json", report)
    finished = home.run("run", written(home, LONG), *options)
    assert finished.code == 124
    assert finished.stderr == "latchbench: the time limit has passed; every process was ended\n"
    told = json.loads(report.read_text())
    assert told["ended"] == "time_limit"
    assert finished.stdout.splitlines()[-1].endswith(f"{told['counts']['not_run']} not run")
    home.assert_nothing_left()


# Both policies.


def test_a_file_for_one_policy_is_run_under_both_and_judged_under_its_own(home: Home) -> None:
    report = home.folder / "report.json"
    options = ("--compare-policies", "--json", report, "--html", home.folder / "report.html")
    finished = home.run("run", written(home, ONE_SIDED), *options)
    assert (finished.code, finished.stderr) == (0, "")
    assert max(map(len, finished.stdout.splitlines())) <= 100
    assert "NOT JUDGED  the file expects what the other" in finished.stdout
    assert "left out: step 2, keypad: cannot run:" in finished.stdout
    assert re.search(r"\* +side +no code +no code +slot 1 ••••B", finished.stdout)
    told = json.loads(report.read_text())
    (comparison,) = told["comparisons"]
    sides = {policy: told["cases"][number] for policy, number in comparison["sides"].items()}
    assert sides["throw"]["outcome"] == "not_judged"
    assert sides["create_random_code"]["outcome"] == "passed"
    assert comparison["locks_that_differ"] == ["front", "side"]
    assert sides["throw"]["seed"] == sides["create_random_code"]["seed"]
    assert "Both policies, side by side" in Page((home.folder / "report.html").read_bytes()).text


def test_the_same_pin_has_the_same_letter_under_both_policies(home: Home) -> None:
    report = home.folder / "report.json"
    finished = home.run("run", written(home, MIXED), "--compare-policies", "--json", report)
    assert finished.code == 1  # the side that the file is written for fails in one case
    told = json.loads(report.read_text())
    for comparison in told["comparisons"]:
        throw, random = (told["cases"][number] for number in comparison["sides"].values())
        assert throw["locks"][0]["after"] == {"4": "••••A"}
        assert random["locks"][0]["after"] == {"4": "••••A", "1": "••••B"}
        assert throw["exposures"][0]["pin"] == "••••B"
    failing = next(case for case in told["cases"] if case["failures"])
    again = home.run(*shlex.split(failing["rerun"])[1:])
    assert again.code == 1
    assert "front.lacks_code: 1 of 1 fit, wanted none" in again.stdout


def test_a_case_that_shares_nothing_is_not_compared(home: Home) -> None:
    finished = home.run("run", written(home, LOOKS_ONLY), "--compare-policies")
    assert (finished.code, finished.stderr) == (5, "latchbench: no case was selected\n")


# Where it is printed.


def test_github_gets_an_annotation_for_each_failure_and_each_mistake(home: Home) -> None:
    path = written(home, MIXED)
    more = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(home.folder)}
    finished = home.run("run", path, more=more)
    (line,) = [one for one in finished.stdout.splitlines() if one.startswith("::")]
    assert line.startswith("::error file=scenario.yaml,line=21,col=5,title=a guest at two doors ")
    assert "front.lacks_code: 1 of 1 fit, wanted none%0A" in line
    assert "::error" not in home.run("run", path, "--format", "text", more=more).stdout
    written(home, MIXED.replace("slots_used", "slots_usde"))
    wrong = home.run("run", path, "--format", "github")
    assert wrong.code == 2
    assert wrong.stdout.startswith(f"::error file={path},line=20,col=")


def on_a_terminal(home: Home, *arguments: str | Path) -> bytes:
    """What a command writes to a terminal, standard output and standard error together."""
    leader, follower = pty.openpty()
    command = [str(LATCHBENCH), *map(str, arguments)]
    environment: dict[str, Any] = {**home.environment(), "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        command, env=environment, stdin=follower, stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        told = b""
        with suppress(OSError):  # the end of a terminal
            while data := os.read(leader, 65536):
                told += data
        process.wait()
    os.close(leader)
    return told


def shown_at_the_end(told: bytes) -> str:
    """The lines that are left on the screen: what was erased is not."""
    lines = [""]
    for part in re.split(rb"(\r\n|\n|\r|\x1b\[[0-9;?]*[A-Za-z])", told):
        if part in (b"\r\n", b"\n"):
            lines.append("")
        elif part == b"\x1b[1A":
            lines.pop()
        elif part == b"\x1b[2K":
            lines[-1] = ""
        elif part != b"\r" and not part.startswith(b"\x1b"):
            lines[-1] += part.decode()
    return "\n".join(lines)


def test_progress_is_one_line_on_a_terminal_that_goes_away(home: Home) -> None:
    path = written(home, MIXED)
    told = on_a_terminal(home, "run", path)
    assert b"scenario.yaml wrong=bolt" in told
    left = shown_at_the_end(told)
    assert "scenario.yaml wrong=bolt" not in left.replace("--case", "")
    assert left.startswith("PASS  a guest at two doors [wrong=nothing]\n")
    assert left.rstrip().endswith("1 of 2 cases passed, 1 failed")
    quiet = on_a_terminal(home, "run", path, "-q")
    assert b"\x1b" not in re.sub(rb"\x1b\[[0-9;]*m", b"", quiet)  # colours, and no line that moves
