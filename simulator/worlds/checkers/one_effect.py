"""A command does what it says once, however often it is said.

- The id of a command, (epoch, sequence) on its lock, stands for one command for ever, and rises:
  a host answers an id that it knows from memory, so another command under it would be lost.
- A lock stores and clears no more often than it was told to. One command, one effect.

Not promised: one effect where a fault makes the lock hear a frame twice (`duplicate`), or where a
hub repeats a frame because its acknowledgement was lost: a lock that is told twice obeys twice.
Those come from the air, and each is counted.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from simulator.worlds.checkers.reading import WRITES, follow
from simulator.worlds.seen import Asked, Note, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.worlds.checkers.reading import Reading
    from simulator.worlds.seen import Seen

NAME: Final = "one_effect"
_TWICE: Final = frozenset({"duplicate"})
_EFFECTS: Final = frozenset({"lock.code.stored", "lock.code.cleared"})


def one_effect(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    known: dict[tuple[str, int, int], Asked] = {}
    highest: dict[str, tuple[int, int]] = {}
    owed: Counter[str] = Counter()  # effects that a lock may still have, by lock
    for one, reading in follow(seen):
        if isinstance(one, Note):
            if isinstance(one.fact, Asked):
                for message in _id_of(one.fact, known, highest):
                    yield Violation(NAME, one.at_us, message)
                owed[one.fact.lock] += one.fact.word in WRITES
        elif one.kind == "lock.fault.fired" and one.fields["fault"] in _TWICE:
            owed[one.source] += 1
        elif one.kind == "lock.reset":
            owed[one.source] += len(_held_by(reading, one.source))
        elif one.kind in _EFFECTS and not reading.is_by_hand(one):
            owed[one.source] -= 1
            if owed[one.source] < 0:
                owed[one.source] = 0
                told = f"{one.source} told {one.kind} of slot {one.fields['slot']}"
                yield Violation(NAME, one.at_us, f"{told}, and every command had its effect")


def _held_by(reading: Reading, lock: str) -> list[int]:
    return [slot for of, slot in reading.held if of == lock]


def _id_of(
    asked: Asked,
    known: dict[tuple[str, int, int], Asked],
    highest: dict[str, tuple[int, int]],
) -> Iterator[str]:
    command_id = (asked.epoch, asked.sequence)
    first = known.setdefault((asked.lock, *command_id), asked)
    if first != asked:
        yield f"{asked.lock} is sent {asked.word} under the id of an earlier {first.word}"
    elif command_id < highest.get(asked.lock, (0, 0)) and asked.epoch == highest[asked.lock][0]:
        yield f"{asked.lock} is sent {asked.word} under a lower id than the command before"
    highest[asked.lock] = max(command_id, highest.get(asked.lock, (0, 0)))
