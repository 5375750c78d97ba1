"""What a call came to: the access codes of its answer by lock, or why it was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from latchbench.pin import Pin
from simulator.http_door import NO_ANSWER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.http_door import HttpReply

OK: Final = 200
EACH_MAX: Final = 3  # rows that are told one by one even if all are alike


def row_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """An access code of the API, its digits as a PIN that prints masked."""
    row = dict(body)
    if isinstance(row.get("code"), str):
        row["code"] = Pin(row["code"])
    return row


@dataclass(frozen=True, slots=True)
class CallResult:
    """The answer to one call.

    `codes` are its access codes in the API's order; `shared`, `random`, `group_id` and `warnings`
    (their words) are set by `create_multiple` alone.
    """

    status: int
    codes: tuple[Mapping[str, Any], ...] = ()
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    random: tuple[str, ...] = ()
    group_id: str | None = None
    warnings: tuple[str, ...] = ()
    error_type: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    message: str = ""

    @classmethod
    def from_reply(cls, reply: HttpReply, lock_of: Callable[[str], str]) -> CallResult:
        """Read the gateway's answer; `lock_of` names the lock of a device id."""
        if reply.status != OK:
            error = reply.body["error"]
            devices = (error.get("data") or {}).get("devices", [])
            return cls(
                status=reply.status,
                error_type=error["type"],
                reasons={lock_of(item["device_id"]): item.get("reason", "") for item in devices},
                message=error["message"],
            )
        single = reply.body.get("access_code")
        listed = reply.body.get("access_codes", () if single is None else (single,))
        codes = tuple(row_of(row) for row in listed)
        group = reply.body.get("latchbench", {})
        return cls(
            status=OK,
            codes=codes,
            rows={lock_of(row["device_id"]): row for row in codes},
            shared=tuple(lock_of(device_id) for device_id in group.get("shared", ())),
            random=tuple(lock_of(item["device_id"]) for item in group.get("random", ())),
            group_id=group.get("group_id"),
            warnings=tuple(item["warning_code"] for item in group.get("warnings", ())),
        )

    @property
    def is_ok(self) -> bool:
        """Whether the call did what it was asked to."""
        return self.status == OK

    def refusal(self) -> str:
        """Why the call was refused, in one line without a PIN."""
        if self.status == NO_ANSWER:
            return f"{self.error_type}, {self.message}"
        reasons = ", ".join(f"{lock}: {reason}" for lock, reason in self.reasons.items() if reason)
        return f"{self.status} {self.error_type} ({reasons or self.message})"

    def fields(self) -> dict[str, str]:
        """What the trace says of it: how it ended, and who was refused for which reason."""
        told = {
            "status": str(self.status),
            "type": self.error_type or "",
            "reasons": ",".join(reason for reason in self.reasons.values() if reason),
            "devices": ",".join(lock for lock, reason in self.reasons.items() if reason),
            "warnings": ",".join(self.warnings),
        }
        return {name: value for name, value in told.items() if value}

    def names(self) -> Mapping[str, Any]:
        """What `save_as` keeps: of a group its common code, key and id, else the one code's fields.

        A group in which nobody shares has the code of its first row.
        """
        if self.group_id is None:
            return dict(self.codes[0]) if len(self.codes) == 1 else {}
        first = self.rows[self.shared[0]] if self.shared else next(iter(self.codes), {})
        return {
            "code": first.get("code"),
            "common_code_key": first.get("common_code_key"),
            "group_id": self.group_id,
        }

    def told(self, token: Callable[[Pin], str]) -> str:
        """The answer in one line, PINs as tokens."""
        if not self.is_ok:
            return f"refused, {self.refusal()}"
        rows = list(self.rows.items())
        if self.group_id is None:
            told = [f"{lock} {_digits(row, token)} {row['status']}" for lock, row in rows]
            return ", ".join(told) or "done"
        parts = []
        if self.shared:
            verb = "share" if len(self.shared) > 1 else "has"
            code = _digits(self.rows[self.shared[0]], token)
            parts.append(f"{', '.join(self.shared)} {verb} {code}")
        for lock in self.random:
            has = "is given" if self.rows[lock]["status"] != "set" else "has"
            has += " its own" if self.rows[lock].get("code") else ""
            parts.append(f"{lock} {has} {_digits(self.rows[lock], token)}")
        waiting = [(lock, _why_not_set(row)) for lock, row in rows if row["status"] != "set"]
        if waiting:
            parts.append(f"not set yet: {_waiting(waiting, len(rows))}")
        return "; ".join(parts)


def _why_not_set(row: Mapping[str, Any]) -> str:
    errors = [item["error_code"] for item in row.get("errors", ())]
    return ", ".join(errors) or str(row["status"])


def _waiting(waiting: Sequence[tuple[str, str]], rows: int) -> str:
    """Each lock with its status or error; of many that are all alike only how many."""
    statuses = {status for _, status in waiting}
    if len(waiting) == rows > EACH_MAX and len(statuses) == 1:
        return f"all {rows} {statuses.pop()}"
    return ", ".join(f"{lock} {status}" for lock, status in waiting)


def _digits(row: Mapping[str, Any], token: Callable[[Pin], str]) -> str:
    code = row.get("code")
    return token(code) if isinstance(code, Pin) else "no code"
