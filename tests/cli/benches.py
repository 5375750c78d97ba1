"""A bench that `latchbench up` keeps up, for the tests that talk to it from outside."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import grpc
import httpx

from protos.bench.v1 import bench_pb2, bench_pb2_grpc
from tests.cli.processes import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.processes import Home, Running

# Two locks whose PINs are canaries by their length, also those that the gateway draws, and one that
# can share with neither.
FLEET: Final = """\
version: 1
name: tested fleet
profiles:
  long: {extends: deadbolt-30, code_lengths: [8, 9, 10]}
locks:
  front: {profile: long}
  back: {profile: long}
  flat: {profile: nuki}
"""


ONE_LOCK: Final = "version: 1\nlocks: {front: {profile: deadbolt-30}}\n"


class Up:
    """A command `latchbench up` that serves."""

    def __init__(self, home: Home, running: Running, ready_file: Path) -> None:
        self.home = home
        self.running = running
        self.ready_file = ready_file
        self.told = running.until_ready(ready_file)
        self._channel = grpc.insecure_channel(f"unix:{self.told['control_socket']}")
        self._door: Any = bench_pb2_grpc.BenchServiceStub(self._channel)
        self._client = httpx.Client(
            base_url=self.told["http_url"],
            headers={"authorization": f"Bearer {self.told['api_key']}"},
            timeout=30,
            trust_env=False,
        )

    def id_of(self, *names: str) -> list[str]:
        """The device ids of locks."""
        return [self.told["devices"][name]["device_id"] for name in names]

    def pids(self) -> dict[str, int]:
        """Every process that the ready file names, by what it is."""
        devices = self.told["devices"].items()
        hosts = {name: device["host_pid"] for name, device in devices}
        return {**hosts, "gateway": self.told["gateway_pid"]}

    def http(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and the body of a call."""
        response = self._client.post(path, json=body)
        return response.status_code, response.json()

    def create(self, *names: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
        """`create_multiple` on locks by their names."""
        body = {"device_ids": self.id_of(*names), **parameters}
        return self.http("/access_codes/create_multiple", body)

    def codes(self, *ids: str) -> list[dict[str, Any]]:
        """Access codes as the API lists them."""
        status, body = self.http("/access_codes/list", {"access_code_ids": list(ids)})
        assert status == 200, body
        rows: list[dict[str, Any]] = body["access_codes"]
        return rows

    def until_set(self, *ids: str) -> None:
        """Wait until the locks hold these codes."""
        until(lambda: {row["status"] for row in self.codes(*ids)} == {"set"}, "the codes are set")

    def slots(self, name: str) -> dict[int, str]:
        """What a lock really holds, asked at the bench's own door."""
        (lock,) = self._door.DumpTruth(bench_pb2.DumpTruthRequest(locks=[name]), timeout=20).locks
        return {slot.slot: slot.code for slot in lock.slots}

    def now_us(self) -> int:
        """What time it is on the bench, also while it is moved."""
        now_us: int = self._door.GetClock(bench_pb2.GetClockRequest(), timeout=20).now_us
        return now_us

    def act(self, name: str, **action: Any) -> None:
        """Do something to a lock that its radio could not."""
        self._door.Act(bench_pb2.ActRequest(lock=name, **action), timeout=20)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()
        self._channel.close()


@contextmanager
def up(home: Home, *options: str | Path, fleet: str = FLEET) -> Iterator[Up]:
    """`latchbench up` with a ready file of the test's own; ended in any case."""
    fleet_file = home.folder / "fleet.yaml"
    fleet_file.write_text(fleet)
    ready_file = home.folder / "ready.json"
    running = home.start("up", fleet_file, "--ready-file", ready_file, *options)
    try:
        bench = Up(home, running, ready_file)
        try:
            yield bench
        finally:
            bench.close()
    finally:
        running.kill()
