"""What callers of a gateway may rely on, as two plain dicts, and what the locks say to that.

The oracle knows nothing of how the gateway works. It keeps what was promised and what was taken
back; all else it asks the locks, which are witnesses (`tests.engine.plain_lock`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.policy.records import Status, Want
from tests.engine.bench_of_one import HOUR_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.policy.records import AccessCodeView, CreateMultipleView
    from tests.engine.bench_of_one import BenchOfOne, Reply
    from tests.engine.plain_lock import PlainLock

# One try a minute for each row, of two commands; and what a call or a walk may cost at once.
COMMANDS_AT_ONCE = 150
COMMANDS_PER_ROW_AND_HOUR = 130


@dataclass(frozen=True, slots=True)
class Promise:
    """A row that a caller was told of."""

    device: str
    pin: str
    created_at_us: int
    ends_at_us: int | None


class GatewayOracle:
    """All promises, and the calls that are still open."""

    def __init__(self, bench: BenchOfOne) -> None:
        self.bench = bench
        self.promised: dict[str, Promise] = {}
        self.deleted: set[str] = set()
        self.calls: list[Reply[CreateMultipleView]] = []
        self.deletions: dict[str, Reply[None]] = {}
        self.free_since_us = 0
        self._untold_rows = 0

    @property
    def held(self) -> bool:
        """Whether the store or the thread stands still: nothing can be answered then."""
        return self.bench.shelf.held or self.bench.thought.held

    # What callers do.

    def ask(self, devices: Sequence[str], parameters: dict[str, Any]) -> None:
        self.calls.append(self.bench.create(*devices, **parameters))

    def wanted(self) -> list[str]:
        """Ids of the rows that callers believe to have."""
        self.hear()
        return sorted(self.promised.keys() - self.deleted - self._ended())

    def delete(self, code_id: str) -> None:
        self.deletions[code_id] = self.bench.delete(code_id)
        self.deleted.add(code_id)

    def hear(self) -> None:
        """What was answered since is promised from now on."""
        for call in [call for call in self.calls if call.answered]:
            self.calls.remove(call)
            if call.error is None:
                for view in call.value.access_codes:
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

    # What is always true.

    def check_calls(self) -> None:
        """Every call is answered by its deadline."""
        self.hear()
        if self.held:
            return
        now_us = self.bench.now_us
        for call in self.calls:
            asked_us = max(call.asked_at_us, self.free_since_us)
            in_time = now_us <= asked_us + self.bench.settings.sync_deadline_us
            assert in_time, "a call waits beyond its deadline"
        assert all(reply.answered for reply in self.deletions.values()), "a deletion waits"

    def check_reserved(self) -> None:
        """No lock is given one code twice."""
        pins = [(row.device_id, row.pin) for row in self.bench.shelf.codes.values() if row.pin]
        assert len(pins) == len(set(pins))

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
        if view.status is Status.SET:
            held = lock.held_since(promise.pin, promise.created_at_us, self.bench.now_us)
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

    def _check_lock(self, lock: PlainLock) -> None:
        views = self.bench.listed(lock.name)
        ours = {view.code.reveal() for view in views if view.code and view.status is Status.SET}
        for slot, code in lock.codes.items():
            by_hand = lock.by_hand.get(slot) == code
            assert by_hand or code in ours, f"slot {slot} holds a code that nobody wants"
        for view in views:
            assert view.access_code_id not in self.deleted
            assert view.access_code_id not in self._ended()
            assert view.code is not None
            self._check_set_or_said_why(lock, view, view.code.reveal())
        records = self.bench.shelf.unmanaged.values()
        known = {record.slot for record in records if record.device_id == lock.name}
        assert known == {slot for slot, code in lock.codes.items() if code not in ours}

    def _check_set_or_said_why(self, lock: PlainLock, view: AccessCodeView, pin: str) -> None:
        problems = {problem.error_code for problem in view.errors}
        if view.status is Status.SET:
            assert list(lock.codes.values()).count(pin) == 1
            assert problems == set()
        elif view.status is Status.SETTING:
            reasons = {
                "no_space_for_access_code_on_device": len(lock.codes) >= lock.slots,
                "duplicate_code_on_device": pin in lock.by_hand.values(),
                "failed_to_set_on_device": pin in lock.refused,
            }
            assert any(reasons.get(problem, False) for problem in problems), problems
        else:
            assert view.status is Status.UNSET
