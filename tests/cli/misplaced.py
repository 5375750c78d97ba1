"""Scenario files that are wrong because a PIN stands where something else belongs.

Made from valid files: the PIN is put into every kind of place, as key and as value, in the
spellings that people use. That is how PINs come into files: by a slip of the hand, anywhere.
"""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Where = tuple[str | int, ...]

# Words for people: whoever writes a PIN there wants to read it.
_FREE_TEXT: Final = frozenset({"name", "description", "id"})

# Texts that are not even YAML, and what YAML has besides maps and lists.
_BROKEN: Final = (
    'name: "{0}',
    "name: '{0}\n  x",
    "{0}",
    "- {0}",
    "{{{0}",
    "[{0}, ",
    "name: @{0}",
    "name: `{0}`",
    "name: %{0}",
    "name: &{0} x",
    "name: *{0}",
    "name: !{0} x",
    "!!{0} x: 1",
    "? [{0}]\n: x",
    "{0}: 1\n{0}: 2",
    "name: {0}: 4",
    "name: |{0}\n  x",
    "\t{0}: x",
    "%YAML {0}\n---\nx: 1",
    "version: 1\n--- {0}\n",
    "locks: {{a: {{codes: {{3: {0}}}}}}}",
    "locks: {{a: {{codes: {{{0}: '1'}}}}}}",
    "locks: {{a: {{codes: '{0}'}}}}",
    "steps: [{{keypad: {{lock: a, keys: {0}}}}}]",
    "steps: [{{keypad: {{lock: a, keys: '{0}*'}}}}]",
    "steps: [{{advance: '{0}'}}]",
    "matrix: {{code: '{0}'}}",
    'name: "\\x{0}"',
)


def write_broken(folder: Path, pin: str) -> int:
    """Files that cannot be read, with the PIN where the reading stops. Returns how many."""
    for number, text in enumerate(_BROKEN):
        (folder / f"broken-{number:03}.yaml").write_text(text.format(pin))
    return len(_BROKEN)


def write_misplaced(folder: Path, sources: list[Path], pin: str) -> int:
    """Two files for every kind of place in `sources`. Returns how many.

    In one the PIN stands as it is, in the other in one of the other spellings, which take turns.
    """
    others = itertools.cycle([f"{pin}#", f"{pin[:4]} {pin[4:]}", int(pin), f"${{{pin}}}"])
    written = 0
    seen: set[tuple[bool, Where]] = set()
    for source in sources:
        root = yaml.safe_load(source.read_text())
        for is_key, at in _new_places(root, seen):
            for spelling in (pin, next(others)):
                wrong = _with(root, is_key, at, spelling)
                text = yaml.dump(wrong, Dumper=yaml.CSafeDumper, sort_keys=False)
                (folder / f"misplaced-{written:04}.yaml").write_text(text)
                written += 1
    return written


def _new_places(root: object, seen: set[tuple[bool, Where]]) -> Iterator[tuple[bool, Where]]:
    """One place of each kind that was not seen yet: steps, locks and items of lists are alike."""
    for is_key, at in _places(root, ()):
        kind = (is_key, tuple("*" if _is_one_of_many(at, n) else at[n] for n in range(len(at))))
        if at and at[-1] in _FREE_TEXT and not is_key:
            continue
        if kind not in seen:
            seen.add(kind)
            yield is_key, at


def _is_one_of_many(at: Where, n: int) -> bool:
    by_lock = n > 0 and at[n - 1] in ("locks", "profiles", "vars", "devices", "expect_device")
    return isinstance(at[n], int) or by_lock


def _places(node: object, at: Where) -> Iterator[tuple[bool, Where]]:
    yield False, at
    if isinstance(node, dict):
        for key, inner in node.items():
            yield True, (*at, key)
            yield from _places(inner, (*at, key))
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _places(inner, (*at, index))


def _with(root: Any, is_key: bool, at: Where, spelling: object) -> Any:
    if not at:
        return spelling
    root = copy.deepcopy(root)
    parent = root
    for part in at[:-1]:
        parent = parent[part]
    if is_key:
        items = [(spelling if key == at[-1] else key, value) for key, value in parent.items()]
        parent.clear()
        parent.update(items)
    else:
        parent[at[-1]] = spelling
    return root
