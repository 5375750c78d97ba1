"""The grammar as JSON Schema, for editors: completion, the words that fit, what a key is for.

Everything comes from what the reader itself reads by: the models and their docstrings, what each
reader of a value tells (`told`), the shapes of expectations, the table of verbs. `validate` stays
the judge: a schema knows nothing of lock names and saved answers. Any value may be `${...}`.
"""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from simulator.scenario.always import INVARIANTS
from simulator.scenario.event_matchers import EVENT
from simulator.scenario.expectations import DEVICE, KEYPAD, ROW
from simulator.scenario.outline import STEP_KEYS
from simulator.scenario.schema import File
from simulator.scenario.shapes import OPERATORS, Shape
from simulator.scenario.told import ByLock, ListOf, told_by
from simulator.scenario.triggers import WORLD_VERBS
from simulator.scenario.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.scenario.fields import Strict
    from simulator.scenario.verbs import Verb

FILE_NAME: Final = "scenario-v1.schema.json"
# The first lines of a file are for editors: that of VS Code and others, and that of JetBrains.
EDITOR_LINES: Final = f"""\
# yaml-language-server: $schema=./{FILE_NAME}
# $schema: ./{FILE_NAME}
"""

# The newest that every editor reads.
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
# Shapes that stand in many places have a name.
_SHAPES: Final = {
    "AccessCode": ROW,
    "DeviceTruth": DEVICE,
    "KeypadAnswer": KEYPAD,
    "TraceEvent": EVENT,
}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


_OPERATORS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What the value must be; several must all hold.",
    "properties": {
        **{name: {} for name in OPERATORS},
        "in": {"type": "array", "minItems": 1},
        "any_of": {"type": "array", "minItems": 1},
        "matches": {"type": "string"},
        "lt": {"type": "number"},
        "gt": {"type": "number"},
        "between": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "absent": {"type": "boolean"},
        "same_as": {"type": "string"},
    },
    "minProperties": 1,
    "additionalProperties": False,
}
_WHEN: Final = {
    "type": "object",
    "description": "Only in the cases of the matrix in which each variable has one of its values.",
    "minProperties": 1,
}
_MATRIX: Final = {
    "type": "object",
    "description": "A list of values for each variable; every combination is a case.",
    "properties": {
        "exclude": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Takes out the cases that fit.",
        },
        "include": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Adds whole cases.",
        },
    },
    "additionalProperties": {"type": "array", "minItems": 1},
}
_ALWAYS: Final = {
    "type": "array",
    "items": {
        "anyOf": [
            {"enum": list(INVARIANTS)},
            {
                "type": "object",
                "properties": {word: {"const": True} for word in INVARIANTS},
                "minProperties": 1,
                "additionalProperties": False,
            },
        ]
    },
    "minItems": 1,
    "description": "What must hold after every event.",
}
_VARS: Final = {"type": "object", "description": "Values, filled in as ${name}."}


def export() -> dict[str, Any]:
    """The schema of scenario and fleet files."""
    models = dict.fromkeys(_models())
    _, whole = models_json_schema([(m, "validation") for m in models], schema_generator=_Generator)
    defs: dict[str, Any] = dict(whole["$defs"])
    top = defs.pop(File.__name__)
    defs |= {name: _fields(shape) for name, shape in _SHAPES.items()}
    defs["Matcher"] = _OPERATORS
    defs["Variable"] = {
        "type": "string",
        "pattern": r"\$\{",
        "description": "A variable of the matrix or of vars, or what an earlier step saved.",
    }
    defs["When"] = _WHEN
    defs["Step"] = _step(defs)
    defs["Trigger"] = _trigger(defs)
    steps = {"type": "array", "items": _ref("Step"), "minItems": 1}
    properties = {**top["properties"], "vars": _VARS, "matrix": _MATRIX}
    properties["always"] = _ALWAYS
    properties["on_event"] = {
        "type": "array",
        "items": _ref("Trigger"),
        "minItems": 1,
        "description": "What is done right when something happens.",
    }
    properties["steps"] = {**steps, "description": "What is done, one after the other."}
    properties["finally"] = {**steps, "description": "Steps at the end, whatever happened."}
    return {
        "$schema": _DIALECT,
        "title": "latchbench scenario",
        **{key: value for key, value in top.items() if key != "description"},
        "properties": properties,
        "$defs": {name: defs[name] for name in sorted(_used(properties, defs))},
    }


