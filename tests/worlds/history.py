"""Worlds that never ran: histories made by hand, to be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.policy.commands import LockEvent
from gateway.policy.records import (
    Changes,
    CodeRecord,
    EventRecord,
    GroupRecord,
    GroupState,
    Progress,
    Want,
)
from latchbench.pin import Pin
from latchbench.trace import TraceEvent
from simulator.worlds.plan import Ask, Happening, Plan
from simulator.worlds.seen import (
    NOTHING,
    Answered,
    Asked,
    Called,
    Exchange,
    Loaded,
    LockEnd,
    Look,
    Note,
    Seen,
    Stored,
    Told,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulator.worlds.seen import Fact, Violation

LOCKS = ("front", "side")
KEY = "auto_set_by_create_multiple_1"
PROFILE = "deadbolt-30"


def token(pin: Pin) -> str:
    """What stands for a PIN in these histories."""
    return f"pin:{pin.reveal()}"


def messages(check: Callable[[Seen], Iterator[Violation]], history: History) -> list[str]:
    """What a checker has against a history."""
    return [violation.message for violation in check(history.seen())]


class History:
    """Written from the beginning to the end; `at` moves time, in seconds."""

    def __init__(self, profile: str = PROFILE) -> None:
        self._locks: dict[str, Any] = {lock: {"profile": profile} for lock in LOCKS}
        self._now_us = 0
        self._delta = 0
        self._trace: list[TraceEvent] = []
        self._notes: list[Note] = []
        self._exchanges: list[Exchange] = []
        self._sequence = 0
        self._groups: dict[str, GroupRecord] = {}
        self.outputs: list[str] = []
        self.rows: list[dict[str, Any]] = []
        self.unmanaged: list[dict[str, Any]] = []
        self.memory: dict[int, Pin] = {}
        self.settled = True
        self.steps: list[dict[str, Any]] = []

    def at(self, seconds: float) -> None:
        """From now on it is so late."""
        self._now_us, self._delta = round(seconds * 1_000_000), 0

    def _take(self, fact: Fact) -> None:
        self._delta += 1
        self._notes.append(Note(self._now_us, self._delta, fact))

    # Locks and people.

    def tell(self, source: str, kind: str, **fields: str) -> None:
        """An event of the trace."""
        self._delta += 1
        place = len(self._trace)
        self._trace.append(TraceEvent(self._now_us, self._delta, source, place, kind, fields))

    def stores(self, slot: int, pin: str, lock: str = "front") -> None:
        """A lock stores a code."""
        self.tell(lock, "lock.code.stored", slot=str(slot), pin=token(Pin(pin)))

    def clears(self, slot: int, lock: str = "front") -> None:
        """A lock clears a slot."""
        self.tell(lock, "lock.code.cleared", slot=str(slot))

    def by_hand(self, slot: int, pin: str | None, lock: str = "front") -> None:
        """Somebody stores a code at the keypad, or clears one."""
        self.tell("bench", "bench.step", number="0", verb="program_at_keypad")
        self._delta -= 1
        if pin is None:
            self.clears(slot, lock)
        else:
            self.stores(slot, pin, lock)

    # The gateway.

    def asks(
        self,
        word: str,
        slot: int | None = None,
        pin: str | None = None,
        lock: str = "front",
        *,
        sequence: int | None = None,
        hours: tuple[int | None, int | None] | None = None,
    ) -> None:
        """The gateway hands a command over."""
        self._sequence = self._sequence + 1 if sequence is None else sequence
        digits = None if pin is None else Pin(pin)
        self._take(Asked(lock, 1, self._sequence, word, slot, digits, hours))

    def reads(
        self, slot: int, pin: str | None, lock: str = "front", *, masked: bool = False
    ) -> None:
        """The gateway reads a slot: digits, or None for an empty one."""
        look = NOTHING if pin is None else Look(True, None if masked else Pin(pin))
        self._take(Told(lock, 1, self._sequence, heard=True, incarnation=1, looks={slot: look}))

    def walks(self, lock: str = "front", **codes: str) -> None:
        """The gateway reads all slots: `slot_3="1234"`."""
        looks = {
            int(name.removeprefix("slot_")): Look(True, Pin(pin)) for name, pin in codes.items()
        }
        told = Told(lock, 1, 0, heard=True, incarnation=1, looks=looks, whole=True)
        self._take(told)

    def hears(self, slot: int, lock: str = "front") -> None:
        """The lock tells by itself that a slot changed."""
        self._take(Told(lock, event=LockEvent.CODE_ADDED, slot=slot))

    def reads_hours(
        self, slot: int, hours: tuple[int | None, int | None], lock: str = "front"
    ) -> None:
        """The gateway reads the hours of a slot."""
        self._take(Told(lock, 1, self._sequence, heard=True, hours=(slot, hours)))

    def writes(self, slot: int, pin: str, lock: str = "front") -> None:
        """A slot is read as empty, written, and read back."""
        self.asks("get_user_code", slot, lock=lock)
        self.reads(slot, None, lock)
        self.asks("set_user_code", slot, pin, lock=lock)
        self.stores(slot, pin, lock)
        self.asks("get_user_code", slot, lock=lock)
        self.reads(slot, pin, lock)

    def group(
        self, state: str = "committed", behavior: str = "throw", key: str | None = KEY
    ) -> GroupRecord:
        """The one group of these histories."""
        return GroupRecord("group-1", GroupState(state), behavior, self._now_us, key)

    def row(
        self, pin: str | None, lock: str = "front", slot: int | None = 1, **more: Any
    ) -> CodeRecord:
        """An access code of the group."""
        values: dict[str, Any] = {
            "access_code_id": f"row-{lock}",
            "group_id": "group-1",
            "device_id": f"id-{lock}",
            "position": LOCKS.index(lock),
            "name": None,
            "device_name": "code",
            "pin": None if pin is None else Pin(pin),
            "common_code_key": KEY,
            "want": Want.PRESENT,
            "progress": Progress.OPEN,
            "created_at_us": self._now_us,
            "slot": slot,
        }
        return CodeRecord(**(values | more))

    def saves(
        self,
        *rows: CodeRecord,
        group: GroupRecord | None = None,
        events: Sequence[tuple[str, str]] = (),
        gone: Sequence[str] = (),
    ) -> None:
        """A transaction. Events are (type, lock), what is gone are locks."""
        changes = Changes(
            codes={row.access_code_id: row for row in rows},
            groups={} if group is None else {group.group_id: group},
            deleted_codes={f"row-{lock}" for lock in gone},
            events=[
                EventRecord(
                    f"event-{len(self._notes)}-{place}",
                    f"access_code.{kind}",
                    self._now_us,
                    f"id-{lock}",
                    f"row-{lock}",
                )
                for place, (kind, lock) in enumerate(events)
            ],
        )
        self._take(Stored(changes))

    def starts_again(self, *rows: CodeRecord, group: GroupRecord | None = None) -> None:
        """The gateway starts and finds this in its store."""
        self._take(Loaded([] if group is None else [group], rows))

    # The API.

    def calls(
        self,
        path: str,
        request: Mapping[str, Any],
        status: int = 200,
        reply: Mapping[str, Any] | None = None,
    ) -> None:
        """A call, and its answer at once."""
        exchange = self.calls_open(path, request)
        self.answers(exchange, status, reply)

    def calls_open(self, path: str, request: Mapping[str, Any]) -> Exchange:
        """A call that is not answered yet."""
        exchange = Exchange(self._now_us, "POST", path, request)
        self._exchanges.append(exchange)
        self._take(Called(exchange))
        return exchange

    def answers(
        self, exchange: Exchange, status: int = 200, reply: Mapping[str, Any] | None = None
    ) -> None:
        """Its answer."""
        exchange.answered_us, exchange.status, exchange.reply = self._now_us, status, reply or {}
        self._take(Answered(exchange))

    def lists(self, *rows: Mapping[str, Any]) -> None:
        """The API lists access codes."""
        self.calls("/access_codes/list", {}, reply={"access_codes": list(rows)})

    def seen(self) -> Seen:
        """All of it, as a checker gets it."""
        happenings = [Happening(0, knot, "", step) for knot, step in enumerate(self.steps)]
        plan = Plan(Ask(1), {"locks": self._locks}, tuple(happenings))
        end = LockEnd(self.memory, self.rows, self.unmanaged)
        nothing = LockEnd({}, [], [])
        return Seen(
            plan=plan,
            trace=self._trace,
            exchanges=self._exchanges,
            locks={"front": end, "side": nothing},
            lock_of={f"id-{lock}": lock for lock in LOCKS},
            healed_us=self._now_us,
            settled=self.settled,
            token=token,
            notes=self._notes,
            outputs=self.outputs,
        )


def shown(
    pin: str | None = "1234", status: str = "set", lock: str = "front", **more: Any
) -> dict[str, Any]:
    """An access code as the API shows it."""
    return {
        "access_code_id": f"row-{lock}",
        "device_id": f"id-{lock}",
        "code": pin,
        "status": status,
        "errors": [],
        "is_managed": True,
        "common_code_key": KEY,
        "latchbench": {"group_id": "group-1"},
    } | more
