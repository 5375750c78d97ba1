"""HTML and SVG in which every text is escaped unless it was made here.

`tag("a", "<b>", href="#x")` gives `<a href="#x">&lt;b&gt;</a>`. A child that is `Markup` stands as
it is, and only `tag` and `page` make any.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from simulator.scenario.reports.plain import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

Attribute = str | int | bool | None
_EMPTY: Final = frozenset({"meta", "br"})
_CLOSED: Final = frozenset({"rect", "line", "path", "circle", "use"})  # of SVG


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | Markup


def tag(name: str, /, *children: Child | Iterable[Child], **attributes: Attribute) -> Markup:
    """One element. `class_` is the attribute class, `aria_label` aria-label; None and False: none.

    Whole numbers are right for SVG's coordinates.
    """
    start = f"<{name}{''.join(_attribute(*item) for item in attributes.items())}"
    if name in _EMPTY:
        return Markup(f"{start}>")
    if name in _CLOSED and not children:
        return Markup(f"{start}/>")
    return Markup(f"{start}>{''.join(_content(child) for child in children)}</{name}>")


def page(*children: Markup, lang: str) -> bytes:
    """A whole document, in UTF-8."""
    return f"<!doctype html>\n{tag('html', *children, lang=lang)}\n".encode()


def joined(parts: Iterable[Child]) -> Markup:
    """Elements one after the other."""
    return Markup("".join(map(_content, parts)))


def _content(child: Child | Iterable[Child]) -> str:
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return _text(child)
    return "\n".join(map(_content, child))


def _text(text: str) -> str:
    return "\n".join(escape(printable(line)) for line in text.split("\n"))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    plain = name.rstrip("_").replace("_", "-")
    return f" {plain}" if value is True else f' {plain}="{_text(str(value))}"'
