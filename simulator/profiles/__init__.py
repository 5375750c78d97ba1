"""Models of locks as data: YAML files beside this module, and the module that reads them."""

from __future__ import annotations

from simulator.profiles.loader import (
    ProfileError,
    ProfileErrors,
    ProfileFile,
    derive,
    load,
    names,
    parse,
)

__all__ = ["ProfileError", "ProfileErrors", "ProfileFile", "derive", "load", "names", "parse"]