def _used(schema: object, defs: Mapping[str, Any]) -> set[str]:
    """The names of what `schema` refers to, and what that refers to."""
    used: set[str] = set()
    open_ends = [schema]
    while open_ends:
        part = open_ends.pop()
        if isinstance(part, list):
            open_ends += part
        elif isinstance(part, dict):
            open_ends += part.values()
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in used:
                used.add(name)
                open_ends.append(defs[name])
    return used


def export_text() -> str:
    """The schema as the file that is committed."""
    return json.dumps(export(), indent=1, ensure_ascii=False) + "\n"


def _models() -> Iterator[type[Strict]]:
    yield File
    for verb in VERBS.values():
        if verb.body is not None:
            yield verb.body
        told = told_by(verb.expects)
        if inspect.isclass(told):
            yield told


class _Generator(GenerateJsonSchema):
    """Pydantic's own, with what our readers tell, and nothing about values inside the program."""

    def function_plain_schema(self, schema: Any) -> dict[str, Any]:
        """What the reader of a value tells."""
        return _rendered(told_by(schema["function"]["function"]))

    def default_schema(self, schema: Any) -> dict[str, Any]:
        """Without the default: it is what the program works with, not what a file says."""
        inner: dict[str, Any] = self.generate_inner(schema["schema"])
        return inner

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Titles would only repeat the keys."""
        del schema
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:
        """A map, or what may stand for it: a variable, nothing, its most important key's value."""
        model: type[Strict] = schema["cls"]
        written: dict[str, Any] = super().model_schema(schema)
        written.pop("title", None)
        written["description"] = " ".join((inspect.getdoc(model) or "").split())
        if model is File:
            return written
        others = [_ref("Variable")]
        if model.shorthand is not None:
            others.append(written["properties"][model.shorthand])
        if not written.get("required"):
            others.append({"type": "null"})
        return {"anyOf": [written, *others]}


def _rendered(told: Any) -> dict[str, Any]:
    """As schema what a reader tells."""
    if isinstance(told, Shape):
        return _value(told)
    if isinstance(told, ByLock):
        return _or_variable(_by_lock(told))
    if isinstance(told, ListOf):
        items = {"type": "array", "items": _value(told.shape), "minItems": 1}
        return _or_variable(items)
    if inspect.isclass(told):
        return _ref(told.__name__)
    return _or_variable(dict(told)) if told is not None else {}


def _by_lock(told: ByLock) -> dict[str, Any]:
    """A map from lock names and patterns; which locks there are the file says."""
    return {"type": "object", "additionalProperties": _value(told.shape), "minProperties": 1}


