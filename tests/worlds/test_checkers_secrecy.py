"""`secrecy`: what it lets pass and what it does not."""

from __future__ import annotations

from simulator.worlds.checkers.secrecy import secrecy
from tests.worlds.history import History, messages, shown


def one_code() -> History:
    history = History()
    history.saves(history.row("4711"), group=history.group())
    return history


def test_tokens_numbers_and_parts_of_words_are_no_pins() -> None:
    history = one_code()
    history.tell("gateway", "gateway.code.gone", lock="front", pin="pin:4711")
    history.tell("gateway", "gateway.clock.off", lock="front", by_us="4711")
    history.tell("gateway", "gateway.device.apart", lock="front", rules="cannot_contain_4711")
    history.outputs += ["request a4711b refused", "at 2030-4711", "14711"]
    history.calls("/access_codes/list", {}, 400, {"error": {"message": "of door-4711"}})
    assert messages(secrecy, history) == []


def test_digits_in_the_trace() -> None:
    history = one_code()
    history.tell("gateway", "gateway.note", words="took 4711 out")
    assert messages(secrecy, history) == [
        "the digits of pin:4711 stand in the trace (gateway.note)"
    ]


def test_digits_in_a_line_of_output() -> None:
    history = one_code()
    history.outputs.append("latchbench: took 4711 out")
    assert messages(secrecy, history) == ["the digits of pin:4711 stand in a line of output"]


def test_digits_in_an_error() -> None:
    history = one_code()
    history.calls("/access_codes/create", {}, 400, {"error": {"message": "4711 is in use"}})
    assert messages(secrecy, history) == ["the digits of pin:4711 stand in an error"]


def test_a_code_that_only_its_caller_knew() -> None:
    history = History()
    history.calls("/access_codes/create", {"code": "4711"}, 400, {"error": {"message": "4711!"}})
    assert messages(secrecy, history) == ["the digits of pin:4711 stand in an error"]


def test_an_answer_may_show_the_code_that_it_is_about() -> None:
    history = one_code()
    history.lists(shown("4711"))
    assert messages(secrecy, history) == []
