"""The name of a code as a lock's own list shows it.

A lock may hold only short names and may want each of them once. That never refuses a call: the name
that the caller gave is kept as it is, and the lock gets it cut and, where it is taken, numbered:
"Jane's reservation" becomes "Jane's reser", and then "Jane's res 2".
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# A code without a name still needs one in a lock's list.
UNNAMED: Final = "Code"


def device_name(name: str | None, taken: Iterable[str], length_max: int | None) -> str:
    """`name` for a lock whose other codes have the names `taken`.

    It is at most `length_max` characters long (None: no limit) and differs from all of `taken`;
    upper and lower case count as one. Only where no number fits any more is it the plain name
    again. White space becomes single blanks.
    """
    plain = " ".join((name or "").split()) or UNNAMED
    held = {other.casefold() for other in taken}
    shown = _cut(plain, length_max)
    if shown.casefold() not in held:
        return shown
    for number in count(2):
        tail = f" {number}"
        if length_max is not None and len(str(number)) > length_max:
            break
        room = None if length_max is None else max(0, length_max - len(tail))
        candidate = f"{_cut(plain, room)}{tail}".strip()
        if candidate.casefold() not in held:
            return candidate
    return shown


def _cut(text: str, length_max: int | None) -> str:
    return text if length_max is None else text[:length_max].rstrip()
