"""Files made to do harm: each is refused in words, at a place, in bounded time and memory."""

from __future__ import annotations

import re
import resource
import subprocess
from typing import Final

import pytest

from latchbench.exits import USAGE
from tests.cli.processes import LATCHBENCH, TRACEBACK

pytestmark = pytest.mark.wire

# The kernel ends a process that takes more, for all the files together.
CPU_S: Final = 120
MEMORY_BYTES: Final = 1 << 30
LINES_MAX: Final = 102
CHARACTERS_MAX: Final = 1_000

HEAD = "version: 1\nname: x\ndefaults: {profile: nuki}\nlocks: {front: }\n"
MANY = HEAD.replace("front:", "'d-{1..10000}':")
LOOK = "- expect_device: {'*': {slots_used: 0}}\n"
SOUND = f"{HEAD}steps:\n{LOOK}"


def matrix(variables: int, values: int) -> str:
    row = ", ".join(f"a{value}" for value in range(values))
    return "matrix:\n" + "".join(f"  v{n}: [{row}]\n" for n in range(variables))


HOSTILE: Final[dict[str, tuple[str | bytes, str]]] = {
    "anchor": (f"{HEAD}steps: &s\n{LOOK}", "5:8: error: anchors (&name) are not read"),
    "alias": (f"{SOUND}vars: {{a: *s}}\n", "7:11: error: aliases (*name) are not read"),
    "billion laughs": (
        "a: &a [x]\n" + "".join(f"{n}: &{n} [*a, *a, *a, *a, *a]\n" for n in range(30)),
        "1:4: error: anchors (&name) are not read",
    ),
    "merge key": (f"{SOUND}<<: {{a: 1}}\n", "7:1: error: merge keys (<<) are not read"),
    "tag": (f"{SOUND}vars: !!python/object:os.system {{}}\n", "7:7: error: tags (!name) are not"),
    "doubled key": (f"{SOUND}name: y\n", "7:1: error: the key 'name' is already used on line 2"),
    "a hundred thousand doubled keys": ("a: 1\n" * 100_000, "2:1: error: the key 'a' is already"),
    "deep brackets": ("[" * 100_000, "1:33: error: the file is nested more than 32 levels deep"),
    "deep dashes": ("- " * 100_000, "1:65: error: the file is nested more than 32 levels deep"),
    "deep maps": ("{a: " * 100_000, "error: the file is nested more than 32 levels deep"),
    "10 MB": (b"a" * 10_485_760, "1:1: error: the file is larger than 1 MiB"),
    "many values": ("[" + "[]," * 300_000 + "]", "error: the file holds more than 200000 values"),
    "octal code": (f"{SOUND}seed: 0123\n", "7:7: error: digits with a leading zero must be in q"),
    "octal pin": (
        SOUND.replace("front: ", "front: {codes: {1: 0017}}"),
        "4:28: error: digits with a leading zero",
    ),
    "yes": (f"{SOUND}yes: 1\n", "7:1: error: a bare 'yes' is true or false to some"),
    "on": (f"{SOUND}hosts: on\n", "7:8: error: a bare 'on' is true or false to some"),
    "tab": (f"{HEAD}steps:\n\t- settle:\n", "6:1: error: text cannot start with this character"),
    "byte order mark": (f"\ufeff{SOUND}seed: x\n", "7:7: error: must be a whole number"),
    "NUL": (f"{SOUND}seed: \0\n", "7:7: error: this control character is not allowed in YAML"),
    "no UTF-8": (SOUND.encode() + b"tags: [\xff]\n", "7:8: error: the file is not UTF-8 from"),
    "UTF-16": (SOUND.encode("utf-16"), "1:1: error: the file is not UTF-8 from here on"),
    "CRLF": (SOUND.replace("\n", "\r\n") + "seed: x\r\n", "7:7: error: must be a whole number"),
    "several documents": (f"{SOUND}---\n{SOUND}", "7:1: error: a second document starts here"),
    "lone surrogate": (f'{SOUND}tags: ["\\uD800"]\n', "error: this is not YAML: found invalid Uni"),
    "large matrix": (f"{HEAD}{matrix(3, 11)}steps:\n{LOOK}", "6:3: error: 1331 cases are too many"),
    "huge matrix": (f"{HEAD}{matrix(6000, 10)}steps:\n{LOOK}", "6:3: error: so many cases are too"),
    "many locks": (
        HEAD.replace("front: ", ", ".join(f"'a{n}-{{1..10000}}': " for n in range(9_000)))
        + f"steps:\n{LOOK}",
        "error: 20000 locks are too many; the most is 10000",
    ),
    "cases times locks": (f"{MANY}{matrix(2, 30)}steps:\n{LOOK}", "error: this is too much: cases"),
    "turns times locks": (
        f"{MANY}steps:\n- radio: {{lock: '*', state: dead}}\n  repeat: 1000\n{LOOK}",
        "7:11: error: with all its turns the scenario has too many steps",
    ),
    "many turns": (
        f"{HEAD}steps:\n- settle:\n  repeat: 1000000000\n{LOOK}",
        "7:11: error: must be",
    ),
    "text that grows": (
        f"{HEAD}matrix: {{a: [{'y' * 100_000}]}}\nsteps:\n- name: '{'${a}' * 9_000}'\n"
        f"  settle:\n{LOOK}",
        "7:9: error: this becomes longer than 1000 characters",
    ),
    "many selectors": (
        f"{MANY}steps:\n- radio: {{lock: [{', '.join(['front'] * 50_000)}], state: dead}}\n{LOOK}",
        "error: no lock of this scenario is named 'front'",
    ),
    "many patterns": (
        f"{MANY}steps:\n- radio: {{lock: [{', '.join(['x*'] * 50_000)}], state: dead}}\n{LOOK}",
        "6:17: error: 50000 patterns are too many; the most is 100",
    ),
    "many patterns as keys": (
        f"{MANY}steps:\n- expect_device: {{"
        + ", ".join(f"x{n}*: {{slots_used: 0}}" for n in range(9_000))
        + "}\n",
        "6:18: error: 9000 patterns are too many",
    ),
    "many unknown keys": (
        f"{HEAD}steps:\n- settle: {{{', '.join(f'k{n}: 1' for n in range(20_000))}}}\n{LOOK}",
        "6:12: error: unknown key 'k0'",
    ),
    "many unknown verbs": (
        f"{HEAD}steps:\n" + "".join(f"- x{n}y: \n" for n in range(50_000)),
        "6:3: error: unknown verb 'x0y'",
    ),
    "deep pattern": (
        f"{HEAD}steps:\n- expect_device: {{front: {{profile: {{matches: '{'(' * 5_000}'}}}}}}\n",
        "6:46: error: a pattern has at most 500 characters",
    ),
}


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def file_of(name: str) -> str:
    return f"{name.replace(' ', '-')}.yaml"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What one command says to all of them."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (content, _) in HOSTILE.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / file_of(name)).write_bytes(raw)
    return subprocess.run(
        [LATCHBENCH, "validate", *(file_of(name) for name in HOSTILE)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bounded,
    )


def test_hostile_files_end_a_command_in_order(told: subprocess.CompletedProcess[str]) -> None:
    *problems, last = told.stderr.splitlines()
    assert told.returncode == USAGE, told.stderr[-500:]
    assert TRACEBACK not in told.stderr
    assert told.stdout == ""
    assert re.fullmatch(r"\d+ errors", last)
    for line in problems:
        assert re.match(r"[\w-]+\.yaml:\d+:\d+: (error|warning): ", line), line
        assert len(line) < CHARACTERS_MAX


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_a_place_and_in_words(
    name: str, told: subprocess.CompletedProcess[str]
) -> None:
    said = [line for line in told.stderr.splitlines() if line.startswith(f"{file_of(name)}:")]
    assert 0 < len(said) <= LINES_MAX
    assert any(HOSTILE[name][1] in line for line in said), said[:3]
