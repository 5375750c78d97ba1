"""`latchbench events`: what has happened to access codes, and what happens."""

from __future__ import annotations

import asyncio
import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from latchbench import exits, ready
from latchbench.commands.gateway import Names
from latchbench.commands.printing import CodeMarks, emit, to_json
from latchbench.commands.signals import on_end_signals
from latchbench.pin import MASK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

_COLUMNS: Final = ["time", "lock", "event", "code", "problems"]
_TIME_WIDTH: Final = len("2030-06-01T00:00:00Z")
_TYPE_WIDTH: Final = len("access_code.removed_from_device")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events to print: of these locks and types; empty: of all."""

    devices: tuple[str, ...]
    kinds: tuple[str, ...]

    def lets_through(self, event: Mapping[str, Any], ids: frozenset[str]) -> bool:
        """`ids`: the device ids of the locks."""
        if ids and event["device_id"] not in ids:
            return False
        kind = event["event_type"]
        return not self.kinds or any(fnmatch.fnmatchcase(kind, one) for one in self.kinds)


def events_command(
    chosen: Filter, follow: bool, bench: Path | None, output: str, *, show_codes: bool
) -> int:
    """Print stored events; with `follow` also those that come, until Ctrl-C or the bench's end."""
    told = ready.find(bench)
    names = Names.of(told)
    ids = frozenset(names.id_of(device) for device in chosen.devices)
    marks = CodeMarks(show=show_codes)
    return asyncio.run(_events(told, chosen, ids, names, marks, follow, output))


async def _events(
    told: Mapping[str, Any],
    chosen: Filter,
    ids: frozenset[str],
    names: Names,
    marks: CodeMarks,
    follow: bool,
    output: str,
) -> int:
    watching = asyncio.current_task()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        if watching is not None:
            watching.cancel()

    on_end_signals(interrupt)
    shown: list[Mapping[str, Any]] = []
    show = _shower(output, names) if follow else shown.append
    try:
        async for message in _stream(told, follow):
            event = _event(message, names, marks)
            if chosen.lets_through(event, ids):
                show(event)
    except asyncio.CancelledError:
        if not interrupted:
            raise
        return exits.INTERRUPTED
    if not follow:
        emit(output, whole=lambda: shown, items=shown, lines=lambda: _table(shown))
    return exits.PASSED


async def _stream(told: Mapping[str, Any], follow: bool) -> AsyncIterator[Any]:
    """Stored events, page by page, and then those that come."""
    import grpc

    from latchbench.channel import ACCESS_IN_MAX, ACCESS_OUT_MAX, channel_options, open_channel
    from protos.access.v1 import access_codes_pb2 as pb
    from protos.access.v1.access_codes_pb2_grpc import AccessCodeServiceStub

    address = str(told["grpc_address"])
    metadata = (("authorization", f"Bearer {told['api_key']}"),)
    channel = open_channel(address, channel_options(ACCESS_OUT_MAX, ACCESS_IN_MAX))
    async with channel:
        stub = AccessCodeServiceStub(channel)
        last: str | None = None
        try:
            is_all = False
            while not is_all:
                is_all = True
                request = pb.WatchEventsRequest(after_event_id=last, stored=True)
                async for message in stub.WatchEvents(request, metadata=metadata):
                    last, is_all = message.event_id, False
                    yield message
            if follow:
                request = pb.WatchEventsRequest(after_event_id=last)
                async for message in stub.WatchEvents(request, metadata=metadata):
                    yield message
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                raise exits.CommandError(ready.GONE, exits.ENVIRONMENT) from error
            message = f"the gateway ended the watch: {error.details()}"
            raise exits.CommandError(message, exits.OURS) from error


def _event(message: Any, names: Names, marks: CodeMarks) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event_id": message.event_id,
        "event_type": message.event_type,
        "occurred_at": message.occurred_at.ToJsonString(),
        "device_id": message.device_id,
        "lock": names.name_of(message.device_id),
        "access_code_id": _optional(message, "access_code_id"),
        "code": marks.shown_or_none(_optional(message, "code")),
    }
    errors = [one.error_code for one in message.access_code_errors]
    warnings = [one.warning_code for one in message.access_code_warnings]
    return {**event, "errors": errors, "warnings": warnings}


def _optional(message: Any, field: str) -> str | None:
    return str(getattr(message, field)) if message.HasField(field) else None


def _cells(event: Mapping[str, Any]) -> list[str]:
    problems = ", ".join((*event["errors"], *event["warnings"]))
    time = f"{event['occurred_at'][:19]}Z"
    return [time, event["lock"], event["event_type"], event["code"] or "", problems]


def _table(events: list[Mapping[str, Any]]) -> list[str]:
    if not events:
        return ["no event"]
    return exits.table(_COLUMNS, [_cells(event) for event in events])


def _shower(output: str, names: Names) -> Any:
    """Prints one event at a time; JSON is one document a line, since no end is in sight."""
    if output != "table":
        return lambda event: exits.say(to_json(event))
    lock_width = max(map(len, (*names.ids, "lock")))
    widths = (_TIME_WIDTH, lock_width, _TYPE_WIDTH, len(MASK) + 1, 0)

    def show(event: Mapping[str, Any]) -> None:
        cells = zip(_cells(event), widths, strict=True)
        exits.say("  ".join(cell.ljust(width) for cell, width in cells).rstrip())

    return show
