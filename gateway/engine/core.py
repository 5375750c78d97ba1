"""The gateway's core: every call, report, link and timer enters here, one at a time.

The core is synchronous and single-threaded. It has no socket, file, clock or dice of its own, and
it never waits: what takes time comes back as another entry. That is what lets the same code run in
a process on real time, in lockstep with a bench, and in one thread with everything else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.engine.admission import Admission
from gateway.engine.admit import offline_since_us, pool_warnings, view_of
from gateway.engine.attempts import Attempts
from gateway.engine.backups import Backups
from gateway.engine.creation import Creation
from gateway.engine.dispatch import Dispatcher
from gateway.engine.groups import Groups
from gateway.engine.lookups import Lookups
from gateway.engine.repeats import Repeats
from gateway.engine.rows import Rows
from gateway.engine.strays import recall
from gateway.engine.updates import Updates
from gateway.policy.attempts import AttemptType
from gateway.policy.cursor import Place, take_page
from gateway.policy.errors import AccessCodeNotFound, DeviceNotFound, GatewayError
from gateway.policy.operations import is_spare
from gateway.policy.queries import (
    parse_delete,
    parse_device,
    parse_devices,
    parse_get,
    parse_list,
)
from gateway.policy.records import CodeKind, GroupState, Page, Progress, Want
from gateway.policy.views import attempt_view, device_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.engine.book import Book
    from gateway.engine.parts import Parts, Radio, Thinking
    from gateway.policy.answers import AttemptView, CreateView
    from gateway.policy.choose import Draw
    from gateway.policy.commands import Notice, Report
    from gateway.policy.queries import GetQuery
    from gateway.policy.records import (
        AccessCodeView,
        CodeRecord,
        CreateMultipleView,
        DeviceRecord,
        DeviceView,
        PlanView,
        PulledView,
    )
    from gateway.policy.snapshot import Snapshot
    from latchbench.clock import Timer
    from latchbench.lockstep import Answer

# Locks whose next look is due within this of the first one are looked at with it.
RESYNC_TOGETHER_US = 300_000_000


class Core:
    """All parts of the engine, and the calls of the access plane."""

    def __init__(
        self, parts: Parts, radio: Radio, thinking: Thinking, draws: tuple[Draw, Draw]
    ) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = Rows(parts)
        self._groups = Groups(parts, self._rows, thinking, draws[0])
        self._dispatcher = Dispatcher(parts, radio, self._rows, self._groups)
        self._backups = Backups(parts, self._rows, thinking, draws[0])
        self._backups.look_again = self._dispatcher.look_again
        self._dispatcher.tend = self._backups.tend
        self._rows.on_gone = self._groups.code_gone
        self._world.look_at = self._dispatcher.poke
        self._groups.look_again = self._dispatcher.look_again
        self._admission = Admission(parts, self._dispatcher, self._groups, thinking, draws)
        self._attempts = Attempts(parts)
        self._groups.attempts_silent = self._attempts.lock_silent
        self._repeats = Repeats(parts)
        self._creation = Creation(parts, self._admission, self._attempts)
        self.updates = Updates(parts, self._rows, self._dispatcher, self._admission, self._attempts)
        self.lookups = Lookups(parts, thinking, draws[1])
        self._tick: Timer | None = None

    def now_us(self) -> int:
        """The gateway's time."""
        return self._parts.now_us()

    # Inventory.

    def put_devices(self, devices: Iterable[DeviceRecord], answer: Answer[None]) -> None:
        """Register devices, or bring what is told of them up to date."""
        for device in devices:
            known = self._world.devices.get(device.device_id)
            if known is None:
                device = replace(device, created_at_us=self._parts.now_us())
            else:
                device = replace(
                    device,
                    created_at_us=known.created_at_us,
                    incarnation=known.incarnation,
                    slots=known.slots,
                    code_length=known.code_length,
                )
            if device != known:
                self._world.put_device(device)
                self._world.books[device.device_id].codes_version += 1
        self._world.save(lambda: answer.ok(None))

    def restore(self, stored: Snapshot) -> None:
        """Take up what was stored. A group that was not decided counts as aborted.

        A command of the gateway before may have been obeyed after its last word to the store, so
        whatever may be on a lock is in doubt until it was read. Every lock is walked anyway, and a
        code that was read back once is judged by that.
        """
        for device in stored.devices:
            self._world.put_device(device)
        for group in stored.groups:
            self._world.put_group(group)
        for code in stored.codes:
            code = _restored(code)
            self._world.put_code(code)
            recall(self._world.books[code.device_id], code, self._parts.now_us())
        for record in stored.unmanaged:
            self._world.put_unmanaged(record)
        for remnant in stored.remnants:
            self._world.put_remnant(remnant)
        self._attempts.restore(stored.attempts)
        self._repeats.restore(stored.answers)
        self._world.is_stored()
        for group in list(self._world.groups.values()):
            if group.state is not GroupState.PENDING:
                continue
            self._world.put_group(replace(group, state=GroupState.ABORTED))
            self._parts.trace("gateway.group.aborted", group=group.group_id, reason="restart")
            for code in self._world.codes_in(group.group_id):
                self._rows.make_absent(code)
        self._world.save()
        for device_id in self._world.devices:
            self._dispatcher.poke(device_id)  # windows end, whether its host comes back or not

    # The access plane.

    def create_multiple(
        self, body: Mapping[str, object], answer: Answer[CreateMultipleView]
    ) -> None:
        """One code over many devices, by the policy that the body names."""
        run = self._admission.create_multiple
        self._repeats.enter("create_multiple", body, answer, run)

    def create(self, body: Mapping[str, object], answer: Answer[CreateView]) -> None:
        """One access code on one device."""
        self._repeats.enter("create", body, answer, self._creation.create)

    def plan(self, body: Mapping[str, object], answer: Answer[PlanView]) -> None:
        """What `create_multiple` would decide now, with no effect."""
        self._admission.plan(body, answer)

    def get(self, query: Mapping[str, object], answer: Answer[AccessCodeView]) -> None:
        """One access code."""
        try:
            code = self._find(parse_get(query))
        except GatewayError as error:
            answer.fail(error)
        else:
            self._world.when_durable(lambda: answer.ok(view_of(self._parts, code)))

    def _find(self, query: GetQuery) -> CodeRecord:
        if query.access_code_id is not None:
            code = self._world.codes.get(query.access_code_id)
            candidates = [] if code is None else [code]
        else:
            candidates = self._world.codes_of(query.device_id or "")
        for code in candidates:
            right_device = query.device_id in (None, code.device_id)
            right_pin = query.code in (None, code.pin)
            seen = self._world.is_listed(code) and not is_spare(code)
            if right_device and right_pin and seen:
                return code
        raise AccessCodeNotFound

    def list(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        """A page of access codes."""
        try:
            wanted = parse_list(query)
            if wanted.device_id is not None and wanted.device_id not in self._world.devices:
                raise DeviceNotFound([wanted.device_id])
        except GatewayError as error:
            answer.fail(error)
            return
        codes = (
            self._world.codes_of(wanted.device_id)
            if wanted.device_id is not None
            else self._world.codes.values()
        )
        ids = None if wanted.access_code_ids is None else set(wanted.access_code_ids)
        listed = [
            code
            for code in codes
            if self._world.is_listed(code)
            and code.kind is not CodeKind.BACKUP
            and (ids is None or code.access_code_id in ids)
        ]
        rows, place = take_page(listed, _place_of_code, wanted.after, wanted.limit)
        items = tuple(view_of(self._parts, code) for code in rows)
        page = Page(items, wanted.cursor(place) if place is not None else None)
        self._world.when_durable(lambda: answer.ok(page))

    def delete(self, query: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        """Want an access code absent; answered when that is durable, or done if asked so."""
        try:
            wanted = parse_delete(query)
            code = self._world.codes.get(wanted.access_code_id)
            right_device = code is not None and wanted.device_id in (None, code.device_id)
            if (
                code is None
                or not right_device
                or not self._world.is_listed(code)
                or is_spare(code)
            ):
                raise AccessCodeNotFound
        except GatewayError as error:
            answer.fail(error)
            return
        began = self._attempts.begin(AttemptType.DELETE, code)
        if code.want is Want.PRESENT:
            self._rows.make_absent(code)
        device_id = code.device_id

        def told() -> None:
            answer.ok(attempt_view(self._world.attempts[began.action_attempt_id], None))

        def durable() -> None:
            if wanted.sync:
                deadline_us = self._parts.now_us() + self._parts.settings.sync_deadline_us
                self._attempts.wait(began, deadline_us, told)
            else:
                told()
            self._dispatcher.look_again(device_id)

        self._world.save(durable)

    def pull_backup(self, query: Mapping[str, object], answer: Answer[PulledView]) -> None:
        """A spare code for the guest of a code that cannot be set."""
        self._backups.pull(query, answer)

    def get_device(self, query: Mapping[str, object], answer: Answer[DeviceView]) -> None:
        """One device."""
        try:
            wanted = parse_device(query)
            for device in self._world.devices.values():
                right_id = wanted.device_id in (None, device.device_id)
                if right_id and wanted.name in (None, device.name):
                    answer.ok(self._device_view(device))
                    return
            raise DeviceNotFound([wanted.device_id or "no such name"])
        except GatewayError as error:
            answer.fail(error)

    def list_devices(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        """A page of devices."""
        try:
            wanted = parse_devices(query)
        except GatewayError as error:
            answer.fail(error)
            return
        ids = None if wanted.device_ids is None else set(wanted.device_ids)
        devices = [
            (position, device)
            for position, device in enumerate(self._world.devices.values())
            if ids is None or device.device_id in ids
        ]
        rows, place = take_page(devices, _place_of_device, wanted.after, wanted.limit)
        items = tuple(self._device_view(device) for _, device in rows)
        answer.ok(Page(items, wanted.cursor(place) if place is not None else None))

    def _device_view(self, device: DeviceRecord) -> DeviceView:
        return device_view(
            device,
            workspace_id=self._parts.settings.workspace_id,
            offline_since_us=offline_since_us(self._parts, device.device_id),
            warnings=pool_warnings(self._parts, device.device_id),
            hub_down_since_us=self._world.books[device.device_id].hub_down_since_us,
        )

    # The device plane.

    def on_report(self, device_id: str, sequence: int, report: Report) -> None:
        """The end of a command."""
        self._dispatcher.on_report(device_id, sequence, report)
        resync_at_us = self._world.books[device_id].resync_at_us
        tick_us = self._tick.due_us if self._tick is not None and self._tick.live else None
        if resync_at_us is not None and (tick_us is None or resync_at_us < tick_us):
            self._arm_tick(resync_at_us)

    def on_notice(self, device_id: str, notice: Notice) -> None:
        """Something that a lock said unasked."""
        self._dispatcher.on_notice(device_id, notice)

    def host_up(self, device_id: str) -> None:
        """The stream to a lock's host is open."""
        self._dispatcher.host_up(device_id)

    def host_down(self, device_id: str) -> None:
        """The stream to a lock's host ended."""
        self._dispatcher.host_down(device_id)

    def host_gone(self, device_id: str) -> None:
        """A lock's host could not be reached several times."""
        self._dispatcher.host_gone(device_id)

    def host_silent(self, device_ids: Iterable[str]) -> None:
        """A host took commands and reported none for too long."""
        self._dispatcher.host_silent(list(device_ids))

    # Time.

    def _arm_tick(self, at_us: int | None) -> None:
        """One timer for all locks: the next look at those that nobody has asked about."""
        if self._tick is not None:
            self._tick.cancel()
        self._tick = None if at_us is None else self._parts.clock.call_at(at_us, self._look_around)

    def _look_around(self) -> None:
        until_us = self._parts.now_us() + RESYNC_TOGETHER_US
        for book in self._world.books.values():
            if book.resync_at_us is not None and book.resync_at_us <= until_us:
                book.resync_at_us = None
                self._dispatcher.check(book.device_id)
        times = [book.resync_at_us for book in self._world.books.values()]
        self._arm_tick(min((time for time in times if time is not None), default=None))

    def open_work(self) -> int:
        """What will end without a new cause: calls and groups undecided, locks being worked on.

        Above 0 it is a hint of how much, not a count of everything.
        """
        undecided = (
            self._admission.open_count()
            + self._groups.open_count()
            + self._attempts.open_count()
            + self._world.saves_open
        )
        return undecided or int(any(map(self._is_worked_on, self._world.books.values())))

    def _is_worked_on(self, book: Book) -> bool:
        if not book.host_up or book.out_of_reach:
            return False
        waits = book.busy is not None or book.retry_at_us is not None
        waits = waits or self._dispatcher.hubs.stands_in_line(book.device_id)
        return waits or self._rows.has_work(book.device_id)

    def waiting_work(self) -> int:
        """What waits for a lock that is out of reach."""
        return sum(
            1
            for device_id, book in self._world.books.items()
            if (book.out_of_reach or not book.host_up) and self._rows.has_work(device_id)
        )


def _place_of_code(code: CodeRecord) -> Place:
    return Place(code.created_at_us, code.position, code.access_code_id)


def _place_of_device(item: tuple[int, DeviceRecord]) -> Place:
    position, device = item
    return Place(device.created_at_us, position, device.device_id)


def _restored(code: CodeRecord) -> CodeRecord:
    """A stored row as the engine takes it up.

    A slot was kept in the same breath in which it was first written, so a code that has one counts
    as sent.
    """
    if code.slot is None:
        refused = code.progress is Progress.REFUSED and code.want is Want.PRESENT
        return replace(code, progress=Progress.OPEN) if refused else code
    if code.progress is Progress.THERE and code.want is Want.PRESENT:
        return code
    return replace(code, progress=Progress.DOUBT, sends=max(1, code.sends))
