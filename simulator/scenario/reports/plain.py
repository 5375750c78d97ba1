"""Texts from users' files, so that they can be printed anywhere without doing anything.

A name may hold whatever YAML can write: a terminal's escape sequences, line breaks that would begin
a line of their own, characters that XML has no way to write, or marks that turn the reading order
around.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Control, format, surrogate and unassigned characters; separators of lines and of paragraphs.
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_JOINER: Final = "\u200d"  # holds emoji together, and does nothing else


def printable(text: str) -> str:
    r"""The text in one line; what does not show is written as `\n`, `\x1b` or `\u202e`."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character == _JOINER or unicodedata.category(character) not in _UNPRINTABLE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def place_of(place: str) -> tuple[str, int, int]:
    """`file.yaml:12:7` as its parts; the file's name may have colons in it."""
    path, line, column = place.rsplit(":", 2)
    return path, int(line), int(column)
