"""Whose turn it is on each hub: commands under way, locks in line, and one timer for a pause.

The rules are in `gateway.policy.pacing`; here they are applied to the locks of this world.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.engine.book import Belief
from gateway.policy.pacing import HubPace, failed, goes_beside, has_room, has_turn, worked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.engine.book import Book
    from gateway.engine.parts import Listener, Parts
    from gateway.engine.rows import Rows
    from gateway.policy.pacing import Security
    from latchbench.clock import Timer


@dataclass(slots=True)
class Hub:
    """One hub as the engine works with it. `line` and `under_way` are devices, in their order."""

    name: str  # empty: the hub of one lock
    pace: HubPace = field(default_factory=HubPace)
    under_way: dict[str, None] = field(default_factory=dict)
    line: dict[str, None] = field(default_factory=dict)
    wake: Timer | None = None


class Hubs:
    """All hubs. `poke` looks at one lock and sends what is due."""

    def __init__(
        self, parts: Parts, rows: Rows, listener: Listener, poke: Callable[[str], None]
    ) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = rows
        self._listener = listener
        self._poke = poke
        self._hubs: dict[tuple[str, str], Hub] = {}
        self._sent_through: dict[str, Hub] = {}  # a lock may be moved while a command is under way

    def of(self, device_id: str) -> Hub:
        """The hub of a lock."""
        name = self._world.devices[device_id].hub
        key = (name, "") if name else ("", device_id)
        hub = self._hubs.get(key)
        if hub is None:
            hub = self._hubs[key] = Hub(name)
        return hub

    def stands_in_line(self, device_id: str) -> bool:
        """Whether a lock waits for its turn."""
        return device_id in self.of(device_id).line

    # Turns.

    def takes(self, book: Book, *, goes_on: bool) -> bool:
        """Take room for one command of this lock; without room or turn it stands in line."""
        device_id = book.device_id
        hub = self.of(device_id)
        may_go = self._has_room(hub) and self._goes_beside(hub, device_id)
        if not may_go or not has_turn(self._ready(hub), device_id, goes_on=goes_on):
            hub.line[device_id] = None
            return False
        hub.line.pop(device_id, None)
        hub.under_way[device_id] = None
        self._sent_through[device_id] = hub
        return True

    def _has_room(self, hub: Hub) -> bool:
        limit = None if not hub.name else self._parts.settings.pacing.commands_per_hub
        return has_room(hub.pace, limit, len(hub.under_way), self._parts.now_us())

    def _goes_beside(self, hub: Hub, device_id: str) -> bool:
        return goes_beside(self._security(device_id), map(self._security, hub.under_way))

    def _security(self, device_id: str) -> Security:
        return self._world.devices[device_id].facts.security

    def _ready(self, hub: Hub) -> Iterator[str]:
        """Those in line who could be given a command now, in their order."""
        return (device_id for device_id in hub.line if self._goes_beside(hub, device_id))

    def release(self, book: Book) -> Hub | None:
        """Nothing of this lock is under way any more; the hub through which something was."""
        hub = self._sent_through.pop(book.device_id, None)
        if hub is not None:
            hub.under_way.pop(book.device_id, None)
        return hub

    def serve(self, device_id: str) -> None:
        """Give what room its hub has to those in line, the first one first."""
        self._serve(self.of(device_id))

    def _serve(self, hub: Hub) -> None:
        while self._has_room(hub) and (first := next(self._ready(hub), None)) is not None:
            self._poke(first)
            if next(self._ready(hub), None) == first:
                del hub.line[first]  # it wants nothing any more

    # What a hub shows.

    def failed(self, book: Book) -> None:
        """A command of this lock was not sent: its hub is full, or down. The lock did nothing."""
        hub = self.of(book.device_id)
        was_down = hub.pace.down_since_us is not None
        members = self._members(book)
        hub.pace = failed(
            hub.pace,
            under_way=len(hub.under_way),
            wanted=any(self._rows.has_work(member.device_id) for member in members),
            now_us=self._parts.now_us(),
            draw=self._parts.below,
        )
        self._parts.counters.add("hub_failures")
        self._parts.trace(
            "gateway.hub.failed",
            lock=self._world.devices[book.device_id].name,
            hub=hub.name or None,
            times=hub.pace.failures,
            room=hub.pace.room,
        )
        self._arm(hub, book.device_id)
        if hub.pace.down_since_us is None:
            return
        if not was_down:
            self._parts.trace("gateway.hub.believed_down", hub=hub.name or None)
        for member in members:
            self._out_of_reach(member, hub.pace.down_since_us)
        if not was_down:
            self._listener.locks_silent([member.device_id for member in members])
        for member in members:
            member.tell_waiters()

    def _out_of_reach(self, book: Book, since_us: int) -> None:
        """What a lock is like, nobody knows while its hub is down."""
        book.hub_down_since_us = since_us
        book.wants_ping = False
        book.resync_due = False
        if book.belief is Belief.ALIVE:
            book.belief = Belief.UNKNOWN

    def _within_reach(self, book: Book) -> None:
        book.hub_down_since_us = None
        book.wants_walk = book.has_info  # whatever it said meanwhile was lost

    def worked(self, book: Book) -> None:
        """Something was sent or heard through the hub of this lock."""
        hub = self.of(book.device_id)
        if hub.pace.failures == 0 and hub.pace.room is None:
            return
        was_down = hub.pace.down_since_us is not None
        hub.pace = worked(hub.pace, self._parts.now_us())
        self._arm(hub, book.device_id)
        if not was_down:
            return
        self._parts.trace("gateway.hub.back", hub=hub.name or None)
        members = self._members(book)
        for member in members:
            self._within_reach(member)
        for member in members:
            if member is not book:
                self._poke(member.device_id)

    def starts_afresh(self, book: Book) -> None:
        """The host of this lock is another one: nothing is known of its hub.

        If that was down, its other locks stand in line: they may be within reach again.
        """
        before, hub = self.release(book), self.of(book.device_id)
        hub.line.pop(book.device_id, None)
        was_down = hub.pace.down_since_us is not None
        hub.pace = HubPace()
        self._arm(hub, book.device_id)
        book.hub_down_since_us = None
        for member in self._members(book) if was_down else []:
            if member is not book:
                self._within_reach(member)
                hub.line[member.device_id] = None
        if before is not None and before is not hub:
            self._serve(before)  # it was moved from there

    def hurry(self, book: Book) -> None:
        """There is something new to do: a hub that is down is tried at once."""
        hub = self.of(book.device_id)
        if hub.pace.down_since_us is not None:
            hub.pace = replace(hub.pace, pause_until_us=None)
            self._arm(hub, book.device_id)
            book.wants_ping = True  # if nothing else is to be sent: no timer looks in on it now

    def _members(self, book: Book) -> list[Book]:
        name = self._world.devices[book.device_id].hub
        if not name:
            return [book]
        devices = self._world.devices.values()
        return [self._world.books[device.device_id] for device in devices if device.hub == name]

    def _arm(self, hub: Hub, device_id: str) -> None:
        """One timer for a hub that pauses."""
        due_us = hub.pace.pause_until_us
        if hub.wake is not None:
            hub.wake.cancel()
            hub.wake = None
        if due_us is not None:
            order = hub.name or self._world.devices[device_id].name
            hub.wake = self._parts.clock.call_at(
                due_us, lambda: self._woken(hub, device_id), order=order
            )

    def _woken(self, hub: Hub, device_id: str) -> None:
        hub.wake = None
        self._serve(hub)
        if hub.pace.down_since_us is not None and not hub.under_way:
            # Nobody wants anything, and nothing else would ever look in on it again.
            book = self._world.books[device_id]
            book.wants_ping = True
            book.retry_at_us = None
            self._poke(device_id)