def _or_variable(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type", ())
    takes_text = kinds == "string" or (isinstance(kinds, list) and "string" in kinds)
    if takes_text and "pattern" not in schema:
        return schema
    return {"anyOf": [schema, _ref("Variable")]}


# Shapes.


def _value(shape: Shape) -> dict[str, Any]:
    """What can be written where a value of this shape is expected."""
    name = next((name for name, known in _SHAPES.items() if known is shape), None)
    if name is not None:
        return {"anyOf": [_ref(name), _ref("Matcher"), _ref("Variable")]}
    if shape.kind == "any":
        return {}
    if shape.kind == "masked":
        absent = {"type": "object", "properties": {"absent": {"type": "boolean"}}}
        return {**absent, "required": ["absent"], "additionalProperties": False}
    if shape.kind == "slots":
        return _or_variable({"type": "object", "additionalProperties": _value(Shape("pin"))})
    plain = _plain(shape)
    return {"anyOf": [plain, _ref("Matcher"), _ref("Variable")]}


def _plain(shape: Shape) -> dict[str, Any]:
    if shape.kind == "map":
        return _fields(shape)
    if shape.kind == "list":
        return {"type": ["array", "null"], "items": _value(shape.item or Shape())}
    if shape.words:
        return {"enum": [*shape.words, *([] if shape.kind == "trace" else [None])]}
    kinds = {
        "flag": ["boolean"],
        "number": ["number"],
        "text": ["string", "null"],
        "trace": ["string", "number", "boolean"],
        "pin": ["string", "null"],
        "some": ["string"],
        "none": ["string"],
    }
    return {"type": kinds[shape.kind]}


def _fields(shape: Shape) -> dict[str, Any]:
    """A map with the fields of a shape."""
    return {
        "type": "object",
        "properties": {name: _value(inner) for name, inner in shape.fields.items()},
        "minProperties": 1,
        "additionalProperties": _value(shape.item or Shape()) if shape.open else False,
    }


# Steps.


def _step(defs: Mapping[str, Any]) -> dict[str, Any]:
    """One verb, the keys beside it, and for each verb what stands there."""
    keys = {
        "name": {"type": "string"},
        "when": _ref("When"),
        "save_as": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
        "expect": {},
        "background": {"type": "boolean"},
        "timeout": _or_variable({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}),
        "repeat": _or_variable({"type": "integer", "minimum": 1}),
    }
    properties = {key: {**keys[key], "description": STEP_KEYS[key]} for key in STEP_KEYS}
    for name, verb in VERBS.items():
        properties[name] = _under(verb, defs)
    return {
        "type": "object",
        "description": "One thing that is done or looked at.",
        "properties": properties,
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in VERBS],
        "allOf": [
            {"if": {"required": [name]}, "then": {"properties": _beside(verb, defs)}}
            for name, verb in VERBS.items()
        ],
    }


def _trigger(defs: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of `on_event`: an event, how often, and what is done to the world then."""
    verbs = [name for name in WORLD_VERBS if name in VERBS]
    act = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            **{name: _under(VERBS[name], defs) for name in verbs},
        },
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in verbs],
    }
    often = _or_variable({"type": "integer", "minimum": 1})
    return {
        "type": "object",
        "description": "Each time that `count` events fit `match`, all of `do` is done.",
        "properties": {
            "match": _value(EVENT),
            "count": {**often, "description": "How many events it takes; 1 by default."},
            "times": {**often, "description": "How often it is done in all; 1 by default."},
            "do": {"type": "array", "items": act, "minItems": 1},
            "when": _ref("When"),
        },
        "required": ["match", "do"],
        "additionalProperties": False,
    }


def _under(verb: Verb, defs: Mapping[str, Any]) -> dict[str, Any]:
    if verb.body is not None:
        description = defs[verb.body.__name__]["anyOf"][0]["description"]
        return {**_ref(verb.body.__name__), "description": description}
    return _alternatives(told_by(verb.expects), defs)


def _beside(verb: Verb, defs: Mapping[str, Any]) -> dict[str, Any]:
    """The keys whose meaning, or whose right to be there, depends on the verb."""
    beside: dict[str, Any] = {}
    if verb.body is not None and verb.expects is not None:
        beside["expect"] = _alternatives(told_by(verb.expects), defs)
    elif not verb.awaits:
        beside["expect"] = False
    if not verb.is_call:
        beside["background"] = {"const": False}
        if not verb.saves:
            beside["save_as"] = False
    if not (verb.is_call or verb.awaits):
        beside["timeout"] = False
    return beside


def _alternatives(told: Any, defs: Mapping[str, Any]) -> dict[str, Any]:
    """What is expected, as one map or a list of maps, each with a `when` of its own."""
    one = _map_of(told, defs)
    alternative = {**one, "properties": {"when": _ref("When"), **one.get("properties", {})}}
    several = {"type": "array", "items": alternative, "minItems": 1}
    matchers = [_ref("Matcher")] if isinstance(told, Shape) else []
    description = {"description": one["description"]} if "description" in one else {}
    return {**description, "anyOf": [alternative, several, *matchers, _ref("Variable")]}


def _map_of(told: Any, defs: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(told, Shape):
        return _fields(told)
    if isinstance(told, ByLock):
        return _by_lock(told)
    one: dict[str, Any] = defs[told.__name__]["anyOf"][0]
    return one
