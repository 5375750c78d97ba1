"""Who may call: API keys, as `Authorization: Bearer seam_...` over HTTP and gRPC alike."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from gateway.policy.errors import Unauthorized

if TYPE_CHECKING:
    from collections.abc import Iterable

# The SDKs look at a key before they send it: `seam_` it must start with, and these are the
# beginnings of other kinds of token, which they refuse as an API key.
_PREFIX: Final = "seam_"
_OTHER_TOKENS: Final = ("seam_cst", "seam_at", "seam_pk")


class Keyring:
    """The keys that are let in. `repr` shows none of them."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Raises `ValueError` for a key that an SDK would not send."""
        known = tuple(keys)
        if any(not key.startswith(_PREFIX) or key.startswith(_OTHER_TOKENS) for key in known):
            raise ValueError(
                "an API key starts with seam_, and not with seam_cst, seam_at or seam_pk"
            )
        self._keys = tuple(key.encode() for key in known)

    def check(self, authorization: str | None) -> None:
        """Return if the header names a known key. Raises `Unauthorized` otherwise.

        All keys are compared, each in a time that does not tell how much of it was right.
        """
        if authorization is None:
            raise Unauthorized("No Authorization header")
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized("The Authorization header is not a Bearer token")
        offered = token.strip().encode()
        # A sum, because `any` would stop at the first that fits.
        if not sum(hmac.compare_digest(offered, key) for key in self._keys):
            raise Unauthorized("API Key not found")
