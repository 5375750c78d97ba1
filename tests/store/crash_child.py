"""Gateways to be killed: each child writes to a store through the real writer until it dies.

`python -m tests.store.crash_child` reads one path a line and forks a child for it, which is quick
because the imports are done. The child opens the store and submits decisions, a few at a time, as
fast as they are answered. Lines on standard output, each written whole:

    PID n      a child runs          ACK n      decision n was answered as stored
    DEAD n     the child with process id n is gone

The first decision of a child is the one after the last that it finds in the store.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from gateway.store.store import Store
from gateway.store.writer import Writer
from tests.store.made import a_decision

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN_AT_ONCE = 8


def say(line: str) -> None:
    """One write of a short line to a pipe is never mixed with another (POSIX, PIPE_BUF)."""
    os.write(1, f"{line}\n".encode())


def write_until_killed(path: str) -> None:
    """Keep `OPEN_AT_ONCE` decisions submitted, and say each that is answered."""
    store = Store.open(f"sqlite:///{path}")
    store.take_epoch()
    number = len(store.load().groups)
    writer = Writer(store)
    free = threading.Semaphore(OPEN_AT_ONCE)
    say(f"PID {os.getpid()}")
    while True:
        free.acquire()
        number += 1
        writer.submit(a_decision(number), answer_to(number, free))


def answer_to(number: int, free: threading.Semaphore) -> Callable[[BaseException | None], None]:
    """What says that decision `number` is stored, and lets the next one in."""

    def done(failure: BaseException | None) -> None:
        if failure is not None:
            raise failure
        say(f"ACK {number}")
        free.release()

    return done


def main() -> None:
    """Serve until standard input closes."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                write_until_killed(line.strip())
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        say(f"DEAD {child}")


if __name__ == "__main__":
    main()
