"""The signals by which a person, a service manager or a closed terminal ends a command."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def on_end_signals(end: Callable[[], object]) -> None:
    """Call `end` in the running loop at each of them, instead of dying at once.

    A signal that is ignored stays so: `nohup` means that the terminal may close.
    """
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        if number is signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end)
