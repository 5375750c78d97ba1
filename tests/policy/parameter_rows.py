"""What is known of each parameter of `create_multiple`, written by hand from the API's docs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.policy.request import DEVICE_IDS_MAX, NAME_MAX, Behavior
from latchbench.pin import Pin

NOW_US = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
HOUR_US = 3_600_000_000

WRONG_STRING = "Expected string, received {}"
WRONG_BOOLEAN = "Expected boolean, received {}"
UNPARSABLE = "Must be parsable date string if defined"
NO_OFFSET = "Must say its offset from UTC: end it with Z or with an offset such as +01:00"
QUOTE_IT = "Expected string, received number: put the code in quotes, because leading zeros count"
NOT_A_CODE = "Must be 4 to 12 digits from 0 to 9"


@dataclass(frozen=True)
class Row:
    """What is known of one parameter: `reads` is the field it ends in."""

    default: object
    reads: str
    good: dict[str, tuple[Any, object]] = field(default_factory=dict)
    bad: dict[str, tuple[Any, str]] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)


def boolean(default: bool | None, reads: str) -> Row:
    bad: dict[str, tuple[Any, str]] = {
        "text": ("true", WRONG_BOOLEAN.format("string")),
        "number": (1, WRONG_BOOLEAN.format("number")),
        "array": ([], WRONG_BOOLEAN.format("array")),
    }
    if default is not None:
        bad["null"] = (None, WRONG_BOOLEAN.format("null"))
    good: dict[str, tuple[Any, object]] = {"true": (True, True), "false": (False, False)}
    return Row(default, reads, good, bad)


LATER = {"starts_at": "2026-01-01T01:00:00Z", "ends_at": "2026-01-01T02:00:00Z"}
BAD_TIMES: dict[str, tuple[Any, str]] = {
    "microseconds": (NOW_US + HOUR_US, WRONG_STRING.format("number")),
    "seconds": (1.5, WRONG_STRING.format("number")),
    "boolean": (True, WRONG_STRING.format("boolean")),
    "no offset": ("2026-01-01T01:00:00", NO_OFFSET),
    "date": ("2026-01-01", UNPARSABLE),
    "words": ("tomorrow", UNPARSABLE),
    "empty": ("", UNPARSABLE),
    "February 30": ("2026-02-30T01:00:00Z", UNPARSABLE),
    "hour 24": ("2026-01-01T24:00:00Z", UNPARSABLE),
    "number in quotes": (str(NOW_US + HOUR_US), UNPARSABLE),
}

ROWS: dict[str, Row] = {
    "device_ids": Row(
        None,
        "device_ids",
        good={
            "one": (["a"], ("a",)),
            "in order": (["b", "a"], ("b", "a")),
            "opaque": (["august_device_1", "é"], ("august_device_1", "é")),
            "as many as may be": (
                [str(n) for n in range(DEVICE_IDS_MAX)],
                tuple(str(n) for n in range(DEVICE_IDS_MAX)),
            ),
        },
        bad={
            "null": (None, "Expected array, received null"),
            "text": ("a", "Expected array, received string"),
            "object": ({"a": 1}, "Expected array, received object"),
            "none": ([], "Array must contain at least 1 element(s)"),
            "one too many": (
                [str(n) for n in range(DEVICE_IDS_MAX + 1)],
                "Array must contain at most 10000 element(s)",
            ),
            "twice": (
                ["a", "b", "a", "b"],
                "Must not name anything twice: "
                "device_ids[2] repeats device_ids[0], device_ids[3] repeats device_ids[1]",
            ),
            "numbers inside": (
                ["a", 1, None],
                "Expected string of Unicode text at device_ids[1], device_ids[2]",
            ),
            "arrays inside": ([["a"]], "Expected string of Unicode text at device_ids[0]"),
            "U+0000 inside": (["a\0"], "Expected string of Unicode text at device_ids[0]"),
        },
    ),
    "behavior_when_code_cannot_be_shared": Row(
        "throw",
        "behavior",
        good={
            "throw": ("throw", Behavior.THROW),
            "create_random_code": ("create_random_code", Behavior.CREATE_RANDOM_CODE),
        },
        bad={
            "another word": (
                "THROW",
                "Invalid enum value. Expected 'throw' | 'create_random_code'",
            ),
            "null": (None, WRONG_STRING.format("null")),
            "number": (1, WRONG_STRING.format("number")),
        },
    ),
    "preferred_code_length": Row(
        None,
        "preferred_code_length",
        good={
            "null": (None, None),
            "4": (4, 4),
            "4.0": (4.0, 4),
            "1": (1, 1),
            "20": (20, 20),
        },
        bad={
            "4.5": (4.5, "Expected integer, received float"),
            "text": ("4", "Expected number, received string"),
            "true": (True, "Expected number, received boolean"),
            "0": (0, "Number must be greater than or equal to 1"),
            "21": (21, "Number must be less than or equal to 20"),
            "huge": (10**400, "Number must be less than or equal to 20"),
            "not a number": (math.nan, "Expected integer, received float"),
            "infinite": (math.inf, "Expected integer, received float"),
        },
    ),
    "name": Row(
        None,
        "name",
        good={
            "null": (None, None),
            "as it is": ("  Jane's  ", "  Jane's  "),
            "empty": ("", ""),
            "longest": ("n" * NAME_MAX, "n" * NAME_MAX),
        },
        bad={
            "number": (7, WRONG_STRING.format("number")),
            "too long": ("n" * 201, "String must contain at most 200 character(s)"),
            "U+0000": ("a\0b", "String must be Unicode text without U+0000"),
            "half a pair": ("a\ud800b", "String must be Unicode text without U+0000"),
        },
    ),
    "code": Row(
        None,
        "code",
        good={
            "null": (None, None),
            "shortest": ("0000", Pin("0000")),
            "longest": ("012345678901", Pin("012345678901")),
        },
        bad={
            "number": (4821, QUOTE_IT),
            "float": (4821.0, QUOTE_IT),
            "boolean": (True, WRONG_STRING.format("boolean")),
            "three digits": ("482", NOT_A_CODE),
            "thirteen digits": ("4" * 13, NOT_A_CODE),
            "letters": ("48a1", NOT_A_CODE),
            "digits of another script": ("٤٨٢١", NOT_A_CODE),
            "a newline behind": ("4821\n", NOT_A_CODE),
            "a sign": ("-4821", NOT_A_CODE),
            "empty": ("", NOT_A_CODE),
        },
    ),
    "starts_at": Row(
        None,
        "starts_at_us",
        good={
            "Z": ("2026-01-01T01:00:00.000Z", NOW_US + HOUR_US),
            "offset": ("2026-01-01T02:00:00+01:00", NOW_US + HOUR_US),
            "past": ("2025-12-31T23:00:00Z", NOW_US - HOUR_US),
        },
        bad=BAD_TIMES,
        beside={"ends_at": "2026-01-02T00:00:00Z"},
    ),
    "ends_at": Row(
        None,
        "ends_at_us",
        good={
            "Z": ("2026-01-01T01:00:00.000Z", NOW_US + HOUR_US),
            "offset": ("2025-12-31T20:00:00-0500", NOW_US + HOUR_US),
        },
        bad=BAD_TIMES,
        beside={"starts_at": "2025-01-01T00:00:00Z"},
    ),
    "attempt_for_offline_device": boolean(True, "attempt_for_offline_device"),
    "prefer_native_scheduling": boolean(True, "prefer_native_scheduling"),
    "use_backup_access_code_pool": replace(boolean(False, "uses_backup_pool"), beside=LATER),
    "allow_external_modification": boolean(False, "external_modification_allowed"),
    "is_external_modification_allowed": boolean(False, "external_modification_allowed"),
    "is_offline_access_code": replace(boolean(False, "is_offline"), beside=LATER),
    "use_offline_access_code": replace(boolean(False, "is_offline"), beside=LATER),
    "is_one_time_use": replace(
        boolean(False, "is_one_time_use"), good={"false": (False, False)}
    ),  # true: see the interplay
    "max_time_rounding": Row(
        None,
        "max_time_rounding",
        good={
            "null": (None, None),
            **{word: (word, word) for word in ("1hour", "1day", "1h", "1d")},
        },
        beside={**LATER, "is_offline_access_code": True},
        bad={
            "another word": (
                "2h",
                "Invalid enum value. Expected '1hour' | '1day' | '1h' | '1d'",
            ),
            "number": (1, WRONG_STRING.format("number")),
        },
    ),
    "sync": Row(
        None,
        "sync",
        good={"null": (None, None), "true": (True, True), "false": (False, False)},
        bad=boolean(None, "sync").bad,
    ),
    "request_id": Row(
        None,
        "name",
        good={"null": (None, None), "text": ("again", None)},
        bad={"number": (7, WRONG_STRING.format("number"))},
    ),
}
