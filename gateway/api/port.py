"""What both surfaces, HTTP and gRPC, ask of the gateway's core.

The core is single-threaded and never waits: it takes a call together with an `Answer`, and ends
the answer when the call is decided, at once or after the locks have spoken. The `Gate` is the way
in: it lets a call enter when the core may act (a bench may be stepping its time) and waits for its
answer. So the surfaces know nothing of time and threads, and the core nothing of connections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.policy.answers import AttemptView, CreateView, GeneratedCode, UnmanagedView
    from gateway.policy.history import EventsView
    from gateway.policy.records import (
        AccessCodeView,
        CreateMultipleView,
        DeviceView,
        EventRecord,
        Page,
        PlanView,
        PulledView,
    )
    from latchbench.lockstep import Answer

# The HTTP header and gRPC metadata by which a bench that steps time marks its own calls.
CALL_HEADER: Final = "latchbench-call"

T = TypeVar("T")


class EventFeed(Protocol):
    """Events in their order, as they are published."""

    async def next(self) -> EventRecord:
        """The next event, when there is one.

        Raises `WatcherFellBehind` once more events wait than the feed keeps, `Stopping` when the
        gateway goes down.
        """

    def close(self) -> None:
        """Let the feed go. May be called at any time and more than once."""


class AccessPlane(Protocol):
    """The calls of the access plane, without a surface.

    The bodies are unchecked JSON objects; the core reads them with `gateway.policy.request` and
    `gateway.policy.queries`. No method raises a `GatewayError`: each failure ends the answer.
    """

    def create_multiple(
        self, body: Mapping[str, object], answer: Answer[CreateMultipleView]
    ) -> None:
        """One code over many devices, by the policy that the body names."""

    def plan(self, body: Mapping[str, object], answer: Answer[PlanView]) -> None:
        """What `create_multiple` would decide now, with no effect."""

    def get(self, query: Mapping[str, object], answer: Answer[AccessCodeView]) -> None:
        """One access code."""

    def list(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        """A page of access codes."""

    def create(self, body: Mapping[str, object], answer: Answer[CreateView]) -> None:
        """One access code on one device."""

    def update(self, body: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        """Another name, code, time or rule for one access code."""

    def update_multiple(self, body: Mapping[str, object], answer: Answer[None]) -> None:
        """Another name or time for all access codes of a key."""

    def delete(self, query: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        """Want an access code absent; answered when that is durable, or done if asked so."""

    def generate(self, query: Mapping[str, object], answer: Answer[GeneratedCode]) -> None:
        """A code that a device takes now; nothing is reserved."""

    def get_unmanaged(self, query: Mapping[str, object], answer: Answer[UnmanagedView]) -> None:
        """One code that the gateway did not make."""

    def list_unmanaged(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        """A page of the codes on a device that the gateway did not make."""

    def get_attempt(self, query: Mapping[str, object], answer: Answer[AttemptView]) -> None:
        """One action attempt."""

    def list_attempts(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        """A page of action attempts."""

    def list_devices(self, query: Mapping[str, object], answer: Answer[Page]) -> None:
        """A page of devices."""

    def pull_backup(self, query: Mapping[str, object], answer: Answer[PulledView]) -> None:
        """A spare code for the guest of a code that cannot be set."""

    def get_device(self, query: Mapping[str, object], answer: Answer[DeviceView]) -> None:
        """One device."""

    def list_events(self, query: Mapping[str, object], answer: Answer[EventsView]) -> None:
        """What has happened, as far as it is asked for."""

    def now_us(self) -> int:
        """The gateway's time. May be read outside the gate."""

    def subscribe(self, after_event_id: str | None) -> EventFeed:
        """Events from now on, or all after one. May be called outside the gate.

        Raises `InvalidInput` when there is no event of that id.
        """

    def stored_events(self, after_event_id: str | None) -> Sequence[EventRecord]:
        """Events that have happened, from the oldest on or after one; a bounded number.

        May be called outside the gate. Raises `InvalidInput` when there is no event of that id.
        """


class Gate(Protocol):
    """The way into the core; `latchbench.lockstep.Participant` is one."""

    async def call(self, call_id: str | None, enter: Callable[[Answer[T]], None]) -> T:
        """Enter a call and wait for its answer. Raises the `GatewayError` that it was failed with.

        `call_id` is what the caller sent as `CALL_HEADER`. Raises `SteppedRefusal` for a call
        without one while a bench steps time.

        The waiting task is cancelled when the caller's connection closes before the answer. That
        ends the waiting, not the call: what the core has admitted goes on.
        """
