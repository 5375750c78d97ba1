"""What a call can be expected to come to: a refusal, or an answer."""

# ruff: noqa: TC001, TC003 - pydantic evaluates the annotations of its models

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import PlainValidator, ValidationInfo, model_validator

from simulator.scenario.expectations import ROW, Rows, matcher_of, matching
from simulator.scenario.fields import Strict, by_lock, known
from simulator.scenario.matchers import Matcher
from simulator.scenario.problems import Trouble
from simulator.scenario.scalars import LocksOrNone
from simulator.scenario.shapes import NUMBER, TEXT, Shape
from simulator.scenario.told import ByLock, tells
from simulator.scenario.words import REASONS

_REASON: Final = Shape("text", REASONS, "reason")


@tells(ByLock(_REASON))
def _reasons(raw: object, info: ValidationInfo) -> Mapping[str, Matcher]:
    return by_lock(raw, known(info), matcher_of(_REASON))


@tells(ByLock(ROW))
def _rows_by_lock(raw: object, info: ValidationInfo) -> Mapping[str, Matcher]:
    return by_lock(raw, known(info), matcher_of(ROW))


class Refusal(Strict):
    """The call is refused with this."""

    type: Annotated[Matcher, matching(TEXT)] | None = None
    status: Annotated[Matcher, matching(NUMBER)] | None = None
    message: Annotated[Matcher, matching(TEXT)] | None = None


class Raises(Refusal):
    """As every refusal; `devices` has the reason of each device that is named."""

    devices: Annotated[Mapping[str, Matcher], PlainValidator(_reasons)] | None = None


class CallExpect(Strict):
    """That the call is refused: there is nothing to look at in its answer."""

    raises: Refusal | None = None

    @model_validator(mode="after")
    def _either_or(self) -> Self:
        fields = [name for name in type(self).model_fields if name != "raises"]
        answer = [name for name in fields if name in self.model_fields_set]
        if self.raises is not None and answer:
            raise Trouble.here(f"a call that raises has no answer, so no {' and no '.join(answer)}")
        if self.raises is None and not answer:
            *words, last = ["raises", *fields]
            some = f"{', '.join(words)} or {last}" if words else last
            raise Trouble.here(f"this expects nothing: say {some}")
        return self


class CreateMultipleExpect(CallExpect):
    """Either `raises`, or what the answer says of each device and of who shares.

    `warnings` are the words of the answer's own warnings, such as `few_codes_left`.
    """

    raises: Raises | None = None
    devices: Annotated[Mapping[str, Matcher], PlainValidator(_rows_by_lock)] | None = None
    shared: LocksOrNone | None = None
    random: LocksOrNone | None = None
    warnings: Annotated[Matcher, matching(Shape("list", item=TEXT))] | None = None


class CodeExpect(CallExpect):
    """Either `raises`, or what the answer says of the one access code that it is about."""

    access_code: Annotated[Matcher, matching(ROW)] | None = None


class ListExpect(CallExpect):
    """Either `raises`, or the access codes that are listed.

    `count` is how many there are, `each` holds for every one (and there must be one), each of
    `contains` for one at least, each of `none` for none.
    """

    count: Annotated[Matcher, matching(NUMBER)] | None = None
    each: Annotated[Matcher, matching(ROW)] | None = None
    contains: Rows | None = None
    none: Rows | None = None
