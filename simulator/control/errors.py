"""What the bench asked of a lock and cannot have, by what is wrong with it. No PIN is repeated.

ControlError     nothing was changed
├─ UnknownLock   no lock of that name is in this host
├─ UnknownHub    no hub of that name is in this host
├─ BadAct        a word or a value that means nothing here
└─ NotPossible   it means something, but this lock cannot do it as it is now
"""

from __future__ import annotations


class ControlError(ValueError):
    """The bench must ask for something else."""


class UnknownLock(ControlError):
    """No lock of that name is in this host."""


class UnknownHub(ControlError):
    """No hub of that name is in this host."""


class BadAct(ControlError):
    """A word or a value that means nothing here."""


class NotPossible(ControlError):
    """This lock cannot do it as it is now."""
