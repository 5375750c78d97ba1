"""The file of two banks. The oracle is the list of contents that were written, by number."""

from __future__ import annotations

import random
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.host.banks import (
    BANK_BYTES_MIN,
    HEADER_BYTES,
    BankFile,
    NoWholeBank,
    encode,
    newest,
    place_for,
)

if TYPE_CHECKING:
    from pathlib import Path


def content(number: int, size: int = 300) -> bytes:
    """The nth content, different in every byte from its neighbours."""
    return random.Random(number).randbytes(size).hex().encode()[:size]


def test_the_newest_content_is_read_back(tmp_path: Path) -> None:
    file = BankFile.create(tmp_path / "lock.nvm", content(1))
    for number in range(2, 10):
        file.write(content(number))
        again, held = BankFile.open(tmp_path / "lock.nvm")
        assert held == content(number)
        assert again.generation == file.generation == number


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    BankFile.create(tmp_path / "lock.nvm", content(1))
    assert stat.S_IMODE((tmp_path / "lock.nvm").stat().st_mode) == 0o600


def test_a_file_that_is_created_leaves_no_draft_behind(tmp_path: Path) -> None:
    BankFile.create(tmp_path / "lock.nvm", content(1))
    assert [path.name for path in tmp_path.iterdir()] == ["lock.nvm"]


def before_and_after(path: Path, sizes: list[int]) -> tuple[bytes, bytes]:
    """The file's bytes before and after the last of the writes of these sizes."""
    file = BankFile.create(path, content(1, sizes[0]))
    before = path.read_bytes()
    for number, size in enumerate(sizes[1:], start=2):
        before = path.read_bytes()
        file.write(content(number, size))
    return before, path.read_bytes()


def torn(before: bytes, after: bytes, first: int, last: int) -> bytes:
    """A write of which only the bytes from `first` to `last` reached the disk."""
    image = bytearray(before.ljust(min(len(after), max(len(before), last)), b"\0"))
    image[first:last] = after[first:last]
    return bytes(image)


SIZES = pytest.mark.parametrize(
    "sizes", [[200, 200], [200, 200, 200], [200, 300, 5000], [200, 300, 5000, 9000, 100]]
)


@SIZES
def test_a_tear_at_any_byte_loses_nothing_but_the_open_write(
    tmp_path: Path, sizes: list[int]
) -> None:
    before, after = before_and_after(tmp_path / "lock.nvm", sizes)
    count = len(sizes)
    allowed = {content(count - 1, sizes[-2]), content(count, sizes[-1])}
    for cut in range(len(after) + 1):
        for image in (torn(before, after, 0, cut), torn(before, after, cut, len(after))):
            assert newest(image).content in allowed


def test_a_tear_of_random_pages_loses_nothing_but_the_open_write(tmp_path: Path) -> None:
    before, after = before_and_after(tmp_path / "lock.nvm", [20_000, 21_000, 22_000])
    rng = random.Random(1)
    seen = set()
    for _ in range(500):
        image = bytearray(before.ljust(len(after), b"\0"))
        for start in range(0, len(after), 512):
            if rng.random() < 0.9:
                image[start : start + 512] = after[start : start + 512]
        seen.add(newest(bytes(image)).generation)
    assert seen == {2, 3}


def test_after_a_torn_write_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "lock.nvm"
    before, after = before_and_after(path, [200, 300, 5000])
    for cut in range(0, len(after), 97):
        path.write_bytes(torn(before, after, 0, cut))
        file, held = BankFile.open(path)
        assert held in (content(2, 300), content(3, 5000))
        for number, size in ((4, 4100), (5, 100), (6, 9000), (7, 9000)):
            file.write(content(number, size))
            assert BankFile.open(path)[1] == content(number, size)


def test_a_flipped_bit_gives_the_newest_or_the_write_before_it_or_damage(tmp_path: Path) -> None:
    path = tmp_path / "lock.nvm"
    _, image = before_and_after(path, [200, 220])
    seen = []
    for at in range(len(image)):
        flipped = bytearray(image)
        flipped[at] ^= 1 << at % 8
        seen.append(newest(bytes(flipped)).content)
    assert set(seen) == {content(1, 200), content(2, 220)}
    # Only a flip inside the newest bank may cost it.
    assert seen.count(content(1, 200)) == HEADER_BYTES + 220


def test_flips_in_both_banks_are_damage_and_never_a_mixture(tmp_path: Path) -> None:
    _, image = before_and_after(tmp_path / "lock.nvm", [200, 220])
    rng = random.Random(2)
    for _ in range(500):
        flipped = bytearray(image)
        flipped[rng.randrange(HEADER_BYTES + 200)] ^= 1 << rng.randrange(8)
        flipped[BANK_BYTES_MIN + rng.randrange(HEADER_BYTES + 220)] ^= 1 << rng.randrange(8)
        with pytest.raises(NoWholeBank):
            newest(bytes(flipped))


