"""A file of two banks, written so that a torn write loses nothing but itself.

A bank is a header (magic, generation, length, CRC-32 of all of it) and content. Bank A begins at
byte 0, bank B at a power of two. A write goes to the bank that is not the newest, so the newest
whole one stays as it is whatever becomes of the write; the reader takes the whole bank with the
highest generation. When bank A would grow into bank B, the write goes behind B instead, to a higher
power of two, which is from then on where bank B begins. Nothing in the file says where: a reader
tries every power of two, and no content can look like a bank, because it is text without NULs.

A torn write never makes a file shorter. So a file that holds only the first of two banks, although
that one is not from the first write, was cut by something else, and a newer bank may have been in
what is gone: that is damage, and is not mended with what happens to be left. A cut inside the other
bank is told from a torn write as long as it leaves that bank's header whole and older. What cannot
be told is the loss of the newest bank itself when its header went with it: it looks like a write
that never ended.

There is no fsync. What must survive is the end of a host process, and the kernel keeps what a
killed process has written. The computer's own power loss is not a lock's power loss.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC: Final = b"\x89LBNVM\x00\n"
_HEAD: Final = struct.Struct(">8sQI")
_CRC: Final = struct.Struct(">I")
HEADER_BYTES: Final = _HEAD.size + _CRC.size
# A page: a bank that fits into one is mostly written at once even by a process that is killed.
BANK_BYTES_MIN: Final = 4096
_MODE: Final = 0o600
FIRST_GENERATION: Final = 1

assert len(MAGIC) == 8
assert BANK_BYTES_MIN > HEADER_BYTES


@dataclass(frozen=True, slots=True)
class Bank:
    """A whole bank: where it begins, which write it is from, and what it holds."""

    at: int
    generation: int
    content: bytes

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.at + HEADER_BYTES + len(self.content)


class NoWholeBank(ValueError):
    """The bytes hold no bank that is whole."""


def encode(generation: int, content: bytes) -> bytes:
    """A bank as bytes. Raises ValueError for content with a NUL, which could look like a bank."""
    if b"\0" in content:
        raise ValueError("the content of a bank is text without NULs")
    head = _HEAD.pack(MAGIC, generation, len(content))
    return head + _CRC.pack(zlib.crc32(content, zlib.crc32(head))) + content


def newest(image: bytes) -> Bank:
    """The newest whole bank of a file's bytes.

    Raises `NoWholeBank` when there is none, or when the file was cut and a newer one may have been
    in what is gone.
    """
    found = max(_whole_banks(image), key=lambda bank: bank.generation, default=None)
    if found is None:
        raise NoWholeBank(f"no bank of its {len(image)} bytes is whole")
    if found.at == 0 and found.generation > FIRST_GENERATION and _is_cut(image, found):
        raise NoWholeBank(
            f"the file was cut to {len(image)} bytes: its second bank is not there or not whole"
        )
    return found


def _is_cut(image: bytes, first: Bank) -> bool:
    """Whether the bank that was written before `first` is not there or not whole.

    It may also be overwritten in part, by the write after `first`: then a place for it shows no
    header, or a newer one. Older banks than it prove nothing, they stand where it once was.
    """
    at, may_be_torn = _power_of_two(first.end), False
    while at + HEADER_BYTES <= len(image):
        magic, generation, length = _HEAD.unpack_from(image, at)
        if magic == MAGIC and generation == first.generation - 1:
            return len(image) < at + HEADER_BYTES + int(length)
        may_be_torn = may_be_torn or magic != MAGIC or generation > first.generation
        at *= 2
    return not (may_be_torn or len(image) > at)


def _whole_banks(image: bytes) -> Iterator[Bank]:
    at = 0
    while at < len(image):
        bank = _bank_at(image, at)
        if bank is not None:
            yield bank
        at = max(at * 2, BANK_BYTES_MIN)


def _bank_at(image: bytes, at: int) -> Bank | None:
    start = at + HEADER_BYTES
    if len(image) < start:
        return None
    magic, generation, length = _HEAD.unpack_from(image, at)
    if magic != MAGIC or len(image) < start + length:
        return None
    content = image[start : start + length]
    (crc,) = _CRC.unpack_from(image, at + _HEAD.size)
    if crc != zlib.crc32(content, zlib.crc32(image[at : at + _HEAD.size])):
        return None
    return Bank(at, generation, content)


def place_for(held_at: int, held_end: int, second_at: int, size: int) -> int:
    """Where to write a bank of `size` bytes: never inside the newest, which is held_at to held_end.

    `second_at` is where bank B begins so far. The answer is 0, that, or a higher power of two.
    """
    if held_at == 0:
        return max(second_at, _power_of_two(held_end))
    return 0 if size <= held_at else _power_of_two(max(size, held_end))


def _power_of_two(least: int) -> int:
    at = BANK_BYTES_MIN
    while at < least:
        at *= 2
    return at


class BankFile:
    """One such file, open for writing. The file itself is opened for each write only.

    A host has up to a thousand of them, which is more than a process may have open by default.
    """

    def __init__(self, path: Path, held: Bank) -> None:
        self._path = path
        self._generation = held.generation
        self._at = held.at
        self._end = held.end
        self._second_at = held.at or _power_of_two(held.end)

    @property
    def generation(self) -> int:
        """Counts the writes of this file."""
        return self._generation

    @classmethod
    def create(cls, path: Path, content: bytes) -> BankFile:
        """A new file that holds `content`, or none at all. Raises OSError."""
        draft = path.with_name(f".{path.name}.new")
        _write_at(draft, 0, encode(FIRST_GENERATION, content), os.O_CREAT | os.O_TRUNC)
        os.replace(draft, path)
        return cls(path, Bank(0, FIRST_GENERATION, content))

    @classmethod
    def open(cls, path: Path) -> tuple[BankFile, bytes]:
        """The file at `path` and its newest content. Raises `NoWholeBank` and OSError."""
        held = newest(path.read_bytes())
        return cls(path, held), held.content

    def tear(self, content: bytes) -> None:
        """Write the first half of what would make `content` the newest, and no more.

        The next write goes to the same place. Raises OSError.
        """
        data, at = self._next_bank(content)
        _write_at(self._path, at, data[: len(data) // 2], 0)

    def _next_bank(self, content: bytes) -> tuple[bytes, int]:
        data = encode(self._generation + 1, content)
        return data, place_for(self._at, self._end, self._second_at, len(data))

    def write(self, content: bytes) -> None:
        """Make `content` the newest. Raises OSError when the disk does not take it."""
        data, at = self._next_bank(content)
        _write_at(self._path, at, data, 0)
        self._generation += 1
        self._at, self._end = at, at + len(data)
        self._second_at = at or self._second_at


def _write_at(path: Path, at: int, data: bytes, flags: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC | flags, _MODE)
    try:
        view = memoryview(data)
        while view:
            written = os.pwrite(file, view, at)
            view, at = view[written:], at + written
    finally:
        os.close(file)
