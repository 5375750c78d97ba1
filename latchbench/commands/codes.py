"""`latchbench codes plan`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from latchbench import exits, ready

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def codes_plan_command(
    devices: list[str],
    behavior: str,
    length: int | None,
    code_from_stdin: bool,
    bench: Path | None,
    output: str,
) -> int:
    """Ask the gateway what it would decide; nothing is created."""
    import httpx

    told = ready.find(bench)
    names = {known["device_id"]: name for name, known in told["devices"].items()}
    ids = {name: device_id for device_id, name in names.items()}
    body: dict[str, Any] = {
        "device_ids": [ids.get(device, device) for device in devices],
        "behavior_when_code_cannot_be_shared": behavior,
    }
    if length is not None:
        body["preferred_code_length"] = length
    if code_from_stdin:
        body["code"] = sys.stdin.readline().strip()
    try:
        response = httpx.post(
            f"{told['http_url']}/latchbench/plan",
            json=body,
            headers={"authorization": f"Bearer {told['api_key']}"},
            timeout=30,
            trust_env=False,
        )
    except httpx.TransportError as error:
        message = "the gateway of this ready file is not up any more"
        raise exits.CommandError(message, exits.ENVIRONMENT) from error
    answer = response.json()
    if response.status_code != 200:
        raise exits.CommandError(answer["error"]["message"], exits.USAGE)
    if output == "table":
        exits.say(*_lines(answer, names))
    else:
        exits.say(json.dumps(answer, ensure_ascii=False))
    return exits.PASSED


def _lines(answer: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    plan = answer["plan"]
    lines = []
    if plan["can_share"]:
        lines.append(f"all can share one code of {plan['code_length']} digits")
    else:
        lines.append(plan["explanation"])
    if plan["codes_left"]:
        lines.append(f"{plan['codes_left']:,} such codes are left")
    for word, entries in (("own code", plan["random"]), ("refuses", plan["refused"])):
        for entry in entries:
            name = names.get(entry["device_id"], entry["device_id"])
            lines.append(f"{name}: {word}: {entry['message']} ({entry['reason']})")
    if not plan["can_share"] and plan["shared"]:
        shared = ", ".join(names.get(device_id, device_id) for device_id in plan["shared"])
        lines.append(f"would share: {shared}")
    return lines
