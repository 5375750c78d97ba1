"""The base of the schema: models that complain in plain words and know the rest of the file.

`Strict` is a pydantic model whose complaints are ours. Each model words its own errors, because it
alone knows its keys, and hands them up as a `Trouble` with the place; so a nested model needs no
glue, and pydantic's own wording is never seen.

What a scalar means can depend on the rest of the file (a lock's name, a saved answer): that comes
in as `Known`, pydantic's validation context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from simulator.scenario.problems import (
    Finding,
    Gathering,
    Trouble,
    did_you_mean,
    kind_of,
    listed,
    shown,
    suggest,
)
from simulator.scenario.selectors import Roster, assign

if TYPE_CHECKING:
    from simulator.scenario.interpolate import Reference

Model = TypeVar("Model", bound="Strict")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Saved:
    """What an earlier step saves under a name.

    `names` can be asked for as `booking.code`, and `row_names` per lock, as
    `booking.devices.front.code`. `why_not` says why there is nothing, if so.
    """

    locks: tuple[str, ...]
    names: tuple[str, ...]
    row_names: tuple[str, ...]
    why_not: str | None = None

    def judge(self, reference: Reference) -> str | None:
        """Why `reference` names nothing of this, or None."""
        name, *inner = reference.parts
        if self.why_not is not None:
            return f"'{name}' is not saved here: {self.why_not}"
        if not inner:
            return f"say what of '{name}' is meant{_listed_as(name, self.names)}"
        if inner[0] == "devices" and self.row_names:
            return self._judge_row(name, inner[1:])
        if inner[0] not in self.names or len(inner) > 1:
            asked = ".".join(inner)
            return f"'{name}' has no {shown(asked)}{suggest(asked, self.names)}"
        return None

    def _judge_row(self, name: str, inner: list[str]) -> str | None:
        if len(inner) != 2:
            return f"name a lock and a field, as in {name}.devices.front.code"
        lock, asked = inner
        if lock not in self.locks:
            return f"'{name}' is not about a lock {shown(lock)}{suggest(lock, self.locks)}"
        if asked not in self.row_names:
            return f"a device of '{name}' has no {shown(asked)}{suggest(asked, self.row_names)}"
        return None


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the file says, for the scalars that depend on it.

    `saved` is what earlier steps of this case save, `later` by which step (counted from 1) a name
    is saved only afterwards. About `lost` names, of steps that cannot be read, nothing is said.
    """

    roster: Roster = field(default_factory=lambda: Roster({}))
    saved: Mapping[str, Saved] = field(default_factory=dict)
    later: Mapping[str, int] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()

    def judge(self, reference: Reference) -> str | None:
        """Why a reference to a saved answer cannot be used here, or None if it can."""
        name = reference.parts[0]
        if name in self.saved:
            return self.saved[name].judge(reference)
        return self.judge_name(name)

    def judge_name(self, name: str) -> str | None:
        """Why nothing is saved under `name` here, or None if something is."""
        if name in self.saved:
            why_not = self.saved[name].why_not
            return None if why_not is None else f"'{name}' is not saved here: {why_not}"
        if name in self.lost:
            return None
        if name in self.later:
            return f"'{name}' is saved only later, by step {self.later[name]}"
        return f"nothing is saved as {shown(name)}{did_you_mean(name, self.saved)}"

    def about(self, locks: Iterable[str], whole: str) -> Known:
        """The same, where only these locks can be named."""
        return replace(self, roster=self.roster.only(locks, whole))


def _listed_as(name: str, names: Iterable[str]) -> str:
    return listed("one of", [f"{name}.{inner}" for inner in names])


def known(info: ValidationInfo) -> Known:
    """The context of a validation; an empty one if none was given."""
    return info.context if isinstance(info.context, Known) else Known()