def test_a_truncated_file_gives_what_is_whole_or_damage(tmp_path: Path) -> None:
    _, image = before_and_after(tmp_path / "lock.nvm", [200, 220])
    first_end, last_end = HEADER_BYTES + 200, BANK_BYTES_MIN + HEADER_BYTES + 220
    assert len(image) == last_end
    for length in range(last_end):
        if length < first_end:
            with pytest.raises(NoWholeBank):
                newest(image[:length])
        else:
            assert newest(image[:length]).content == content(1, 200)


def test_a_file_that_lost_its_second_bank_is_damage(tmp_path: Path) -> None:
    """Generation 3 stands in the first bank, so there must be a second one, from write 2."""
    _, image = before_and_after(tmp_path / "lock.nvm", [200, 220, 240])
    last_end = BANK_BYTES_MIN + HEADER_BYTES + 220
    assert len(image) == last_end
    assert newest(image).generation == 3
    header_end = BANK_BYTES_MIN + HEADER_BYTES
    for length in range(last_end):
        if BANK_BYTES_MIN < length < header_end:
            # As a write looks that was torn in its header; the newest bank is there all the same.
            assert newest(image[:length]).content == content(3, 240)
        else:
            with pytest.raises(NoWholeBank):
                newest(image[:length])


def test_an_older_bank_does_not_stand_in_for_one_that_was_cut_off(tmp_path: Path) -> None:
    """Write 2 is where the second bank was before write 3 became too large for that place."""
    _, image = before_and_after(tmp_path / "lock.nvm", [200, 220, 5_000, 240])
    assert (newest(image).at, newest(image).generation) == (0, 4)
    third_at = 2 * BANK_BYTES_MIN
    for length in (HEADER_BYTES + 240, BANK_BYTES_MIN, third_at, len(image) - 1):
        with pytest.raises(NoWholeBank):
            newest(image[:length])


def test_a_first_bank_alone_is_whole_when_it_is_from_the_first_write(tmp_path: Path) -> None:
    BankFile.create(tmp_path / "lock.nvm", content(1))
    image = (tmp_path / "lock.nvm").read_bytes()
    assert newest(image).generation == 1


@SIZES
def test_a_write_that_is_torn_on_purpose_loses_nothing_and_the_next_is_whole(
    tmp_path: Path, sizes: list[int]
) -> None:
    path = tmp_path / "lock.nvm"
    before_and_after(path, sizes)
    file, held = BankFile.open(path)
    generation = file.generation
    file.tear(content(99, 4_000))
    assert BankFile.open(path)[1] == held
    assert file.generation == BankFile.open(path)[0].generation == generation
    file.write(content(100, 300))
    assert BankFile.open(path)[1] == content(100, 300)


def test_an_empty_file_is_damage() -> None:
    with pytest.raises(NoWholeBank):
        newest(b"")


def test_content_that_could_look_like_a_bank_is_refused() -> None:
    with pytest.raises(ValueError, match="without NULs"):
        encode(1, b"a\0b")


@given(st.lists(st.integers(0, 3 * BANK_BYTES_MIN), min_size=1, max_size=12), st.data())
def test_no_write_touches_the_newest_bank(sizes: list[int], data: st.DataObject) -> None:
    held_at, held_end, second_at = 0, HEADER_BYTES, BANK_BYTES_MIN
    for size in sizes:
        size += HEADER_BYTES
        at = place_for(held_at, held_end, second_at, size)
        assert at + size <= held_at or at >= held_end
        held_at, held_end, second_at = at, at + size, at or second_at
        if data.draw(st.booleans(), label="the host starts again"):
            # What a new host knows of the second bank is only what it can see.
            second_at = held_at or place_for(0, held_end, BANK_BYTES_MIN, 0)


@given(st.lists(st.integers(0, 3 * BANK_BYTES_MIN), min_size=1, max_size=8))
def test_contents_of_any_sizes_are_read_back(sizes: list[int]) -> None:
    image = bytearray(encode(1, content(1, 10)))
    held_at, held_end, second_at = 0, len(image), BANK_BYTES_MIN
    for number, size in enumerate(sizes, start=2):
        bank = encode(number, content(number, size))
        at = place_for(held_at, held_end, second_at, len(bank))
        image.extend(b"\0" * (at + len(bank) - len(image)))
        image[at : at + len(bank)] = bank
        held_at, held_end, second_at = at, at + len(bank), at or second_at
        assert newest(bytes(image)).content == content(number, size)
