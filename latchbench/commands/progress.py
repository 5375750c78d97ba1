"""One line on a terminal that says how far a run is, and goes away."""

from __future__ import annotations

import sys
from typing import Any, Final

_NAME_MAX: Final = 60


class ProgressLine:
    """Shown on standard error while the work goes on, if that is a terminal and `shown` is true."""

    def __init__(self, total: int, *, shown: bool) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._failed = 0
        if shown and sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task("", total=total)
            self._bar.start()

    def begun(self, title: str) -> None:
        """Something is under way now."""
        if self._bar is not None:
            failed = f"{self._failed} failed  " if self._failed else ""
            self._bar.update(self._task, description=failed + title[:_NAME_MAX])

    def ended(self, *, failed: bool) -> None:
        """One more is done."""
        self._failed += failed
        if self._bar is not None:
            self._bar.advance(self._task)

    def aside(self) -> _Aside:
        """While this is entered the line is out of the way of what is printed."""
        return _Aside(self._bar)

    def close(self) -> None:
        """Take the line away. May be called again."""
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()


class _Aside:
    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def __enter__(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.start()


def _bar() -> Any:
    # Only a terminal pays for the import.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Column

    words = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    return Progress(
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False, table_column=words),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        expand=True,
    )
