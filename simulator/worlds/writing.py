"""Writes documents of the scenario language as people write them: a step on a line if it fits."""

from __future__ import annotations

import io
import re
from typing import Any, Final

import yaml

_WIDE: Final = 100
_ONE_LINE: Final = 75
_UNBOUNDED: Final = 1_000_000
# In how many levels under a key of the file there is a line for each entry.
_LEVELS: Final = {"locks": 1, "hubs": 1, "steps": 2, "finally": 2}
_PLAIN: Final = re.compile(r"[A-Za-z]([A-Za-z0-9 /_-]*[A-Za-z0-9])?|[0-9]+(ms|s|m|h|d)")


def dump(document: dict[str, Any] | list[dict[str, Any]]) -> str:
    """A scenario as text, or some steps of one: no anchors, and codes in quotes."""
    node = _Dumper(io.StringIO(), sort_keys=False).represent_data(document)
    if isinstance(node, yaml.MappingNode):
        node.flow_style = False
        for key, value in node.value:
            _open(value, _LEVELS.get(key.value, 0))
    else:
        _open(node, _LEVELS["steps"])
    return str(yaml.serialize(node, Dumper=_Dumper, width=_WIDE, allow_unicode=True))


def one_line(step: dict[str, Any]) -> str:
    """A step on one line, for reading alone."""
    node = _Dumper(io.StringIO(), sort_keys=False).represent_data(step)
    return ", ".join(f"{key.value}: {_on_one_line(value)}" for key, value in node.value)


def _on_one_line(node: yaml.Node) -> str:
    _open(node, 0, _UNBOUNDED)
    text = str(yaml.serialize(node, Dumper=_Dumper, width=_UNBOUNDED, allow_unicode=True))
    return text.removesuffix("...\n").strip()


def _open(node: yaml.Node, levels: int, most: int = _ONE_LINE) -> None:
    """A line for each entry in `levels` levels, and below them where one would be too long."""
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = levels == 0 and _length(node) < most
        for inner in _inner(node):
            _open(inner, max(0, levels - 1), most)


def _inner(node: yaml.CollectionNode) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return list(node.value)


def _length(node: yaml.Node) -> int:
    """Of all that stands in it, about."""
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 2
    if isinstance(node, yaml.MappingNode):
        return 2 + sum(_length(key) + _length(value) for key, value in node.value)
    return 2 + sum(map(_length, node.value))


class _Dumper(yaml.CSafeDumper):
    """Codes, and all that could be taken for something else, are in quotes."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.Node:
    style = None if _PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
