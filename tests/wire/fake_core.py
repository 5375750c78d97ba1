"""A core that holds its rows in a dict, and a gate that lets everybody in.

It reads calls with the real rules, so that what the surfaces hand over is judged by them, and
answers with whatever a test has put there.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from gateway.policy.answers import AttemptView, CreateView, GeneratedCode, UnmanagedView
from gateway.policy.create import parse_create
from gateway.policy.cursor import Place, take_page
from gateway.policy.errors import (
    AccessCodeNotFound,
    ActionAttemptNotFound,
    CommonCodeKeyNotFound,
    DeviceNotFound,
    GatewayError,
    InvalidInput,
    Problem,
)
from gateway.policy.history import EventsView, parse_events
from gateway.policy.lookups import (
    parse_attempt,
    parse_attempts,
    parse_generate,
    parse_unmanaged,
)
from gateway.policy.mutations import Change, Mutation
from gateway.policy.queries import (
    parse_delete,
    parse_device,
    parse_devices,
    parse_get,
    parse_list,
    parse_pull,
)
from gateway.policy.records import (
    AccessCodeView,
    CodeProblem,
    CodeWarning,
    CreateMultipleView,
    DeviceView,
    EventRecord,
    Page,
    PendingMutation,
    PlanView,
    PulledView,
    Status,
    StragglerView,
)
from gateway.policy.request import parse_create_multiple
from gateway.policy.update import parse_update, parse_update_multiple
from latchbench.lockstep import Answer, SteppedRefusal
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

NOW_US = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
NOW = "2026-01-01T00:00:00.000Z"
KEY = "seam_latchbench_key"

PENDING = PendingMutation("creating", "Setting the code on the lock.", NOW_US)
OFFLINE = CodeProblem("device_offline", "The lock does not answer.", NOW_US, is_device_error=True)
DUPLICATE = CodeProblem("duplicate_code_on_device", "In use.", NOW_US, managed_access_code_id="m-1")
FEW = CodeWarning("few_codes_left", "Few codes are left.", NOW_US)


def a_code(number: int = 0, device_id: str = "front", **changes: Any) -> AccessCodeView:
    """An ongoing row that is being set."""
    plain = AccessCodeView(
        access_code_id=f"code-{number}",
        device_id=device_id,
        workspace_id="workspace-1",
        name="Jane's reservation",
        code=Pin("0913"),
        common_code_key="auto_set_by_create_multiple_1",
        type="ongoing",
        status=Status.SETTING,
        created_at_us=NOW_US + number,
        starts_at_us=None,
        ends_at_us=None,
        errors=(),
        warnings=(),
        pending_mutations=(PENDING,),
        is_managed=True,
        is_external_modification_allowed=False,
        appearance_name="Jane's res 2",
        group_id="group-1",
    )
    return replace(plain, **changes)


def a_device(number: int = 0, **changes: Any) -> DeviceView:
    """A lock with a keypad."""
    plain = DeviceView(
        device_id=f"device-{number}",
        name=f"Door {number}",
        workspace_id="workspace-1",
        profile="nuki",
        online=True,
        time_zone="Europe/Berlin",
        created_at_us=NOW_US + number,
        code_lengths=(6,),
        codes_max=100,
        constraints=("no_zeros", "cannot_start_with_12"),
        has_keypad=True,
        name_length_max=20,
        supports_backups=True,
    )
    return replace(plain, **changes)


class FakeFeed:
    """A feed that a test fills with events, and ends with an error."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[EventRecord | GatewayError] = asyncio.Queue()
        self.closed = asyncio.Event()

    async def next(self) -> EventRecord:
        event = await self.waiting.get()
        if isinstance(event, GatewayError):
            raise event
        return event

    def close(self) -> None:
        self.closed.set()


