"""Every parameter of `create_multiple`, once: what it does to locks, not only to the answer.

One row per parameter of the two published pages of the call, and of ours: left out, with a good
value, with a bad one, and together with another parameter. What counts is what the locks' memories
hold afterwards, read past the gateway.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from gateway.policy.request import PARAMETERS
from tests.bench import parameter_claims as claims
from tests.bench.parameter_claims import (
    FLEET,
    Claim,
    is_empty,
    named,
    refused,
    shared,
)
from tests.bench.site import HOUR_US, Site, a_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulator.rig import Rig


@dataclass(frozen=True)
class Row:
    """What is claimed of one parameter. Each claim makes its own call and looks into the locks."""

    default: Claim
    good: Claim
    bad: Claim
    interplay: Claim


ROWS: dict[str, Row] = {
    "device_ids": Row(
        claims.no_device_ids,
        claims.device_ids_in_order,
        claims.device_ids_twice,
        claims.device_ids_and_a_typo,
    ),
    "behavior_when_code_cannot_be_shared": Row(
        claims.throws,
        claims.creates_random_codes,
        refused(
            "behavior_when_code_cannot_be_shared",
            behavior_when_code_cannot_be_shared="share",
        ),
        claims.random_codes_cure_no_unknown_device,
    ),
    "preferred_code_length": Row(
        shared(4),
        shared(7, preferred_code_length=7.0),
        refused("preferred_code_length", preferred_code_length=4.5),
        claims.prefers_in_vain,
    ),
    "name": Row(
        named(None, "Code"),
        named("Jane's long reservation", "Jane's long reservat"),
        refused("name", name=7),
        claims.names_that_fill_the_answer,
    ),
    "code": Row(
        claims.code_is_drawn,
        claims.code_is_kept,
        refused("code", code=4821),
        claims.code_that_one_cannot_take,
    ),
    "starts_at": Row(
        claims.is_there_from_the_start,
        claims.starts_later,
        refused("starts_at", starts_at="tomorrow", ends_at="2099-01-01T00:00:00Z"),
        refused(None, starts_at="2099-01-01T00:00:00Z"),
    ),
    "ends_at": Row(
        claims.stays_for_days,
        claims.ends,
        claims.window(-2 * HOUR_US, -HOUR_US),
        claims.window(HOUR_US, HOUR_US),
    ),
    "attempt_for_offline_device": Row(
        claims.waits_for_offline_device,
        partial(claims.waits_for_offline_device, attempt_for_offline_device=True),
        refused("attempt_for_offline_device", attempt_for_offline_device="yes"),
        claims.does_not_wait,
    ),
    "prefer_native_scheduling": Row(
        claims.lock_keeps_the_hours,
        partial(claims.starts_later, locks=("front", "zoned"), prefer_native_scheduling=False),
        refused("prefer_native_scheduling", prefer_native_scheduling=0),
        claims.needs_a_time_zone,
    ),
    "use_backup_access_code_pool": Row(
        shared(4, use_backup_access_code_pool=False),
        claims.keeps_spares,
        refused("use_backup_access_code_pool", use_backup_access_code_pool="yes"),
        refused(None, use_backup_access_code_pool=True),  # claims.only for codes with a window
    ),
    "allow_external_modification": Row(
        claims.puts_back,
        claims.adopts("allow_external_modification"),
        refused("allow_external_modification", allow_external_modification=None),
        refused(None, allow_external_modification=True, is_external_modification_allowed=False),
    ),
    "is_external_modification_allowed": Row(
        claims.puts_back,
        claims.adopts("is_external_modification_allowed"),
        refused("is_external_modification_allowed", is_external_modification_allowed=1),
        shared(4, is_external_modification_allowed=True, allow_external_modification=True),
    ),
    "is_offline_access_code": Row(
        shared(4, is_offline_access_code=False),
        claims.makes_its_own(is_offline_access_code=True),
        refused("is_offline_access_code", is_offline_access_code="true"),
        claims.each_makes_its_own,
    ),
    "use_offline_access_code": Row(
        shared(4, use_offline_access_code=False),
        claims.makes_its_own(use_offline_access_code=True),
        refused("use_offline_access_code", use_offline_access_code=[]),
        refused("code", use_offline_access_code=True, code="4821"),
    ),
    "is_one_time_use": Row(
        shared(4, is_one_time_use=False),
        claims.opens_once,
        refused("is_one_time_use", is_one_time_use="once"),
        refused("is_one_time_use", is_one_time_use=True),  # claims.only for offline codes
    ),
    "max_time_rounding": Row(
        shared(4, max_time_rounding=None),
        claims.rounds_to_days,
        refused("max_time_rounding", max_time_rounding="2h"),
        refused("max_time_rounding", max_time_rounding="1h"),  # claims.only for offline codes
    ),
    "sync": Row(
        claims.is_set_when_answered,
        claims.is_answered_at_once,
        refused("sync", sync="yes"),
        claims.sync_and_a_code_for_later,
    ),
    "request_id": Row(
        shared(4, request_id=None),
        claims.is_answered_again,
        refused("request_id", request_id=7),
        claims.stands_for_one_body,
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(rig: Rig) -> AsyncIterator[Site]:
    async with a_site(rig, FLEET) as here:
        yield here


def test_every_parameter_has_a_row() -> None:
    assert list(ROWS) == [parameter.name for parameter in PARAMETERS]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("aspect", ["default", "good", "bad", "interplay"])
@pytest.mark.parametrize("name", ROWS)
async def test_a_parameter_does_this_to_the_locks(house: Site, name: str, aspect: str) -> None:
    claim: Claim = getattr(ROWS[name], aspect)
    await claim(house)
    await house.empty()
    await is_empty(house)
