"""What callers of a gateway may rely on, as two plain dicts, and what the locks say to that.

The oracle knows nothing of how the gateway works. It keeps what was promised and what was taken
back; all else it asks the locks, which are witnesses (`tests.engine.plain_lock`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.policy.records import CreateMultipleView, Status, Want
from tests.engine.bench_of_one import HOUR_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.policy.answers import AttemptView, CreateView
    from gateway.policy.records import AccessCodeView, CodeProblem, CodeRecord
    from latchbench.pin import Pin
    from tests.engine.bench_of_one import BenchOfOne
    from tests.engine.plain_lock import PlainLock
    from tests.engine.reply import Reply

# One try a minute for each row, of two commands; and what a call or a walk may cost at once.
COMMANDS_AT_ONCE = 150
COMMANDS_PER_ROW_AND_HOUR = 130
NO_SPACE = "no_space_for_access_code_on_device"


@dataclass(frozen=True, slots=True)
class Promise:
    """A row that a caller was told of."""

    device: str
    pin: str
    created_at_us: int
    ends_at_us: int | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, and how many rows it asks for."""

    reply: Reply[CreateMultipleView] | Reply[CreateView]
    rows: int
    has_window: bool


class GatewayOracle:
    """All promises, and the calls that are still open."""

    def __init__(self, bench: BenchOfOne) -> None:
        self.bench = bench
        self.promised: dict[str, Promise] = {}
        self.deleted: set[str] = set()
        self.calls: list[Call] = []
        self.changes: dict[str, Reply[AttemptView]] = {}
        self._before: dict[str, Promise] = {}  # each change that is not answered yet
        self.old_pins: dict[str, set[str]] = {}
        self.deletions: dict[str, Reply[AttemptView]] = {}
        self.free_since_us = 0
        self._untold_rows = 0
        self._ended_early = 0

    @property
    def held(self) -> bool:
        """Whether the store or the thread stands still: nothing can be answered then."""
        return self.bench.shelf.held or self.bench.thought.held

    # What callers do.

    def ask(self, devices: Sequence[str], parameters: dict[str, Any]) -> None:
        reply = self.bench.create(*devices, **parameters)
        self.calls.append(Call(reply, len(devices), "ends_at" in parameters))

    def ask_one(self, device: str, parameters: dict[str, Any]) -> None:
        """`create`, whose answer is told of as that of a group of one."""
        reply = self.bench.create_one(device, **parameters)
        self.calls.append(Call(reply, 1, has_window=False))

    def change(
        self, code_id: str, code: str | None, window: tuple[int, int] | str | None, *, sync: bool
    ) -> None:
        """`update`. From then on what is promised is what was asked for, if it was taken."""
        asked: dict[str, Any] = {"sync": sync}
        if code is not None:
            asked["code"] = code
        if isinstance(window, str):
            asked["type"] = window
        elif window is not None:
            asked["starts_at"] = self.bench.at(window[0])
            asked["ends_at"] = self.bench.at(window[0] + window[1])
        if code_id not in self.changes or self.changes[code_id].answered:
            self._before[code_id] = self.promised[code_id]
        self.changes[code_id] = self.bench.update(code_id, **asked)
        self._follow(self.bench.world.codes.get(code_id))

    def _follow(self, row: CodeRecord | None) -> None:
        """The row was changed as its caller asked: that is what is promised from now on."""
        if row is None or row.pin is None:
            return
        code_id, pin = row.access_code_id, row.pin.reveal()
        before = self.promised[code_id]
        since_us = before.created_at_us
        if before.pin != pin:
            self.old_pins.setdefault(code_id, set()).add(before.pin)
            since_us = self.bench.now_us
        self.promised[code_id] = Promise(row.device_id, pin, since_us, row.ends_at_us)

    def wanted(self) -> list[str]:
        """Ids of the rows that callers believe to have."""
        self.hear()
        return sorted(self.promised.keys() - self.deleted - self._ended())

    def delete(self, code_id: str) -> None:
        self.deletions[code_id] = self.bench.delete(code_id)
        self.deleted.add(code_id)

    def hear(self) -> None:
        """What was answered since is promised from now on."""
        for call in [call for call in self.calls if call.reply.answered]:
            self.calls.remove(call)
            if call.reply.error is not None:
                continue
            told = call.reply.value
            views = (
                told.access_codes if isinstance(told, CreateMultipleView) else (told.access_code,)
            )
            missing = call.rows - len(views)
            # A row is not in the answer where its window was over before that could be given.
            assert missing == 0 or call.has_window
            self._ended_early += missing
            for view in views:
                self._promise(view)

    def _promise(self, view: AccessCodeView) -> None:
        assert view.code is not None
        self.promised[view.access_code_id] = Promise(
            view.device_id, view.code.reveal(), view.created_at_us, view.ends_at_us
        )

    def _ended(self) -> set[str]:
        return {
            code_id
            for code_id, promise in self.promised.items()
            if promise.ends_at_us is not None and promise.ends_at_us <= self.bench.now_us
        }

    def crash(self, *, keep: int, up: bool) -> None:
        """The gateway dies: what it had not answered may have come true, or not."""
        self.hear()
        self._untold_rows += len(self.bench.locks) * len(self.calls)
        self.calls.clear()
        self.free_since_us = self.bench.now_us
        self.bench.restart(keep=keep, up=up)
        for code_id, reply in self.deletions.items():
            row = self.bench.shelf.codes.get(code_id)
            if not reply.answered and row is not None and row.want is Want.PRESENT:
                self.deleted.discard(code_id)
        self.deletions.clear()
        for code_id, change in self.changes.items():
            if not change.answered:
                self.promised[code_id] = self._before[code_id]  # unless it was written
                self._follow(self.bench.shelf.codes.get(code_id))
        self.changes.clear()

    # What is always true.

    def check_calls(self) -> None:
        """Every call is answered by its deadline."""
        self.hear()
        if self.held:
            return
        now_us = self.bench.now_us
        for call in self.calls:
            asked_us = max(call.reply.asked_at_us, self.free_since_us)
            in_time = now_us <= asked_us + self.bench.settings.sync_deadline_us
            assert in_time, "a call waits beyond its deadline"
        assert all(reply.answered for reply in self.deletions.values()), "a deletion waits"

    def check_reserved(self) -> None:
        """No lock is given one code twice."""
        pins = [(row.device_id, row.pin) for row in self.bench.shelf.codes.values() if row.pin]
        assert len(pins) == len(set(pins))

    def check_keys(self) -> None:
        """All that is wanted under one key is one code."""
        pins: dict[str, set[Pin | None]] = {}
        for row in self.bench.shelf.codes.values():
            if row.common_code_key is not None and row.want is Want.PRESENT:
                pins.setdefault(row.common_code_key, set()).add(row.pin)
        assert all(len(found) == 1 for found in pins.values())

    def check_listed(self) -> None:
        """Listed is what was promised, and what is called set was really there."""
        if self.held:
            return
        ended = self._ended()
        for lock in self.bench.locks.values():
            views = {view.access_code_id: view for view in self.bench.listed(lock.name)}
            for code_id in views.keys() - self.promised.keys():
                self._untold_rows -= 1
                assert self._untold_rows >= 0, "a row that nobody was told of"
                self._promise(views[code_id])
            for code_id, promise in self.promised.items():
                if promise.device == lock.name and code_id not in {*views, *self.deleted, *ended}:
                    raise AssertionError("a row that was promised is not listed")
            for view in views.values():
                self._check_status(lock, view)

    def _check_status(self, lock: PlainLock, view: AccessCodeView) -> None:
        promise = self.promised[view.access_code_id]
        assert view.code is not None
        pin = view.code.reveal()
        assert pin == promise.pin or view.is_external_modification_allowed
        if view.status is Status.SET:
            held = lock.held_since(pin, promise.created_at_us, self.bench.now_us)
            assert held, "called set, and its lock never held it"
        if view.access_code_id in self.deleted:
            assert view.status is Status.REMOVING

    def pass_time(self, by_us: int) -> None:
        """Let time pass; no lock is talked to more than trying costs."""
        before = dict(self.bench.sent)
        self.bench.advance(by_us)
        for name in self.bench.locks:
            rows = max(1, len(self.bench.world.codes_of(name)))
            most = COMMANDS_AT_ONCE + COMMANDS_PER_ROW_AND_HOUR * rows * by_us / HOUR_US
            assert self.bench.sent[name] - before[name] <= most

    # And when everything has worked again for a while.

    def check_healed(self) -> None:
        """The locks hold what is listed and what people put there, and nothing else."""
        self.hear()
        assert self.calls == []
        self.check_listed()
        for lock in self.bench.locks.values():
            self._check_lock(lock)
        assert self.bench.core.open_work() == 0
        assert self.bench.core.waiting_work() == 0
        self._check_events()

    def _check_events(self) -> None:
        """Nothing is told of rows that nobody was promised, nor after their end."""
        told: dict[str, list[str]] = {}
        for event in self.bench.shelf.events:
            assert event.access_code_id is not None
            told.setdefault(event.access_code_id, []).append(event.event_type)
        strangers = 0
        for code_id, (begins, *others) in told.items():
            if begins == "access_code.created":
                strangers += code_id not in self.promised
                assert "access_code.deleted" not in others[:-1]
            else:
                assert begins == "access_code.unmanaged.created"
                assert others in ([], ["access_code.unmanaged.removed"])
            assert begins not in others
        assert strangers <= self._ended_early + self._untold_rows

    def check_restarted(self) -> None:
        """A gateway that starts now knows all that, and tells nobody again."""
        before = {name: self._statuses(name) for name in self.bench.locks}
        events = len(self.bench.shelf.events)
        self.bench.restart()
        self.bench.advance(HOUR_US)
        for name, statuses in before.items():
            after = self._statuses(name)
            assert after.keys() == statuses.keys()
            for code_id, status in statuses.items():
                # What was refused may be tried once more; what was set just stays.
                taken = status == "setting" and after[code_id] in ("set", "unknown")
                assert after[code_id] == status or taken
        # A change that was refused, and is taken now, is told of as changed and as set.
        new = [
            event
            for event in self.bench.shelf.events[events:]
            if not event.event_type.endswith("_changed")
        ]
        kinds = {event.event_type for event in new}
        assert kinds <= {"access_code.set_on_device", "access_code.failed_to_set_on_device"}
        # Of two rows that are tried anew in one slot, one lacks space until it has its turn.
        told = {(event.access_code_id, _words(event.errors)) for event in new}
        assert len(new) == len(told)

    def _statuses(self, name: str) -> dict[str, str]:
        views = self.bench.listed(name)
        return {view.access_code_id: view.status.value for view in views}

    def _check_lock(self, lock: PlainLock) -> None:
        views = self.bench.listed(lock.name)
        pins = {view.code.reveal(): view.status for view in views if view.code}
        # A code that was disabled at its lock, and that the lock then refused, may still be there;
        # and so may the one before it, where the lock refused the new one or shows neither.
        before = {
            pin
            for view in views
            if view.status in (Status.SETTING, Status.UNKNOWN)
            for pin in self.old_pins.get(view.access_code_id, ())
        }
        unknown = {pin for pin, status in pins.items() if status is Status.UNKNOWN}
        mine = {view.code.reveal() for view in views if view.code and not _is_nowhere(view)}
        ours = {
            slot
            for slot, code in lock.codes.items()
            if pins.get(code) is Status.SET
            or (slot in lock.disabled and code in (pins if slot not in lock.by_hand else mine))
            or (code in before | unknown and slot not in lock.by_hand)
        }
        for slot, code in lock.codes.items():
            by_hand = lock.by_hand.get(slot) == code
            assert by_hand or slot in ours, f"slot {slot} holds a code that nobody wants"
        for view in views:
            assert view.access_code_id not in self.deleted
            assert view.access_code_id not in self._ended()
            assert view.code is not None
            self._check_set_or_said_why(lock, view, view.code.reveal())
        records = self.bench.shelf.unmanaged.values()
        known = {record.slot for record in records if record.device_id == lock.name}
        assert known == lock.codes.keys() - ours

    def _check_set_or_said_why(self, lock: PlainLock, view: AccessCodeView, pin: str) -> None:
        problems = {problem.error_code for problem in view.errors}
        if view.status is Status.SET:
            assert list(lock.codes.values()).count(pin) == 1
            assert problems == set(), problems
        elif view.status is Status.SETTING:
            full = len(lock.codes) >= lock.slots - len(lock.lacks)
            reasons = {
                # What once led astray is not written again while what it led to is there.
                NO_SPACE: full or lock.has_erred,
                "duplicate_code_on_device": pin in lock.by_hand.values(),
                "failed_to_set_on_device": pin in lock.refused,
            }
            assert any(reasons.get(problem, False) for problem in problems), problems
        elif view.status is Status.UNKNOWN:
            assert lock.masked
            assert problems == {"access_code_state_unconfirmed"}, problems
        else:
            assert view.status is Status.UNSET


def _words(problems: tuple[CodeProblem, ...]) -> tuple[str, ...]:
    return tuple(problem.error_code for problem in problems)


def _is_nowhere(view: AccessCodeView) -> bool:
    """Whether a row says that it has no slot: all are taken, or somebody else has its code."""
    problems = {problem.error_code for problem in view.errors}
    return not problems.isdisjoint({"duplicate_code_on_device", NO_SPACE})
