"""JSON Schema as far as our own schema uses it: whether a value fits, in forty lines.

Editors have real validators; this one is here because the tests have none, and it refuses a schema
that uses a word which it does not know.
"""

from __future__ import annotations

import re
from typing import Any

KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}
# Words about a value, and words for people.
CHECKED = {
    "$ref", "type", "enum", "const", "properties", "patternProperties", "additionalProperties",
    "required", "minProperties", "items", "minItems", "maxItems", "minLength", "pattern", "minimum",
    "maximum", "exclusiveMinimum", "anyOf", "oneOf", "allOf", "if", "then",
}  # fmt: skip
TOLD = {"$schema", "$defs", "title", "description", "examples"}


def is_kind(value: object, kind: str) -> bool:
    """Whether a value is of a type of JSON."""
    if kind in ("number", "integer"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (kind == "number" or float(str(value)).is_integer())
    return isinstance(value, KINDS[kind])


class Checker:
    """Judges values by one schema. Raises `KeyError` at a word that it does not know."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root

    def fits(self, value: object, schema: Any = None) -> bool:
        """Whether the value is right by `schema`, or by the root."""
        schema = self._root if schema is None else schema
        if isinstance(schema, bool):
            return schema
        unknown = schema.keys() - CHECKED - TOLD
        if unknown:
            raise KeyError(*unknown)
        if "$ref" in schema:
            return self.fits(value, self._root["$defs"][schema["$ref"].rpartition("/")[2]])
        return (
            self._scalar(value, schema) and self._inner(value, schema) and self._all(value, schema)
        )

    def _scalar(self, value: Any, schema: dict[str, Any]) -> bool:
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        same = [one for one in schema.get("enum", ()) if one == value and type(one) is type(value)]
        is_text = isinstance(value, str)
        is_number = is_kind(value, "number")
        return not (
            (kinds and not any(is_kind(value, kind) for kind in kinds))
            or ("enum" in schema and not same)
            or ("const" in schema and schema["const"] != value)
            or (is_text and len(value) < schema.get("minLength", 0))
            or (is_text and not re.search(schema.get("pattern", ""), value))
            or (is_number and value < schema.get("minimum", value))
            or (is_number and value > schema.get("maximum", value))
            or (is_number and value <= schema.get("exclusiveMinimum", value - 1))
        )

    def _inner(self, value: Any, schema: dict[str, Any]) -> bool:
        if isinstance(value, list):
            most = schema.get("maxItems", len(value))
            in_range = schema.get("minItems", 0) <= len(value) <= most
            return in_range and all(self.fits(item, schema.get("items", True)) for item in value)
        if not isinstance(value, dict):
            return True
        named = set(schema.get("required", ())) <= value.keys()
        return (
            named
            and len(value) >= schema.get("minProperties", 0)
            and all(self._property(key, inner, schema) for key, inner in value.items())
        )

    def _property(self, key: str, value: object, schema: dict[str, Any]) -> bool:
        if key in schema.get("properties", {}):
            return self.fits(value, schema["properties"][key])
        for pattern, inner in schema.get("patternProperties", {}).items():
            if re.search(pattern, key):
                return self.fits(value, inner)
        return self.fits(value, schema.get("additionalProperties", True))

    def _all(self, value: object, schema: dict[str, Any]) -> bool:
        def count(word: str) -> int:
            return sum(self.fits(value, one) for one in schema[word])

        applies = "if" in schema and self.fits(value, schema["if"])
        return (
            ("anyOf" not in schema or count("anyOf") > 0)
            and ("oneOf" not in schema or count("oneOf") == 1)
            and ("allOf" not in schema or count("allOf") == len(schema["allOf"]))
            and (not applies or self.fits(value, schema["then"]))
        )
