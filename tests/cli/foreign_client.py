"""Somebody else's program: a client of a bench with nothing of ours but the .proto files.

Run by `test_up` as `python -I -S foreign_client.py STUBS PACKAGES`, where STUBS holds what protoc
made of the .proto files and PACKAGES is where grpcio is installed; `-S` leaves out what an
installation adds to the path. It reads what to do as JSON on standard input and writes what it was
answered as JSON.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from typing import Any


def main() -> None:
    """See above."""
    stubs, packages = sys.argv[1:]
    sys.path += [stubs, packages]
    wanted = json.load(sys.stdin)
    ours = ("latchbench", "simulator", "gateway", "protos")
    told = {
        "ours": [name for name in ours if importlib.util.find_spec(name) is not None],
        **_device_plane(wanted),
        **_access_plane(wanted),
    }
    sys.stdout.write(json.dumps(told))


def _device_plane(wanted: dict[str, Any]) -> dict[str, Any]:
    grpc: Any = importlib.import_module("grpc")
    pb: Any = importlib.import_module("device.v1.lock_host_pb2")
    stubs: Any = importlib.import_module("device.v1.lock_host_pb2_grpc")
    lock_id, slot, code = wanted["lock_id"], wanted["slot"], wanted["code"]
    with grpc.insecure_channel(wanted["host_address"]) as channel:
        host = stubs.LockHostServiceStub(channel)
        listed = host.ListLocks(pb.ListLocksRequest(), timeout=10)
        written = host.SetUserCode(
            pb.SetUserCodeRequest(lock_id=lock_id, slot=slot, code=code, supervised=True),
            timeout=20,
        )
        read = host.GetUserCode(pb.GetUserCodeRequest(lock_id=lock_id, slot=slot), timeout=20)
    return {
        "locks": [[lock.lock_id, lock.profile] for lock in listed.locks],
        "written": [
            pb.TransmitOutcome.Name(written.transmit),
            pb.SupervisionOutcome.Name(written.supervision),
        ],
        "read": read.code.code_raw.decode(),
    }


def _access_plane(wanted: dict[str, Any]) -> dict[str, Any]:
    grpc: Any = importlib.import_module("grpc")
    pb: Any = importlib.import_module("access.v1.access_codes_pb2")
    stubs: Any = importlib.import_module("access.v1.access_codes_pb2_grpc")
    request = pb.CreateMultipleRequest(device_ids=wanted["device_ids"], name="by gRPC", sync=True)
    with grpc.insecure_channel(wanted["grpc_address"]) as channel:
        gateway = stubs.AccessCodeServiceStub(channel)
        try:
            gateway.CreateMultiple(request, timeout=30)
            without_key = "OK"
        except grpc.RpcError as error:
            without_key = error.code().name
        key = ("authorization", f"Bearer {wanted['api_key']}")
        answer = gateway.CreateMultiple(request, timeout=30, metadata=[key])
    return {
        "without_key": without_key,
        "rows": [
            [row.device_id, pb.CodeStatus.Name(row.status), row.code] for row in answer.access_codes
        ],
    }


if __name__ == "__main__":
    main()
