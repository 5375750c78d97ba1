"""The bench's own way into the access plane, and its real time-outs."""

from __future__ import annotations

import pytest
import uvicorn

from simulator import http_door
from simulator.http_door import HttpDoor


@pytest.mark.parametrize("patient", [False, True])
async def test_only_a_patient_caller_waits_for_ever_and_only_for_the_answer(
    *, patient: bool
) -> None:
    door = HttpDoor("http://127.0.0.1:9", "key", patient=patient)
    timeout = door._client.timeout
    assert (timeout.read is None) is patient
    assert None not in (timeout.connect, timeout.write, timeout.pool)
    await door.close()


def test_no_call_is_sent_into_a_connection_that_its_server_may_be_closing() -> None:
    assert uvicorn.Config("no:app").timeout_keep_alive > 2 * http_door._KEPT_IDLE_S