class Strict(BaseModel):
    """A map with these keys and no others. Its problems come as one `Trouble`; see `read_model`."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    # Keys that are spoken of and not built yet.
    later: ClassVar[tuple[str, ...]] = ()
    # The key that a bare scalar stands for: `advance: 3d` is `advance: {by: 3d}`.
    shorthand: ClassVar[str | None] = None

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """The keys as the file writes them."""
        return tuple(info.alias or name for name, info in cls.model_fields.items())

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, raw: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if cls.shorthand is not None and not isinstance(raw, Mapping):
            return _without_key(cls.shorthand, lambda: handler({cls.shorthand: raw}), cls)
        if raw is None and not any(info.is_required() for info in cls.model_fields.values()):
            raw = {}
        if not isinstance(raw, Mapping):
            raise Trouble.here(
                f"must be a map, not {kind_of(raw)}{listed('keys', cls.key_names())}"
            )
        try:
            return handler(raw)
        except ValidationError as error:
            raise Trouble(_findings(cls, error)) from None


class Body(Strict):
    """What stands under a verb."""

    def answered_locks(self) -> tuple[str, ...] | None:
        """The locks that the step's expectation can speak of; None: all of the scenario."""
        return None


def _without_key(key: str, make: Callable[[], Value], model: type[Strict]) -> Value:
    """The result of `make`, its findings placed at the value itself: the key is not in the file."""
    try:
        return make()
    except ValidationError as error:
        found = _findings(model, error)
        raise Trouble(replace(f, at=f.at[1:]) if f.at[:1] == (key,) else f for f in found) from None


def read_model(model: type[Model], raw: object, context: Known) -> Model:
    """`raw` as a `model`. Raises `Trouble`, never pydantic's own error."""
    try:
        return model.model_validate(raw, context=context)
    except ValidationError as error:
        raise Trouble(_findings(model, error)) from None


def _findings(model: type[Strict], error: ValidationError) -> Iterator[Finding]:
    for item in error.errors(include_url=False, include_input=False):
        at = tuple(part for part in item["loc"])
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, Trouble):
            yield from cause.under(at)
        elif item["type"] == "missing":
            yield Finding(at[:-1], f"'{at[-1]}' is missing")
        elif item["type"] == "extra_forbidden":
            yield Finding(at, unknown_key(str(at[-1]), model.key_names(), model.later), on_key=True)
        else:
            yield Finding(at, _PLAIN_WORDS.get(item["type"], "this cannot stand here"))


_PLAIN_WORDS: Final = {
    "dict_type": "must be a map",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
}


def unknown_key(key: str, keys: tuple[str, ...], later: tuple[str, ...]) -> str:
    """What to say about a key that is not one of `keys`."""
    if key in later:
        return f"'{key}' is not built yet{listed('there are', keys)}"
    return f"unknown key {shown(key)}{suggest(key, keys, 'allowed')}"


def each(raw: object, what: str, read: Callable[[str, object], Value]) -> dict[str, Value]:
    """`read(key, value)` for every entry of a map; the troubles of all entries together."""
    if not isinstance(raw, Mapping):
        raise Trouble.here(f"must be a map from {what}, not {kind_of(raw)}")
    gathering = Gathering()
    values: dict[str, Value] = {}
    for key, value in raw.items():
        try:
            values[key] = read(key, value)
        except Trouble as trouble:
            gathering.take(trouble, (key,))
    gathering.settle()
    return values


def by_lock(
    raw: object, context: Known, read: Callable[[object, Known], Value]
) -> dict[str, Value]:
    """A map from lock names and patterns to values, as a map from lock names alone."""
    gathering = Gathering()
    values: dict[str, Value] = {}

    def read_one(key: str, value: object) -> Value:
        del key
        return read(value, context)

    try:
        values = each(raw, "lock names", read_one)
    except Trouble as trouble:
        gathering.take(trouble)
    owners: dict[str, str] = {}
    try:
        owners = assign(raw, context.roster) if isinstance(raw, Mapping) else {}
    except Trouble as trouble:
        gathering.take(trouble)
    if not gathering.findings and not values:
        gathering.add((), "this map is empty, so it is about nothing")
    gathering.settle()
    return {name: values[key] for name, key in owners.items()}
