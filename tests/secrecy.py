"""Fails a test that passes and leaves a PIN in what was captured of it: output, errors and logs.

A plugin of pytest, on in every run of these tests: see `tests/conftest.py`. What the hosts and
gateways of a bench write goes to the same place, so it is looked at too. PINs are all that were
made while the test ran, its fixtures included; a number beside `pid` is none. A test that is to
show one, because it plants a leak, says so: `@pytest.mark.shows_a_pin`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Collection, Generator

DIGITS_MIN: Final = 4
SHOWS: Final = "shows_a_pin"
# Whole words of digits: neither a part of a larger number or a name, nor an address or a time.
_DIGITS: Final = re.compile(r"(?<![0-9A-Za-z_:.\-])(?<!pid )[0-9]{4,10}(?![0-9A-Za-z_:\-]|\.[0-9])")


def leaks(text: str, pins: Collection[str]) -> list[str]:
    """Where a text shows one of the PINs, with what stands before it; the digits left out."""
    found = (match for match in _DIGITS.finditer(text) if match[0] in pins)
    return [f"...{text[max(0, match.start() - 60) : match.start()]}<a PIN>" for match in found]


class Watch:
    """Knows the PINs that were made since the last test began."""

    def __init__(self) -> None:
        self.pins: set[str] = set()
        self._make = Pin.__init__

    def begin(self) -> None:
        """Notice each PIN from now on."""
        watch, make = self, self._make

        def make_and_notice(pin: Pin, digits: str) -> None:
            make(pin, digits)
            if len(digits) >= DIGITS_MIN:
                watch.pins.add(digits)

        Pin.__init__ = make_and_notice  # type: ignore[assignment,method-assign]

    def end(self) -> None:
        """Notice none any more."""
        Pin.__init__ = self._make  # type: ignore[method-assign]


_WATCH: Final = Watch()


def pytest_configure(config: pytest.Config) -> None:
    """From the first collected file on."""
    config.addinivalue_line("markers", f"{SHOWS}: what is captured may show a PIN")
    _WATCH.begin()


def pytest_unconfigure() -> None:
    """Leave the type as it was."""
    _WATCH.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that passed does not if something of it shows a PIN."""
    report = yield
    if report.when == "teardown" and item.get_closest_marker(SHOWS) is None:
        found = leaks("\n".join(content for _, content in report.sections), _WATCH.pins)
        if report.passed and found:
            report.outcome = "failed"
            report.longrepr = "a PIN stands in what was captured:\n" + "\n".join(found)
    if report.when == "teardown":
        _WATCH.pins.clear()
    return report
