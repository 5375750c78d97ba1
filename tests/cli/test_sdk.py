"""Seam's own SDK, and clients that lose patience, against a bench that is up."""

from __future__ import annotations

import json
import signal
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from seam.exceptions import SeamHttpApiError
from seam.seam import Seam

from tests.cli.benches import up
from tests.cli.processes import Home, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.benches import Up

pytestmark = [pytest.mark.wire]

ENDS_WITHIN_S = 10.0
FIRST, SECOND = "48213344", "73195566"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with Home(tmp_path_factory.mktemp("sdk"), [FIRST, SECOND]) as home, up(home) as started:
        yield started
        started.running.send(signal.SIGTERM)
        assert started.running.wait(ENDS_WITHIN_S).code == 0
        home.assert_nothing_left()


@pytest.fixture
def seam(bench: Up) -> Iterator[Any]:
    client = Seam(api_key=bench.told["api_key"], endpoint=bench.told["http_url"])
    yield client
    client.client.close()


def test_a_code_lives_through_the_sdk(bench: Up, seam: Any) -> None:
    (device_id,) = bench.id_of("front")
    row = seam.access_codes.create(device_id=device_id, name="Jane", code=FIRST)
    code_id = row.access_code_id
    until(lambda: seam.access_codes.get(access_code_id=code_id).status == "set", "it is set")
    seam.access_codes.update(access_code_id=code_id, code=SECOND, name="John")
    until(lambda: seam.access_codes.get(access_code_id=code_id).status == "set", "it is set")
    (row,) = seam.access_codes.list(device_id=device_id)
    assert (row.code, row.name, row.pending_mutations) == (SECOND, "John", [])
    with pytest.raises(SeamHttpApiError) as caught:
        seam.access_codes.create(device_id=device_id, code=SECOND)
    assert (caught.value.code, caught.value.status_code) == ("duplicate_access_code", 409)
    attempts = seam.action_attempts.list(device_id=device_id)
    assert [attempt.status for attempt in attempts] == ["success", "success"]
    seam.access_codes.delete(access_code_id=code_id)
    until(lambda: not seam.access_codes.list(device_id=device_id), "it has gone")
    with pytest.raises(SeamHttpApiError) as caught:
        seam.access_codes.get(access_code_id=code_id)
    assert caught.value.status_code == 404


def test_a_put_that_is_sent_again_after_its_connection_closed_makes_one_group(bench: Up) -> None:
    ids = bench.id_of("front", "back")
    body = {"device_ids": ids, "name": "once", "sync": True}
    url = urlsplit(bench.told["http_url"])
    text = json.dumps(body)
    head = (
        f"PUT /access_codes/create_multiple HTTP/1.1\r\nHost: {url.netloc}\r\n"
        f"Authorization: Bearer {bench.told['api_key']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    with socket.create_connection((str(url.hostname), int(url.port or 0))) as impatient:
        impatient.sendall(f"{head}{text}".encode())
    for _ in range(5):  # each a turn of the gateway's loop, in which it hears of the hang-up
        bench.http("/latchbench/plan", {"device_ids": ids})
    status, answer = bench.http("/access_codes/create_multiple", body)
    assert status == 200
    codes = {row["access_code_id"] for row in answer["access_codes"]}
    for device_id in ids:
        _, found = bench.http("/access_codes/list", {"device_id": device_id})
        assert len(found["access_codes"]) == 1
        assert found["access_codes"][0]["access_code_id"] in codes
        for row in found["access_codes"]:
            bench.home.scanner.watch(row["code"])
    for code_id in codes:
        bench.http("/access_codes/delete", {"access_code_id": code_id, "sync": True})
