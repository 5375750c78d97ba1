from __future__ import annotations

import pytest

from simulator.scenario.select import DEPTH_MAX, BadExpression, described, parse_expression

CASE = described(
    "scenarios/sharing/length-clash.yaml", "one lock takes Six", "policy=throw", "smoke"
)


@pytest.mark.parametrize(
    "expression",
    [
        "length",
        "SIX",
        "smoke",
        "policy=throw",
        "sharing/length-clash.yaml",
        "length and six",
        "nosuch or six",
        "not nosuch",
        "not not six",
        "nosuch and nosuch or six",
        "six or nosuch and nosuch",
        "(nosuch or six) and smoke",
        "not (nosuch or other)",
        "not nosuch and six",
        "'takes six'",
        '"takes six" and not "takes five"',
        "((six))",
        "six and(smoke)",
        "NOT nosuch AND six",
    ],
)
def test_a_case_that_fits_is_chosen(expression: str) -> None:
    assert parse_expression(expression)(CASE)


@pytest.mark.parametrize(
    "expression",
    [
        "nosuch",
        "not six",
        "six and nosuch",
        "nosuch or other",
        "not (six or nosuch)",
        "(six or nosuch) and other",
        "nosuch and six or other",
        "'takes  six'",
        "'not'",
    ],
)
def test_a_case_that_does_not_fit_is_left_out(expression: str) -> None:
    assert not parse_expression(expression)(CASE)


@pytest.mark.parametrize(
    ("expression", "at", "what"),
    [
        ("", 0, "a word is missing here"),
        ("   ", 0, "a word is missing here"),
        ("six and", 7, "a word is missing here"),
        ("and six", 0, "a word is missing here"),
        ("six or or smoke", 7, "a word is missing here"),
        ("not", 3, "a word is missing here"),
        ("()", 1, "a word is missing here"),
        ("(six", 0, "this ( is never closed"),
        ("six and (smoke", 8, "this ( is never closed"),
        ("six)", 3, "this ) was never opened"),
        ("takes six", 6, "'and' or 'or' is missing here"),
        ("six not smoke", 4, "'and' or 'or' is missing here"),
        ("six (smoke)", 4, "'and' or 'or' is missing here"),
        ("six and 'smoke", 8, "this quote is never closed"),
        ("six and ''", 8, "an empty word is found everywhere"),
        ("(" * 100_000, DEPTH_MAX, "nested more than 50 deep"),
        ("not " * 100_000, 4 * DEPTH_MAX, "nested more than 50 deep"),
    ],
)
def test_what_is_no_expression_is_told_with_its_place(expression: str, at: int, what: str) -> None:
    with pytest.raises(BadExpression, match=what.replace("(", r"\(").replace(")", r"\)")) as caught:
        parse_expression(expression)
    assert caught.value.at == at
    _, text, caret = str(caught.value).split("\n")
    assert caret.index("^") == at + 4
    assert text[4:] == expression


def test_the_caret_stands_below_its_character_whatever_blanks_there_are() -> None:
    with pytest.raises(BadExpression) as caught:
        parse_expression("six\tand\n)")
    assert str(caught.value).split("\n")[1:] == ["    six and )", "            ^"]
