"""The gateway's HTTP API, as the commands about access codes call it."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from latchbench import exits, ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import httpx

# Above the gateway's own deadline for calls that wait for locks.
_ANSWER_WITHIN_S: Final = 60.0
_SAY_WHY_AFTER_S: Final = 2.0


class Refused(Exception):
    """The gateway answered with an error: its status and what it said."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(str(error.get("message", "")))
        self.status = status
        self.type = str(error.get("type", ""))
        data = error.get("data") or {}
        self.devices: list[Mapping[str, Any]] = list(data.get("devices") or [])
        self.rollback: Mapping[str, Any] = data.get("rollback") or {}

    def as_command_error(self) -> exits.CommandError:
        """The end of a command for which this is no answer."""
        if self.type == "stopping":
            return exits.CommandError(str(self), exits.ENVIRONMENT)
        return exits.CommandError(str(self), exits.OURS if self.status >= 500 else exits.USAGE)


@dataclass(frozen=True, slots=True)
class Names:
    """The locks of a ready file: names to device ids and back."""

    ids: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Names:
        """Those of this ready file."""
        ids = {name: str(known["device_id"]) for name, known in told["devices"].items()}
        return cls(ids, {device_id: name for name, device_id in ids.items()})

    def name_of(self, device_id: str) -> str:
        """The lock's name; the id itself for a device that the ready file does not have."""
        return self.names.get(device_id, device_id)

    def id_of(self, lock: str) -> str:
        """The device id of a lock by its name. Any other text is an id for the gateway to judge.

        Raises `CommandError` for what is nearly a name.
        """
        from simulator.scenario.problems import may_be_pin, nearest, shown

        if lock in self.ids or lock in self.names:
            return self.ids.get(lock, lock)
        near = nearest(lock, self.ids)
        if near is not None or may_be_pin(lock):
            hint = "" if near is None else f"; did you mean {near}?"
            raise exits.CommandError(f"no lock is named {shown(lock)}{hint}", exits.USAGE)
        return lock


class Client:
    """Calls to the gateway of a bench that is up; use it with `with`."""

    def __init__(self, bench: Path | None) -> None:
        import httpx

        self._told = ready.find(bench)
        self.names = Names.of(self._told)
        self._http = httpx.Client(
            base_url=str(self._told["http_url"]),
            headers={"authorization": f"Bearer {self._told['api_key']}"},
            timeout=_ANSWER_WITHIN_S,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def call(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The body of the answer. Raises `Refused`, and `CommandError` when there is none."""
        import httpx

        with self._saying_why_it_waits():
            try:
                response = self._http.post(path, json=body)
            except httpx.TimeoutException as error:
                message = f"the gateway did not answer within {_ANSWER_WITHIN_S:g} s"
                raise exits.CommandError(message, exits.ENVIRONMENT) from error
            except httpx.TransportError as error:
                raise exits.CommandError(ready.GONE, exits.ENVIRONMENT) from error
        return _body_of(response)

    def now(self) -> str:
        """What time it is at the gateway, as ISO 8601. It answers also while its clock is held."""
        import httpx

        try:
            return str(_body_of(self._http.get("/health"))["now"])
        except httpx.TransportError as error:
            raise exits.CommandError(ready.GONE, exits.ENVIRONMENT) from error

    def rows(self, device_ids: Iterable[str]) -> Iterator[Mapping[str, Any]]:
        """The access codes on each of these devices, all pages. Raises what `call` raises."""
        for device_id in device_ids:
            query: dict[str, Any] = {"device_id": device_id}
            while True:
                page = self.call("/access_codes/list", query)
                yield from page["access_codes"]
                cursor = page["pagination"]["next_page_cursor"]
                if cursor is None:
                    break
                query = {"device_id": device_id, "page_cursor": cursor}

    @contextlib.contextmanager
    def _saying_why_it_waits(self) -> Iterator[None]:
        """A call that is not answered may wait for a clock that stands still: then say so, once."""
        timer = threading.Timer(_SAY_WHY_AFTER_S, self._say_why)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _say_why(self) -> None:
        from latchbench.commands.client import ask_bench
        from protos.bench.v1 import bench_pb2 as pb

        with contextlib.suppress(exits.CommandError):
            clock = ask_bench(
                self._told, lambda stub: stub.GetClock(pb.GetClockRequest(), timeout=5)
            )
            if clock.paused:
                exits.complain(
                    "latchbench: the clock is paused, so the gateway does not answer before "
                    "`latchbench clock resume`"
                )


def _body_of(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body: Mapping[str, Any] = response.json()
    except ValueError as error:
        message = f"the gateway answered {response.status_code} with what is no JSON"
        raise exits.CommandError(message, exits.OURS) from error
    if response.status_code != 200:
        raise Refused(response.status_code, body.get("error") or {})
    return body
