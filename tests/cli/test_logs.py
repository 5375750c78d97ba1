"""What libraries log becomes one line without the text of an exception."""

from __future__ import annotations

import asyncio
import logging
import sys

from latchbench.logs import OneLine, is_news

CANARY = "75318642"


def raise_it(error: BaseException | None) -> None:
    if error is not None:
        raise error


STOPPED = "Aborting method [%s] due to server stop."  # grpc's aio/server.pyx.pxi


def a_record(error: BaseException | None, message: str = "Unexpected error") -> logging.LogRecord:
    """What a library's `log.exception` makes."""
    info = None
    try:
        raise_it(error)
    except BaseException:  # noqa: BLE001 - caught to be logged, whatever it is
        info = sys.exc_info()
    return logging.LogRecord("grpc", logging.ERROR, __file__, 1, message, None, info)


def test_an_exception_is_its_kind_and_its_place() -> None:
    line = OneLine().format(a_record(KeyError(CANARY)))
    assert line.startswith("latchbench: Unexpected error: KeyError (at test_logs.py:")
    assert CANARY not in line
    assert "\n" not in line


def test_what_a_library_goes_on_to_say_about_an_exception_is_cut_off() -> None:
    message = f"Task exception was never retrieved\nfuture: <Task exception=KeyError('{CANARY}')>"
    line = OneLine().format(a_record(KeyError(CANARY), message))
    assert line.startswith("latchbench: Task exception was never retrieved: KeyError (at ")
    assert CANARY not in line


def test_a_message_without_an_exception_is_kept_whole() -> None:
    assert OneLine().format(a_record(None, "first\n  second")) == "latchbench: first\n  second"


def test_a_call_that_was_cut_off_is_no_news() -> None:
    assert not is_news(a_record(asyncio.CancelledError()))
    assert is_news(a_record(ValueError()))
    assert is_news(a_record(None))


def test_a_stream_that_was_open_when_its_server_stopped_is_no_news() -> None:
    assert not is_news(a_record(None, STOPPED))
