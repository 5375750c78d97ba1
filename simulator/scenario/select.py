"""Which cases to run: `-k "rollback and not (policy=throw or slow)"`.

A word is found, whatever its case, in the path of the file, the scenario's name, the case's id and
its tags. Words are joined by `and`, `or`, `not` and parentheses; what has blanks or parentheses in
it, or is one of those three, stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

# Gives whether a case that is described by these texts is meant; they are in lower case.
Wanted = Callable[[Iterable[str]], bool]

DEPTH_MAX: Final = 50
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<mark>[()])|"(?P<d>[^"]*)"|'(?P<s>[^']*)'|(?P<word>[^\s()"']+))"""
)
_JOINTS: Final = frozenset({"and", "or", "not"})


class BadExpression(ValueError):
    """The text is no expression. `at` is the index of the character where that shows."""

    def __init__(self, text: str, at: int, what: str) -> None:
        self.at = at
        super().__init__(f"{what}\n    {text}\n    {' ' * at}^")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, or with `mark` one of `(`, `)`, `and`, `or`, `not`."""

    text: str
    at: int
    mark: bool


def parse_expression(text: str) -> Wanted:
    """What the expression asks for. Raises `BadExpression`."""
    return _Parser(text).whole()


def described(*texts: str) -> tuple[str, ...]:
    """The texts that describe a case, as `Wanted` takes them."""
    return tuple(text.lower() for text in texts)


class _Parser:
    def __init__(self, text: str) -> None:
        # The caret must stand below its character: a tab or a line break would move it.
        self._text = re.sub(r"\s", " ", text)
        self._tokens = list(self._read())
        self._next = 0
        self._depth = 0

    def whole(self) -> Wanted:
        """The whole text as one expression."""
        wanted = self._either()
        token = self._peek()
        if token is None:
            return wanted
        if token.text == ")" and token.mark:
            raise self._bad("this ) was never opened", token)
        raise self._bad("'and' or 'or' is missing here; words with blanks stand in quotes", token)

    def _read(self) -> Iterable[_Token]:
        at = 0
        end = len(self._text.rstrip())
        while at < end:
            found = _TOKEN.match(self._text, at)
            if found is None:
                at += len(self._text[at:]) - len(self._text[at:].lstrip())
                raise BadExpression(self._text, at, "this quote is never closed")
            kind = found.lastgroup or "word"
            text = found[kind]
            is_mark = kind == "mark" or (kind == "word" and text.lower() in _JOINTS)
            start = found.start(kind) - (kind in ("d", "s"))
            yield _Token(text.lower(), start, is_mark)
            at = found.end()

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _takes(self, mark: str) -> _Token | None:
        token = self._peek()
        if token is None or not token.mark or token.text != mark:
            return None
        self._next += 1
        return token

    def _bad(self, what: str, token: _Token | None) -> BadExpression:
        return BadExpression(
            self._text, len(self._text.rstrip()) if token is None else token.at, what
        )

    def _either(self) -> Wanted:
        sides = [self._both()]
        while self._takes("or"):
            sides.append(self._both())
        return sides[0] if len(sides) == 1 else lambda texts: any(side(texts) for side in sides)

    def _both(self) -> Wanted:
        sides = [self._one()]
        while self._takes("and"):
            sides.append(self._one())
        return sides[0] if len(sides) == 1 else lambda texts: all(side(texts) for side in sides)

    def _one(self) -> Wanted:
        self._depth += 1
        try:
            token = self._peek()
            if self._depth > DEPTH_MAX:
                raise self._bad(f"this is nested more than {DEPTH_MAX} deep", token)
            if self._takes("not"):
                inner = self._one()
                return lambda texts: not inner(texts)
            opening = self._takes("(")
            if opening is None:
                return self._word()
            inside = self._either()
            if not self._takes(")"):
                raise self._bad("this ( is never closed", opening)
            return inside
        finally:
            self._depth -= 1

    def _word(self) -> Wanted:
        token = self._peek()
        if token is None or token.mark:
            raise self._bad("a word is missing here", token)
        if not token.text:
            raise self._bad("an empty word is found everywhere", token)
        self._next += 1
        return lambda texts: any(token.text in text for text in texts)
