"""Calls of the access API in a scenario: what is sent, what is expected, what is a mistake."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from seam.routes.access_codes import AccessCodes

from latchbench.pin import MASK, Pin
from simulator.http_door import HttpReply
from simulator.scenario.answers import CallResult
from simulator.scenario.call_checks import check_call
from simulator.scenario.call_expectations import CallExpect, CodeExpect, ListExpect
from simulator.scenario.calls import Call
from simulator.scenario.fields import Known, Strict, read_model
from simulator.scenario.interpolate import MISSING, Late, Reference
from simulator.scenario.matchers import Asking
from simulator.scenario.verbs import VERBS
from tests.scenario.helpers import a_scenario, assert_problem, read

LOOK = "- expect_device: {front: {slots_used: 0}}\n"
BOOKING = "- create_multiple: {device_ids: [front, back]}\n  save_as: booking\n"
ID = Late((Reference(("booking", "devices", "front", "access_code_id")),))
ASKING = Asking(lambda reference: MISSING, lambda pin: MASK)


def body_of(step: str) -> Call:
    steps = read(a_scenario(f"{BOOKING}{step}\n{LOOK}")).cases[0].steps
    body = steps[1].body
    assert isinstance(body, Call)
    return body


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        ("- create: {device_id: odd, code: '4827'}", {"device_id": "odd", "code": Pin("4827")}),
        ("- create: {device_id: '$x-1'}", {"device_id": "$x-1"}),
        (
            "- create: {device_id: odd, common_code_key: '${booking.common_code_key}', sync: true}",
            {
                "device_id": "odd",
                "common_code_key": Late((Reference(("booking", "common_code_key")),)),
                "sync": True,
            },
        ),
        (
            "- update: {access_code_id: '${booking.devices.front.access_code_id}', name: null}",
            {"access_code_id": ID, "name": None},
        ),
        (
            "- update: {access_code_id: x, type: ongoing}",
            {"access_code_id": "x", "type": "ongoing"},
        ),
        (
            "- update_multiple: {common_code_key: null, name: Anna}",
            {"common_code_key": None, "name": "Anna"},
        ),
        ("- delete: {access_code_id: ''}", {"access_code_id": ""}),
        ("- get: {device_id: odd, code: '0482'}", {"device_id": "odd", "code": Pin("0482")}),
        (
            "- list: {access_code_ids: ['${booking.devices.front.access_code_id}', x], limit: 1.5}",
            {"access_code_ids": (ID, "x"), "limit": 1.5},
        ),
        ("- list: {extra: {access_code_ids: 7}}", {}),
    ],
)
def test_what_a_call_sends(step: str, sent: dict[str, Any]) -> None:
    assert body_of(step).parameters() == sent


@pytest.mark.parametrize("verb", ["create", "update", "update_multiple", "delete", "get", "list"])
def test_a_call_has_the_parameters_of_seams_own_sdk(verb: str) -> None:
    body = VERBS[verb].body
    assert body is not None
    theirs = set(inspect.signature(getattr(AccessCodes, verb)).parameters) - {"self"}
    # Filters that the gateway refuses as not built go through `extra`.
    foreign = {
        "access_grant_id", "access_grant_key", "access_method_id", "customer_key", "search",
        "user_identifier_key",
    }  # fmt: skip
    assert set(body.key_names()) - {"extra", "sync", "idempotency_key"} == theirs - foreign


def test_a_callers_own_id_of_a_call_is_a_header_of_it() -> None:
    step = "- create: {device_id: odd, idempotency_key: 'booking 118'}"
    assert body_of(step).headers() == {"Idempotency-Key": "booking 118"}
    assert body_of(step).parameters() == {"device_id": "odd"}
    assert body_of("- create: {device_id: odd}").headers() == {}


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("- create: ▶{name: Anna}", "'device_id' is missing"),
        ("- create: {device_id: ▶frnt}", "no lock of this scenario is named 'frnt'; did you mean"),
        ("- create: {device_id: ▶'*'}", "must be one device, and this is 3"),
        ("- create: {▶device_ids: [front]}", "unknown key 'device_ids'; did you mean 'device_id'?"),
        (
            "- create: {device_id: front, code: ▶4827}",
            "must be text in quotes, not a number; `extra`",
        ),
        ("- create: {device_id: front, extra: {▶code: 4827}, code: '1'}", "is also given beside"),
        ("- create: {device_id: front, idempotency_key: ▶7}", "must be text in quotes, not a num"),
        ("- create: {device_id: front, idempotency_key: ▶'Müller'}", "this is sent as a header:"),
        ("- create: {device_id: front, idempotency_key: ▶''}", "this is sent as a header: print"),
        ("- update: {access_code_id: x, ▶idempotency_key: y}", "unknown key 'idempotency_key'"),
        ("- update: ▶{name: Anna}", "'access_code_id' is missing"),
        (
            "- update: {access_code_id: ▶booking.devices.front.access_code_id}",
            "'booking.devices.front.access_code_id' would be sent as it is; what a step saved is "
            "written '${booking.devices.front.access_code_id}'",
        ),
        ("- update: {access_code_id: x, ▶nam: Anna}", "unknown key 'nam'; did you mean 'name'?"),
        ("- update_multiple: {common_code_key: ▶booking}", "'booking' would be sent as it is"),
        ("- update_multiple: {common_code_key: x, ▶code: '4827'}", "unknown key 'code'"),
        ("- delete: ▶{}", "'access_code_id' is missing"),
        ("- get: ▶{code: '4827'}", "'access_code_id' or 'device_id' is missing"),
        ("- list: {access_code_ids: ▶x}", "must be a list of ids, not text; `extra` sends any"),
        ("- list: {access_code_ids: [▶7]}", "must be text in quotes, not a number"),
        ("- list: ▶{limit: 3}", "'device_id' or 'access_code_ids' is missing"),
        ("- delete: {access_code_id: x}\n  save_as: ▶gone", "delete has nothing to save"),
        ("- delete: {access_code_id: x}\n  expect: ▶{}", "this expects nothing: say raises"),
        (
            "- delete: {access_code_id: x}\n  expect: {▶access_code: {}}",
            "unknown key 'access_code'",
        ),
        (
            "- get: {device_id: front}\n  expect: ▶{}",
            "this expects nothing: say raises or access_c",
        ),
        (
            "- get: {device_id: front}\n  expect: {access_code: {▶statu: set}}",
            "unknown field 'statu'; did you mean 'status'?",
        ),
        (
            "- get: {device_id: front}\n  expect: {raises: {▶devices: {front: no_space}}}",
            "unknown key 'devices'",
        ),
        ("- list: {device_id: front}\n  expect: {contains: ▶[]}", "must be a list of access codes"),
        (
            "- list: {device_id: front}\n  expect: {each: {status: ▶sett}}",
            "'sett' is no status; did you mean 'set'?",
        ),
        (
            "- get: {device_id: odd}\n  save_as: one\n- keypad: {lock: odd, code: ▶'${one.cod}'}",
            "'one' has no 'cod'; did you mean 'code'?",
        ),
        (
            "- create: {device_id: front}\n  save_as: one\n"
            "- expect_codes: {of: one, devices: {▶back: {status: set}}}",
            "no lock of 'one' is named 'back'",
        ),
    ],
)
def test_mistakes_in_a_call(step: str, message: str) -> None:
    assert_problem(a_scenario(f"{BOOKING}{step}\n{LOOK}"), message)


def expecting(model: type[Strict], raw: object) -> Any:
    return read_model(model, raw, Known())


def row(lock: str, code: str, status: str = "set") -> dict[str, Any]:
    return {"access_code_id": f"id-{lock}", "device_id": lock, "code": code, "status": status}


def result_of(status: int, **body: Any) -> CallResult:
    return CallResult.from_reply(HttpReply(status, body), lambda device_id: device_id)


REFUSED = result_of(404, error={"type": "access_code_not_found", "message": "Not found"})
LISTED = result_of(200, access_codes=[row("front", "4827"), row("back", "1111", "setting")])
ONE = result_of(200, access_code=row("front", "4827"))


@pytest.mark.parametrize(
    ("model", "raw", "result", "messages"),
    [
        (CallExpect, {"raises": {"status": 404}}, REFUSED, []),
        (CallExpect, {"raises": {"type": "x"}}, REFUSED, ["raises.type: "]),
        (CallExpect, {"raises": {"message": {"matches": "found"}}}, REFUSED, []),
        (CallExpect, {"raises": {}}, ONE, ["wanted a refusal, but the call succeeded"]),
        (CodeExpect, {"access_code": {"code": "4827"}}, ONE, []),
        (CodeExpect, {"access_code": {"code": "1111"}}, ONE, ["access_code.code: "]),
        (CodeExpect, {"access_code": {"code": "4827"}}, REFUSED, ["the call was refused: 404 acc"]),
        (ListExpect, {"count": 2, "contains": [{"code": "1111"}]}, LISTED, []),
        (ListExpect, {"count": {"lt": 2}}, LISTED, ["count: "]),
        (ListExpect, {"each": {"status": "set"}}, LISTED, ["each (code 2).status: "]),
        (ListExpect, {"each": {"status": "set"}}, result_of(200), ["each: no code is listed"]),
        (ListExpect, {"contains": [{"code": "2222"}]}, LISTED, ["contains[1]: no code that is li"]),
        (ListExpect, {"none": [{"status": "set"}]}, LISTED, ["none[1]: 1 of the codes"]),
    ],
)
def test_what_an_answer_is_held_against(
    model: type[Strict], raw: object, result: CallResult, messages: list[str]
) -> None:
    found = list(check_call(ASKING, expecting(model, raw), result))
    assert len(found) == len(messages), found
    for message, beginning in zip(found, messages, strict=True):
        assert message.startswith(beginning), message
        assert "4827" not in message
        assert "1111" not in message


def test_a_refusal_of_a_group_names_its_devices() -> None:
    devices = [{"device_id": "odd", "reason": "no_space", "message": "full"}]
    error = {"type": "code_cannot_be_shared", "message": "no", "data": {"devices": devices}}
    result = result_of(400, error=error)
    assert result.refusal() == "400 code_cannot_be_shared (odd: no_space)"
    assert result.reasons == {"odd": "no_space"}
    assert (
        list(check_call(ASKING, expecting(CallExpect, {"raises": {"status": 400}}), result)) == []
    )


def test_a_step_keeps_the_one_code_of_an_answer_by_its_fields() -> None:
    assert ONE.names()["code"] == Pin("4827")
    assert ONE.names()["access_code_id"] == "id-front"
    assert LISTED.names() == {}


def test_a_group_that_shares_nothing_keeps_the_code_of_its_first_row() -> None:
    group = {"group_id": "g", "shared": [], "random": [{"device_id": "back"}]}
    result = result_of(200, access_codes=[row("back", "1111")], latchbench=group)
    assert result.names() == {"code": Pin("1111"), "common_code_key": None, "group_id": "g"}
    assert result.told(lambda pin: "A") == "back has its own A"


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        (["setting"] * 3, "not set yet: d0 setting, d1 setting, d2 setting"),
        (["setting"] * 4, "not set yet: all 4 setting"),
        (["setting"] * 3 + ["unset"], "not set yet: d0 setting, d1 setting, d2 setting, d3 unset"),
        (["setting"] * 4 + ["set"], "not set yet: d0 setting, d1 setting, d2 setting, d3 setting"),
    ],
)
def test_many_codes_that_are_all_alike_are_told_as_one(statuses: list[str], told: str) -> None:
    rows = [row(f"d{n}", "4827", status) for n, status in enumerate(statuses)]
    group = {"group_id": "g", "shared": [one["device_id"] for one in rows], "random": []}
    result = result_of(200, access_codes=rows, latchbench=group)
    assert result.told(lambda pin: "A").partition("; ")[2] == told
