"""The hubs of a file, and which host process each of them goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.api.admin import device_from_wire
from simulator.inventory import device_message, host_lock
from simulator.layout import BenchOptions, Place, gateway_settings, host_settings, pack, shares_hubs
from tests.scenario.helpers import read

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.scenario.cases import Fleet
    from simulator.scenario.verbs import SetHub

HEAD = "version: 1\nname: x\ndefaults: {profile: nuki}\n"
STEPS = "steps:\n- expect_device: {'*': {slots_used: 0}}\n"


def fleet(text: str) -> Fleet:
    return read(HEAD + text + STEPS).cases[0].fleet


def packed(of: Fleet, wanted: int | str | None = None) -> list[list[str]]:
    return [[lock.name for lock in locks] for locks in pack(of, wanted)]


def test_locks_share_a_hub_by_either_side_of_the_declaration() -> None:
    of = fleet("locks: {a: , b: {hub: attic}, c: }\nhubs: {attic: {locks: [c]}}\n")
    assert of.hubs == {"attic": ("b", "c")}
    assert shares_hubs(of)
    assert not shares_hubs(fleet("locks: {a: , b: {hub: attic}}\nhubs: {attic: }\n"))


def test_a_hub_is_never_split_over_hosts() -> None:
    of = fleet("locks: {a: , b: , c: , d: }\nhubs: {attic: {locks: [a, c, d]}}\n")
    assert packed(of) == [["a", "c", "d"], ["b"]]
    assert packed(of, 1) == [["a", "c", "d", "b"]]
    assert packed(of, 4) == [["a", "c", "d"], ["b"]]


def test_more_than_eight_hubs_go_into_four_hosts_evenly() -> None:
    of = fleet('locks: {"big-{1..6}": {hub: attic}, "d-{1..9}": }\nhubs: {attic: }\n')
    assert [len(names) for names in packed(of)] == [6, 3, 3, 3]


def test_a_host_serves_no_more_than_1024_locks() -> None:
    of = fleet(
        'locks: {"a-{1..1000}": {hub: attic}, "b-{1..1000}": {hub: loft}, "c-{1..48}": }\n'
        "hubs: {attic: , loft: }\n"
    )
    assert sorted(len(names) for names in packed(of, 1)) == [1_000 + 24, 1_000 + 24]
    of = fleet(
        'locks: {"a-{1..700}": {hub: x}, "b-{1..700}": {hub: y}, "c-{1..600}": {hub: z}}\n'
        "hubs: {x: , y: , z: }\n"
    )
    assert sorted(len(names) for names in packed(of, 1)) == [600, 700, 700]


def test_only_a_declared_hub_is_told_to_the_gateway() -> None:
    locks = fleet("locks: {a: , b: {hub: attic}}\nhubs: {attic: }\n").locks
    told = {name: device_message(lock, "id", "host-1", "x:1").hub for name, lock in locks.items()}
    assert told == {"a": "", "b": "attic"}
    assert {host_lock(lock, "id")["hub"] for lock in locks.values()} == {"hub of a", "attic"}


def test_of_a_locks_security_the_host_knows_the_truth_and_the_gateway_what_is_advertised() -> None:
    of = fleet(
        "profiles: {misfiled: {extends: kwikset-914, advertised: {security: s2}}}\n"
        "locks: {a: {profile: kwikset-914}, b: {profile: misfiled}}\n"
    )
    told = [device_message(lock, "id", "host-1", "x:1") for lock in of.locks.values()]
    assert [device_from_wire(message).facts.security for message in told] == ["s0", "s2"]
    plain = [host_lock(lock, "id")["profile"]["lock"] for lock in of.locks.values()]
    assert [lock["security"] for lock in plain] == ["s0", "s0"]


@pytest.mark.parametrize(("timing", "gap_us"), [("fast", 0), ("instant", 0), ("zwave", 2_000_000)])
def test_the_timing_reaches_hosts_and_its_pace_the_gateway(
    timing: str, gap_us: int, tmp_path: Path
) -> None:
    of = fleet(f"locks: {{a: }}\ntiming: {timing}\ngateway: {{commands_per_hub: 7}}\n")
    place = Place(tmp_path, "00", "key")
    told = gateway_settings(of, BenchOptions(), place)
    assert (told["code_gap_us"], told["commands_per_hub"]) == (gap_us, 7)
    locks = list(of.locks.values())
    assert host_settings(of, BenchOptions(), place, "host-1", locks)["timing"] == timing
    other = BenchOptions(timing="zwave")
    assert gateway_settings(of, other, place)["code_gap_us"] == 2_000_000


def test_the_verb_names_a_hub_and_its_state() -> None:
    text = f"{HEAD}locks: {{a: {{hub: attic}}}}\nhubs: {{attic: }}\n"
    scenario = read(f"{text}steps:\n- hub: {{hub: attic, state: down}}\n{STEPS[7:]}")
    body: SetHub = scenario.cases[0].steps[0].body  # type: ignore[assignment]
    assert (body.hub, body.state) == ("attic", "down")
