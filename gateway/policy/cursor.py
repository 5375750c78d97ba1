"""Pages of a list, and the opaque text that says where the next one starts.

A cursor holds the place of the last item shown, not a count of items, so that what is created or
deleted meanwhile neither repeats an item nor hides one. It also holds a digest of the filters of
its request: with other filters it is refused rather than answered with a page of something else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, TypeVar

from gateway.policy.errors import MismatchedPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an item stands in a list: by age, then by its place in the request, then by its id."""

    created_at_us: int
    position: int
    item_id: str


def digest(filters: object) -> str:
    """A short name of what a list is filtered by; `filters` is plain JSON data."""
    text = json.dumps(filters, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def cursor_after(place: Place, filters: object) -> str:
    """The cursor of the page that follows `place` in the list with these filters."""
    plain = json.dumps([digest(filters), *astuple(place)], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def place_of(cursor: str, filters: object) -> Place:
    """The place after which the page starts. Raises `MismatchedPage` for any other text."""
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        held = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise MismatchedPage from error
    match held:
        case [str(name), int(created_at_us), int(position), str(item_id)] if name == digest(
            filters
        ):
            return Place(created_at_us, position, item_id)
        case _:
            raise MismatchedPage


def take_page(
    items: Iterable[T], place: Callable[[T], Place], after: Place | None, limit: int
) -> tuple[list[T], Place | None]:
    """The first `limit` items behind `after`, in the order of their places.

    With them comes the place to continue from, None when nothing follows.
    """
    following = sorted((item for item in items if after is None or place(item) > after), key=place)
    page = following[:limit]
    return page, place(page[-1]) if len(following) > len(page) else None
