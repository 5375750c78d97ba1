"""What is refused before anybody asks what the file means, and where values stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario import source
from simulator.scenario.problems import ScenarioInvalid
from simulator.scenario.source import DEPTH_MAX, FILE_BYTES_MAX, Mark
from tests.scenario.helpers import pointed

if TYPE_CHECKING:
    from pathlib import Path


def problems(text: str) -> list[tuple[int, int, str]]:
    try:
        document = source.parse("x.yaml", text)
    except ScenarioInvalid as invalid:
        return [(p.line, p.col, p.message) for p in invalid.problems]
    return [(p.line, p.col, p.message) for p in document.problems]


def assert_refused(text: str, message: str) -> None:
    plain, places = pointed(text)
    found = problems(plain)
    assert [(line, col) for line, col, _ in found] == places, found
    assert all(said.startswith(message) for _, _, said in found), found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code: ▶0123", "digits with a leading zero must be in quotes"),
        ("code: ▶00", "digits with a leading zero must be in quotes"),
        ("code: ▶-012", "digits with a leading zero must be in quotes"),
        ("code: ▶007.5", "digits with a leading zero must be in quotes"),
        ("▶0123: x", "digits with a leading zero must be in quotes"),
        ("a: 1\nb: 2\n▶a: 3", "the key 'a' is already used on line 1"),
        ("a: {b: 1, ▶b: 2}", "the key 'b' is already used on line 1"),
        ("3: a\n▶'3': b", "the key '3' is already used on line 1"),
        ("a: ▶&x 1", "anchors (&name) are not read"),
        ("a: ▶&x [1]", "anchors (&name) are not read"),
        ("a: ▶!int 3", "tags (!name) are not read"),
        ("a: ▶!!str 0123", "tags (!name) are not read"),
        ("a: ▶! 3", "tags (!name) are not read"),
        ("a: ▶!py/object:os.system {}", "tags (!name) are not read"),
        ("▶<<: {a: 1}", "merge keys (<<) are not read"),
        ("? ▶[a]\n: 1", "a key must be plain text"),
        ("? ▶{a: [b]}\n: 1", "a key must be plain text"),
        ("?▶ \n: 1", "a key is missing before this ':'"),
        ("{▶'': 1}", "a key is missing before this ':'"),
        ("a: 1\n▶---\nb: 2", "a second document starts here"),
        ("▶yes: 1", "a bare 'yes' is true or false to some"),
        ("a: ▶Off", "a bare 'Off' is true or false to some"),
        ("a: [▶ON, ▶No]", "a bare "),
        ("a: ▶.inf", "a scenario has no use for a number that is not finite"),
        ("a: ▶.nan", "a scenario has no use for a number that is not finite"),
        ("a: ▶1e999", "a number of that many digits"),
        ("a: ▶1234567890123456", "a number of that many digits"),
        ("a: ▶0xffffffffffffffffffff", "a number of that many digits"),
        ("▶", "the file is empty"),
        ("▶# only a comment", "the file is empty"),
        ("a: b▶: c", "a ': ' does not fit here"),
        ('a: ▶"x', "this quote is never closed"),
        ("a: ▶'x\n\n\n", "this quote is never closed"),
        ("a: ▶[1, 2\n", "this [ is never closed"),
        ("a: ▶{b: 1\n\n", "this { is never closed"),
        ("a: [1, 2\nb▶: 3\n", "a comma or the closing ] is missing here"),
        ("a: {b: $▶{x}}", "inside { } and [ ] a ${...} must be in quotes"),
        ("a: [▶*]", "text that starts with * must be in quotes"),
        ("▶\ta: 1", "text cannot start with this character"),
        ("a: ▶@x", "text cannot start with this character"),
        ('a: "▶\\q"', "this \\ means nothing inside double quotes"),
        ("- a\n▶b: 1", "this line does not stand under the others of its list"),
        ("a: ▶\x07", "this control character is not allowed in YAML"),
        ("a: ü\nb: ▶\x07", "this control character is not allowed in YAML"),
        ("▶}", "a value is missing here, or this bracket closes nothing"),
        ("a: [▶}]", "a value is missing here, or this bracket closes nothing"),
        ("a: ▶[", "this [ is never closed"),
        ("a: [▶{b: ", "this { is never closed"),
        ("a: [[1], ▶[1,\n# no more\n", "this [ is never closed"),
        ("a: {b: 1 c▶: 2}", "a comma or the closing } is missing here"),
        ("▶%YAML 3.0\n---\na: 1", "this is not YAML: found incompatible YAML document"),
    ],
)
def test_what_two_readers_would_read_differently_is_refused_at_its_place(
    text: str, message: str
) -> None:
    assert_refused(text, message)


def test_an_alias_is_refused_where_it_is_used() -> None:
    found = problems("a: &x [1]\nb: *x\n")
    assert [(line, col) for line, col, _ in found] == [(1, 4), (2, 4)]
    assert found[1][2].startswith("aliases (*name) are not read")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("1e3", 1000.0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("3.", 3.0),
        ("'yes'", "yes"),
        ('"0123"', "0123"),
        ("'4821'", "4821"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2030-06-01", "2030-06-01"),
        ("+2h", "+2h"),
        ("yesterday", "yesterday"),
        ("n", "n"),
        ("0b1", "0b1"),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    document = source.parse("x.yaml", f"a: {written}\n")
    assert document.problems == ()
    assert isinstance(document.data, dict)
    read = document.data["a"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_always_text() -> None:
    assert source.parse("x.yaml", "3: a\ntrue: b\n1.5: c\n").data == {
        "3": "a",
        "true": "b",
        "1.5": "c",
    }


def test_every_key_and_value_has_its_place() -> None:
    text = "a: 1\nb:\n  - c: x\n    d: [10, 20]\n  - {e: y}\n"
    document = source.parse("x.yaml", text)
    assert document.mark(("a",)) == Mark(1, 4)
    assert document.mark(("a",), on_key=True) == Mark(1, 1)
    assert document.mark(("b", 0, "d"), on_key=True) == Mark(4, 5)
    assert document.mark(("b", 0, "d", 1)) == Mark(4, 13)
    assert document.mark(("b", 1, "e")) == Mark(5, 9)


def test_a_place_that_is_not_in_the_file_is_the_nearest_one_around_it() -> None:
    document = source.parse("x.yaml", "a:\n  b: [1]\n")
    assert document.mark(("a", "b", 7)) == Mark(2, 6)
    assert document.mark(("a", "missing", "deeper")) == Mark(2, 3)
    assert document.mark(("a", "missing"), on_key=True) == Mark(2, 3)
    assert document.mark(()) == Mark(1, 1)


def test_columns_count_characters_and_a_byte_order_mark_is_none(tmp_path: Path) -> None:
    assert_refused("ключ: {ü: ▶0123}", "digits")
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 0123\n")
    assert [(p.line, p.col) for p in source.load(str(path)).problems] == [(1, 4)]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_a_hundred_thousand_levels_are_refused_and_not_descended(opening: str) -> None:
    found = problems(opening * 100_000)
    assert len(found) == 1
    assert "nested more than" in found[0][2]


def test_the_deepest_file_that_is_read_has_that_many_levels() -> None:
    deep = "[" * DEPTH_MAX + "]" * DEPTH_MAX
    assert problems(deep) == []
    assert "nested more than" in problems(f"[{deep}]")[0][2]


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "VALUES_MAX", 50)
    assert problems("[" + "a," * 49 + "]") == []
    assert problems("[" + "a," * 50 + "]") == [(1, 100, "the file holds more than 50 values")]


def test_a_file_larger_than_a_mebibyte_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * (FILE_BYTES_MAX - 3))
    assert source.load(str(path)).problems == ()
    path.write_bytes(b"[" * (FILE_BYTES_MAX + 1))
    with pytest.raises(ScenarioInvalid, match="larger than 1 MiB"):
        source.load(str(path))


def test_bytes_that_are_no_utf_8_are_named_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: ü\nb: ".encode() + "Tür".encode("latin-1") + b"\n")
    with pytest.raises(ScenarioInvalid) as caught:
        source.load(str(path))
    assert [(p.line, p.col) for p in caught.value.problems] == [(2, 5)]
    assert "not UTF-8" in caught.value.problems[0].message


@pytest.mark.parametrize("name", ["missing.yaml", "", "nul\0byte.yaml"])
def test_a_file_that_cannot_be_opened_is_a_problem_and_no_traceback(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(ScenarioInvalid, match="the file cannot be read"):
        source.load(str(tmp_path / name))


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_raise_anything_else(text: str) -> None:
    problems(text)


@given(
    st.recursive(
        st.sampled_from(["a", "1", "'q'", "true", "null", "1.5", '"0123"', "-3"]),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
            st.lists(inner, max_size=3).map(
                lambda items: "{" + ", ".join(f"k{n}: {item}" for n, item in enumerate(items)) + "}"
            ),
        ),
        max_leaves=12,
    )
)
def test_harmless_yaml_means_what_the_reference_loader_says(text: str) -> None:
    document = source.parse("x.yaml", text)
    assert document.problems == ()
    assert document.data == yaml.safe_load(text)
