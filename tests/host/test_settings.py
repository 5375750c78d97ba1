"""What a host is told: read whole or refused, and no PIN repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from latchbench.pin import Pin
from simulator.host.profile_plain import ProfileUnreadable, profile_from_plain, profile_to_plain
from simulator.host.settings import LOCKS_MAX, InvalidSettings, host_settings
from simulator.model.words import Power
from simulator.profiles import load, names
from simulator.radio.timing import FAST, ZWAVE
from simulator.radio.words import RadioState


def a_lock(name: str = "front", **changes: Any) -> dict[str, Any]:
    own = {"name": name, "lock_id": f"id-{name}", "hub": f"hub of {name}"}
    return {**own, "profile": "deadbolt-30", **changes}


def a_host(**changes: Any) -> dict[str, Any]:
    return {
        "name": "host-1",
        "seed": 7,
        "mask_key": "00ff",
        "start_us": 5,
        "mode": "stepped",
        "control_socket": "/tmp/x/c.sock",
        "nvm_dir": "/tmp/x/nvm",
        "locks": [a_lock("b"), a_lock("a")],
        **changes,
    }


def test_what_is_left_out_has_a_default() -> None:
    settings = host_settings(a_host())
    assert (settings.rate, settings.timing, settings.device_address) == (None, FAST, "127.0.0.1:0")
    assert (settings.reflection, settings.show_codes) == (False, False)
    assert settings.mask_key == b"\x00\xff"
    assert settings.nvm_dir == Path("/tmp/x/nvm")
    assert [lock.name for lock in settings.locks] == ["a", "b"]
    lock = settings.locks[0]
    assert (lock.radio, lock.power, lock.codes) == (RadioState.AWAKE, Power.GOOD, {})


def test_everything_can_be_said() -> None:
    lock = a_lock(codes={"12": "0123", "3": "9999"}, fill_slots=4, radio="asleep", power="depleted")
    settings = host_settings(
        a_host(
            mode="paced",
            rate=60,
            timing="zwave",
            show_codes=True,
            reflection=True,
            device_address="127.0.0.1:7",
            locks=[lock],
        )
    )
    assert (settings.rate, settings.timing) == (60.0, ZWAVE)
    assert settings.show_codes
    assert settings.reflection
    read = settings.locks[0]
    assert list(read.codes.items()) == [(3, Pin("9999")), (12, Pin("0123"))]
    assert (read.fill_slots, read.radio, read.power) == (4, RadioState.ASLEEP, Power.DEPLETED)
    assert host_settings(a_host(mode="paced")).rate == 1.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": "7"}, "seed: must be given, as int"),
        ({"seed": True}, "seed"),
        ({"name": None}, "name"),
        ({"mask_key": "xyz"}, "mask_key: must be hex"),
        ({"mask_key": ""}, "mask_key"),
        ({"mask_key": "00" * 65}, "mask_key: must have 1 to 64 bytes"),
        ({"mode": "real"}, "mode"),
        ({"mode": "paced", "rate": 0}, "rate: must be above 0"),
        ({"mode": "paced", "rate": float("nan")}, "rate"),
        ({"mode": "paced", "rate": float("inf")}, "rate"),
        ({"mode": "paced", "rate": "fast"}, "rate"),
        ({"rate": 2.0}, "no setting called rate"),
        ({"timing": "quick"}, "timing: must be one of fast, zwave, instant"),
        ({"control_socket": "/tmp/" + "x" * 103}, "107 bytes"),
        ({"speed": 1}, "no setting called speed"),
        ({"locks": [a_lock(), a_lock(lock_id="other")]}, "same name"),
        ({"locks": [a_lock("a", lock_id="x"), a_lock("b", lock_id="x")]}, "same lock_id"),
        ({"locks": ["front"]}, "must be an object"),
        ({"locks": [a_lock(radio="loud")]}, "lock front: radio: must be one of awake"),
        ({"locks": [a_lock(power="cut")]}, "lock front: power: must be one of good"),
        ({"locks": [a_lock(profile="deadbolt-31")]}, "did you mean deadbolt-30"),
        ({"locks": [a_lock(colour="red")]}, "lock front has no setting called colour"),
        ({"locks": [a_lock(codes={"1": 4821})]}, "must map slots to digits"),
        ({"locks": [a_lock(codes={"4821x": "1"})]}, "must map slots to digits"),
    ],
)
def test_what_no_host_can_have_is_refused_by_its_name(changes: Any, words: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        host_settings(a_host(**changes))
    assert words in str(caught.value)
    assert "4821" not in str(caught.value)


def test_a_host_takes_a_thousand_locks_and_no_more() -> None:
    locks = [a_lock(f"lock-{number}") for number in range(LOCKS_MAX + 1)]
    assert len(host_settings(a_host(locks=locks[1:])).locks) == LOCKS_MAX
    with pytest.raises(InvalidSettings, match="too many"):
        host_settings(a_host(locks=locks))


@pytest.mark.parametrize("name", names())
def test_a_profile_goes_through_json_whole(name: str) -> None:
    lock = load(name).lock
    plain = json.loads(json.dumps(profile_to_plain("mine", lock)))
    assert profile_from_plain(plain) == ("mine", lock)


def test_a_profile_can_be_named_or_derived() -> None:
    assert profile_from_plain("nuki") == ("nuki", load("nuki").lock)
    name, profile = profile_from_plain(
        {"name": "small", "base": "deadbolt-30", "overrides": {"slots_max": 2}}
    )
    assert (name, profile.slots_max) == ("small", 2)


@pytest.mark.parametrize(
    "change",
    [
        {"slots_max": "thirty"},
        {"slots_max": 0},
        {"code_lengths": []},
        {"admin_code": 4821},
        {"wings": 2},
    ],
)
def test_a_profile_that_is_none_is_refused(change: dict[str, Any]) -> None:
    plain = profile_to_plain("mine", load("deadbolt-30").lock)
    plain["lock"].update(change)
    with pytest.raises(ProfileUnreadable) as caught:
        profile_from_plain(plain)
    assert "4821" not in str(caught.value)


@pytest.mark.parametrize("plain", [None, 7, {}, {"name": "x"}, {"name": 1, "lock": {}}])
def test_what_is_not_even_a_profiles_shape_is_refused(plain: object) -> None:
    with pytest.raises(ProfileUnreadable, match="must be a name"):
        profile_from_plain(plain)
