"""A case while it runs: its bench, what was saved, and how values are filled in and shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from latchbench.pin import MASK, Pin
from simulator.scenario.interpolate import MISSING, Late, Reference
from simulator.scenario.matchers import Asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.bench import Bench, HttpReply
    from simulator.scenario.cases import Case


@dataclass(slots=True)
class SavedCall:
    """What a step kept of a call: its rows by lock, and the names that later steps may ask for."""

    rows: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, Any]


@dataclass(slots=True)
class Running:
    """One case under way."""

    case: Case
    bench: Bench
    show_codes: bool = False
    saved: dict[str, SavedCall] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    def lookup(self, reference: Reference) -> object:
        """What an earlier step saved: `booking.code`, `booking.devices.front.code`."""
        name, *inner = reference.parts
        call = self.saved.get(name)
        if call is None or not inner:
            return MISSING
        if inner[0] == "devices" and len(inner) == 3:
            return call.rows.get(inner[1], {}).get(inner[2], MISSING)
        return call.names.get(inner[0], MISSING)

    def fill(self, value: object) -> Any:
        """A value with nothing left open. Raises `Unfilled` when nothing was saved under a name."""
        if not isinstance(value, Late):
            return value
        filled = value.fill(self.lookup)
        if filled is MISSING:
            raise Unfilled(", ".join(str(reference) for reference in value.references))
        return filled

    def pin(self, value: object) -> Pin:
        """A code that a step names."""
        filled = self.fill(value)
        return filled if isinstance(filled, Pin) else Pin(str(filled))

    def asking(self) -> Asking:
        """What a matcher needs while it looks."""
        return Asking(self.lookup, lambda pin: pin.reveal() if self.show_codes else MASK)

    def lock_of(self, device_id: str) -> str:
        """The lock's name, or the id itself for a device that is none of the bench's."""
        for name, lock in self.bench.locks.items():
            if lock.device_id == device_id:
                return name
        return device_id


class Unfilled(Exception):
    """A step needs what no earlier step saved, because that step did not go as written."""


def row_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """An access code of the API, its digits as a PIN that prints masked."""
    row = dict(body)
    if isinstance(row.get("code"), str):
        row["code"] = Pin(row["code"])
    return row


@dataclass(frozen=True, slots=True)
class CallResult:
    """What `create_multiple` came to: rows by lock, or an error."""

    status: int
    rows: Mapping[str, Mapping[str, Any]]
    shared: tuple[str, ...] = ()
    random: tuple[str, ...] = ()
    error_type: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    message: str = ""

    def told(self, run: Running) -> str:
        """The answer in one line, PINs as tokens."""
        if self.status != 200:
            why = ", ".join(f"{lock}: {reason}" for lock, reason in self.reasons.items() if reason)
            return f"refused, {self.status} {self.error_type}" + (f" ({why})" if why else "")
        parts = []
        if self.shared:
            code = self.rows[self.shared[0]].get("code")
            verb = "share" if len(self.shared) > 1 else "has"
            parts.append(f"{', '.join(self.shared)} {verb} {_token(run, code)}")
        parts += [
            f"{lock} has its own {_token(run, self.rows[lock].get('code'))}" for lock in self.random
        ]
        waiting = [lock for lock, row in self.rows.items() if row["status"] != "set"]
        if waiting:
            words = ", ".join(f"{lock} {self.rows[lock]['status']}" for lock in waiting)
            parts.append(f"not set yet: {words}")
        return "; ".join(parts)

    @classmethod
    def from_reply(cls, run: Running, reply: HttpReply) -> CallResult:
        """Read the gateway's answer."""
        if reply.status != 200:
            error = reply.body["error"]
            devices = (error.get("data") or {}).get("devices", [])
            return cls(
                status=reply.status,
                rows={},
                error_type=error["type"],
                reasons={
                    run.lock_of(item["device_id"]): item.get("reason", "") for item in devices
                },
                message=error["message"],
            )
        group = reply.body["latchbench"]
        return cls(
            status=200,
            rows={run.lock_of(row["device_id"]): row_of(row) for row in reply.body["access_codes"]},
            shared=tuple(run.lock_of(device_id) for device_id in group["shared"]),
            random=tuple(run.lock_of(item["device_id"]) for item in group["random"]),
        )


def _token(run: Running, code: object) -> str:
    return run.bench.token(code) if isinstance(code, Pin) else "no code"
