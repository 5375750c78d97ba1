"""What the radio refuses to do for the bench. A lost frame is never an error: it is an outcome.

RadioError           the bench asked for something that the radio cannot do
├─ UnknownFault      no such fault word
└─ ContradictoryFault  the arguments of a fault exclude each other, or say nothing
"""

from __future__ import annotations


class RadioError(ValueError):
    """The caller must change what it asks for; nothing was changed."""


class UnknownFault(RadioError):
    """A word that names no fault. The message suggests the nearest one, if any is near."""


class ContradictoryFault(RadioError):
    """A fault that could never fire, or of which it is not said how often it shall."""