class FakePlane:
    """The core. `failure` ends every call; `silent` leaves every call open."""

    def __init__(self) -> None:
        self.codes: dict[str, AccessCodeView] = {}
        self.devices: list[DeviceView] = []
        self.failure: BaseException | None = None
        self.silent = False
        self.bodies: list[Mapping[str, object]] = []
        self.stored: list[EventRecord] = []
        self.feed = FakeFeed()

    def _answer(self, body: Mapping[str, object], answer: Answer[T], make: Callable[[], T]) -> None:
        self.bodies.append(body)
        if self.silent:
            return
        if self.failure is not None:
            answer.fail(self.failure)
            return
        try:
            value = make()
        except GatewayError as error:
            answer.fail(error)
        else:
            answer.ok(value)

    def create_multiple(
        self, body: Mapping[str, object], answer: Answer[CreateMultipleView]
    ) -> None:
        self._answer(body, answer, lambda: self._create(body))

    def _create(self, body: Mapping[str, object]) -> CreateMultipleView:
        request = parse_create_multiple(body, NOW_US)
        rows = tuple(
            a_code(
                number,
                device_id,
                name=request.name,
                code=request.code or Pin("0913"),
                type="ongoing" if request.ends_at_us is None else "time_bound",
                starts_at_us=request.starts_at_us,
                ends_at_us=request.ends_at_us,
            )
            for number, device_id in enumerate(request.device_ids, start=len(self.codes))
        )
        self.codes.update({row.access_code_id: row for row in rows})
        return CreateMultipleView(
            access_codes=rows,
            group_id="group-1",
            shared=request.device_ids,
            random=(),
            warnings=(FEW,),
            ignored_parameters=request.ignored_parameters,
        )

    def plan(self, body: Mapping[str, object], answer: Answer[PlanView]) -> None:
        self._answer(body, answer, lambda: self._plan(body))

    def _plan(self, body: Mapping[str, object]) -> PlanView:
        request = parse_create_multiple(body, NOW_US)
        straggler = StragglerView("back", "length_not_supported", "Six digits only")
        return PlanView(
            can_share=False,
            explanation="back and front have no length in common",
            shared=request.device_ids,
            random=(straggler,),
            refused=(straggler,),
            codes_left=10**30,
            code_length=None,
            warnings=(FEW,),
        )

    def get(self, query: Mapping[str, object], answer: Answer[AccessCodeView]) -> None:
        self._answer(query, answer, lambda: self._get(query))

    def _get(self, query: Mapping[str, object]) -> AccessCodeView:
        wanted = parse_get(query)
        for row in self.codes.values():
            if (
                wanted.access_code_id in (None, row.access_code_id)
                and wanted.device_id in (None, row.device_id)
                and wanted.code in (None, row.code)
            ):
                return row
        raise AccessCodeNotFound

    def list(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        self._answer(query, answer, lambda: self._list(query))

    def _list(self, query: Mapping[str, object]) -> Page:
        wanted = parse_list(query)
        rows = [
            row
            for row in self.codes.values()
            if wanted.device_id in (None, row.device_id)
            and (wanted.access_code_ids is None or row.access_code_id in wanted.access_code_ids)
        ]
        page, last = take_page(
            rows,
            lambda row: Place(row.created_at_us, 0, row.access_code_id),
            wanted.after,
            wanted.limit,
        )
        return Page(tuple(page), None if last is None else wanted.cursor(last))

    def delete(self, query: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        self._answer(query, answer, lambda: self._delete(query))

    def _delete(self, query: Mapping[str, object]) -> AttemptView:
        if self.codes.pop(parse_delete(query).access_code_id, None) is None:
            raise AccessCodeNotFound
        return AttemptView("attempt-1", "DELETE_ACCESS_CODE", "pending")

    def create(self, body: Mapping[str, object], answer: Answer[CreateView]) -> None:
        self._answer(body, answer, lambda: self._create_one(body))

    def _create_one(self, body: Mapping[str, object]) -> CreateView:
        create = parse_create(body, NOW_US)
        row = a_code(
            len(self.codes),
            create.request.device_ids[0],
            name=create.request.name,
            code=create.request.code or Pin("0913"),
            common_code_key=create.common_code_key,
        )
        self.codes[row.access_code_id] = row
        attempt = AttemptView("attempt-1", "CREATE_ACCESS_CODE", "pending")
        return CreateView(row, attempt, (FEW,), create.request.ignored_parameters)

    def update(self, body: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        self._answer(body, answer, lambda: self._update(body))

    def _update(self, body: Mapping[str, object]) -> AttemptView:
        wanted = parse_update(body, NOW_US)
        row = self.codes.get(wanted.access_code_id)
        if row is None:
            raise AccessCodeNotFound
        row = replace(
            row,
            name=wanted.update.name or row.name,
            code=wanted.update.code or row.code,
            pending_mutations=(
                PendingMutation(
                    "updating_code",
                    "Setting another code on the lock.",
                    NOW_US,
                    change=Mutation(Change.CODE, NOW_US),
                    old_code=row.code,
                    code=wanted.update.code,
                ),
            ),
        )
        self.codes[row.access_code_id] = row
        return AttemptView("attempt-1", "UPDATE_ACCESS_CODE", "success", access_code=row)

    def update_multiple(self, body: Mapping[str, object], answer: Answer[None]) -> None:
        self._answer(body, answer, lambda: self._update_multiple(body))

    def _update_multiple(self, body: Mapping[str, object]) -> None:
        wanted = parse_update_multiple(body, NOW_US)
        rows = [row for row in self.codes.values() if row.common_code_key == wanted.common_code_key]
        if wanted.common_code_key is None or not rows:
            raise CommonCodeKeyNotFound
        for row in rows:
            self.codes[row.access_code_id] = replace(row, name=wanted.update.name)

    def generate(self, query: Mapping[str, object], answer: Answer[GeneratedCode]) -> None:
        self._answer(query, answer, lambda: GeneratedCode(parse_generate(query), Pin("0913")))

    def get_unmanaged(self, query: Mapping[str, object], answer: Answer[UnmanagedView]) -> None:
        self._answer(query, answer, lambda: self._unmanaged(parse_get(query).device_id))

    def list_unmanaged(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        self._answer(
            query, answer, lambda: Page((self._unmanaged(parse_unmanaged(query).device_id),))
        )

    def _unmanaged(self, device_id: str | None) -> UnmanagedView:
        return UnmanagedView(
            "theirs", device_id or "front", "workspace-1", Pin("7319"), Status.SET, NOW_US
        )

    def get_attempt(self, query: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        self._answer(query, answer, lambda: self._attempt(parse_attempt(query)))

    def _attempt(self, attempt_id: str) -> AttemptView:
        if attempt_id != "attempt-1":
            raise ActionAttemptNotFound
        return AttemptView(
            attempt_id, "UPDATE_ACCESS_CODE", "error", "failed_to_set_on_device", "It said no."
        )

    def list_attempts(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        self._answer(
            query,
            answer,
            lambda: Page((self._attempt("attempt-1"),) if parse_attempts(query) else ()),
        )

    def pull_backup(self, query: Mapping[str, object], answer: Answer[PulledView]) -> None:
        self._answer(query, answer, lambda: self._pull(query))

    def _pull(self, query: Mapping[str, object]) -> PulledView:
        row = self.codes.get(parse_pull(query))
        if row is None:
            raise AccessCodeNotFound
        return PulledView(replace(row, access_code_id="backup-1", is_backup=True))

    def get_device(self, query: Mapping[str, object], answer: Answer[DeviceView]) -> None:
        self._answer(query, answer, lambda: self._get_device(query))

    def _get_device(self, query: Mapping[str, object]) -> DeviceView:
        wanted = parse_device(query)
        for device in self.devices:
            if wanted.device_id in (None, device.device_id) and wanted.name in (None, device.name):
                return device
        raise DeviceNotFound([wanted.device_id or ""])

    def list_devices(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        self._answer(query, answer, lambda: self._list_devices(query))

    def _list_devices(self, query: Mapping[str, object]) -> Page:
        wanted = parse_devices(query)
        rows = [
            row
            for row in self.devices
            if wanted.device_ids is None or row.device_id in wanted.device_ids
        ]
        page, last = take_page(
            rows,
            lambda row: Place(row.created_at_us, 0, row.device_id),
            wanted.after,
            wanted.limit,
        )
        return Page(tuple(page), None if last is None else wanted.cursor(last))

    def list_events(self, query: Mapping[str, object], answer: Answer[EventsView]) -> None:
        self._answer(query, answer, lambda: self._list_events(query))

    def _list_events(self, query: Mapping[str, object]) -> EventsView:
        wanted = parse_events(query)
        found = [
            event
            for event in self.stored
            if event.occurred_at_us >= wanted.from_us
            if wanted.device_ids is None or event.device_id in wanted.device_ids
            if wanted.event_types is None or event.event_type in wanted.event_types
        ]
        return EventsView(tuple(found[wanted.offset :][: wanted.limit]), "workspace-1")

    def now_us(self) -> int:
        return NOW_US

    def subscribe(self, after_event_id: str | None) -> FakeFeed:
        if after_event_id == "unknown":
            raise InvalidInput([Problem("after_event_id", "There is no such event")])
        self.bodies.append({"after_event_id": after_event_id})
        return self.feed

    def stored_events(self, after_event_id: str | None) -> Sequence[EventRecord]:
        if after_event_id == "unknown":
            raise InvalidInput([Problem("after_event_id", "There is no such event")])
        ids = [event.event_id for event in self.stored]
        start = 0 if after_event_id is None else ids.index(after_event_id) + 1
        return self.stored[start:]


class FakeGate:
    """Lets every call in at once; with `stepped` only those that carry an id."""

    def __init__(self) -> None:
        self.call_ids: list[str | None] = []
        self.stepped = False
        self.waiting = asyncio.Event()
        self.abandoned = asyncio.Event()

    async def call(self, call_id: str | None, enter: Callable[[Answer[T]], None]) -> T:
        if self.stepped and call_id is None:
            raise SteppedRefusal
        self.call_ids.append(call_id)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def settle(value: T | None, error: BaseException | None) -> None:
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(value)

        enter(Answer(settle))
        self.waiting.set()
        try:
            result: T = await future
        except asyncio.CancelledError:
            self.abandoned.set()
            raise
        return result


def numbered_ids() -> Callable[[], str]:
    """Ids that count: 1, 2, 3."""
    numbers = itertools.count(1)
    return lambda: format(next(numbers), "x")
