"""The error tree as its module draws it, and what its sentences say."""

from __future__ import annotations

import re

import pytest

from gateway.policy import errors


def drawn() -> dict[str, tuple[str, ...]]:
    """Class name -> data attributes, read from the module's drawing."""
    assert errors.__doc__ is not None
    tree = errors.__doc__.split("\n\n")[1]
    found = {}
    for line in tree.splitlines():
        name, *rest = re.findall(r"[.\w]+", line)
        found[name] = tuple(word[1:] for word in rest if word.startswith("."))
    return found


def classes(root: type[errors.GatewayError]) -> list[type[errors.GatewayError]]:
    return [root, *(one for child in root.__subclasses__() for one in classes(child))]


SAMPLES: list[errors.GatewayError] = [
    errors.InvalidInput([errors.Problem("name", "Required")]),
    errors.NotSupported(["sync"]),
    errors.MismatchedPage(),
    errors.Unauthorized("API Key not found"),
    errors.NotFound("/x"),
    errors.MethodNotAllowed(["POST", "PUT"]),
    errors.TooLarge(5),
    errors.DeviceNotFound(["a"]),
    errors.AccessCodeNotFound(),
    errors.AccessCodeNotTimeBound(),
    errors.NoBackupAccessCode(),
    errors.DeviceDoesNotSupportAccessCodes(["a"]),
    errors.CodeCannotBeShared([errors.Refusal("a", "pin_in_use", "Taken")]),
    errors.CodeCannotBeSet([errors.Refusal("a", "pin_in_use", "Taken")]),
    errors.CommonCodeKeyNotFound(),
    errors.ActionAttemptNotFound(),
    errors.AccessCodeBeingRemoved(),
    errors.RequestIdReused(),
    errors.DeviceOffline(["a"]),
    errors.Stepped(),
    errors.Stopping(),
    errors.WatcherFellBehind("e"),
    errors.InternalError(),
]


def test_the_drawing_is_the_tree() -> None:
    assert set(drawn()) == {one.__name__ for one in classes(errors.GatewayError)}


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_each_leaf_has_a_sentence_and_exactly_the_data_that_is_drawn(
    error: errors.GatewayError,
) -> None:
    assert str(error)
    assert tuple(vars(error)) == drawn()[type(error).__name__]


def test_every_leaf_is_sampled_here() -> None:
    leaves = {one for one in classes(errors.GatewayError) if not one.__subclasses__()}
    assert {type(error) for error in SAMPLES} == leaves


def test_the_sentences_are_those_of_the_api() -> None:
    problems = [
        errors.Problem("device_ids", "Required"),
        errors.Problem("code", "Expected string, received number"),
        errors.Problem("ends_at", "ends_at must be after starts_at"),
        errors.Problem(None, "Cannot use the backup pool for ongoing codes"),
    ]
    assert str(errors.InvalidInput(problems)) == (
        'device_ids is required; Expected string, received number for "code"; '
        "ends_at must be after starts_at; Cannot use the backup pool for ongoing codes"
    )
    assert str(errors.MethodNotAllowed(["POST", "PUT"])) == "only POST, PUT accepted"


def test_a_sentence_names_five_devices_and_counts_the_others() -> None:
    ids = [f"d{n}" for n in range(8)]
    assert str(errors.DeviceNotFound(ids)) == "Device not found: d0, d1, d2, d3, d4 and 3 more"
    assert errors.DeviceNotFound(ids).device_ids == tuple(ids)


def test_a_refusal_to_share_counts_its_reasons() -> None:
    refusals = [
        errors.Refusal("a", "pin_in_use", "Taken"),
        errors.Refusal("b", "no_space", "Full"),
        errors.Refusal("c", "pin_in_use", "Taken"),
    ]
    assert str(errors.CodeCannotBeShared(refusals)) == (
        "No access code was created: 3 devices cannot share it (pin_in_use: 2, no_space: 1)"
    )
    assert str(errors.CodeCannotBeShared(refusals[:1], duplicate_only=True)) == (
        "No access code was created: the code is already in use on 1 device"
    )
