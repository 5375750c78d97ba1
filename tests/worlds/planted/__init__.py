"""Bugs, planted by name: each module here has a `planted()` under which the product is wrong.

They are patched in, in the process of a test. The product has no switch for them. A checker that
finds none of them is worth nothing, so `tests.worlds.test_planted_bugs` names for each bug a world
that finds it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def planted(bug: str) -> AbstractContextManager[None]:
    """The product with that bug, while this is open. `bug` is the name of a module here."""
    context: AbstractContextManager[None] = import_module(f"{__name__}.{bug}").planted()
    return context
