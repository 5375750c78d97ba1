"""What has happened, read from the store: the one thing that the engine does not keep in memory."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gateway.policy.errors import GatewayError
from gateway.policy.history import EventsView, parse_events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.engine.parts import Parts, Thinking
    from gateway.policy.history import EventsQuery
    from gateway.policy.records import EventRecord
    from latchbench.jobs import Ticket
    from latchbench.lockstep import Answer


class History:
    """Lists events. `find` reads them, on another thread, because it may look at very many."""

    def __init__(
        self, parts: Parts, thinking: Thinking, find: Callable[[EventsQuery], list[EventRecord]]
    ) -> None:
        self._parts = parts
        self._thinking = thinking
        self._find = find

    def list_events(self, query: Mapping[str, object], answer: Answer[EventsView]) -> None:
        """What has happened up to now, as far as it is asked for."""
        try:
            wanted = parse_events(query)
        except GatewayError as error:
            answer.fail(error)
            return

        def found(ticket: Ticket[list[EventRecord]]) -> None:
            if ticket.error is not None:
                answer.fail(ticket.error)
                return
            events = tuple(ticket.result())
            answer.ok(EventsView(events, self._parts.settings.workspace_id))

        read = partial(self._find, wanted)
        # What has happened before this call is told with it.
        self._parts.world.when_durable(lambda: self._thinking.think("read events", read, found))
