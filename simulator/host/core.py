"""All locks of one host, and the streams of the gateways that program them.

The host itself does nothing of its own: it carries commands to locks and what locks say to whoever
listens. Locks of one host meet only where they share a hub, and a hub is whole in one host, so how
they are packed changes nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simulator.host.hub import Hub
from simulator.host.lock_runner import LockRunner
from simulator.host.messages import Command, Hello, Malformed, Rejection, Report
from simulator.host.nvm import Nvm
from simulator.host.world import OpenWork, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from latchbench.link import Link
    from latchbench.lockstep import Answer, Participant
    from simulator.host.messages import Incoming, Notification, Outgoing
    from simulator.host.settings import HostSettings
    from simulator.host.world import Reply


class Session:
    """One stream of a gateway. Nothing but rejections comes of it before its `Hello`."""

    def __init__(self, participant: Participant, core: HostCore, link_id: str, peer: str) -> None:
        self.hello: Hello | None = None
        self.link: Link[Incoming, Outgoing] = participant.open_link(
            link_id,
            peer,
            order_of=core.order_of,
            handle=partial(core.handle, self),
            ended=partial(core.ended, self),
        )


class HostCore:
    """The locks of one host, by name and by id. Raises what `LockRunner` raises when made."""

    def __init__(
        self,
        participant: Participant,
        settings: HostSettings,
        open_nvm: Callable[[Path], Nvm] = Nvm,
    ) -> None:
        self._participant = participant
        self._sessions: list[Session] = []
        work = OpenWork()
        world = World(
            clock=participant.clock,
            tracer=participant.tracer,
            timing=settings.timing,
            seed=settings.seed,
            nvm_dir=settings.nvm_dir,
            tell=self._tell,
            work=work,
            open_nvm=open_nvm,
        )
        names = sorted({lock.hub for lock in settings.locks})
        self._hubs = {name: Hub(name, participant.tracer) for name in names}
        self._locks = tuple(
            LockRunner(lock, world, self._hubs[lock.hub]) for lock in settings.locks
        )
        self._by_id = {lock.settings.lock_id: lock for lock in self._locks}
        self._by_name = {lock.name: lock for lock in self._locks}
        participant.open_work = lambda: work.count

    @property
    def locks(self) -> Sequence[LockRunner]:
        """All of them, by name."""
        return self._locks

    def lock(self, name: str) -> LockRunner | None:
        """The lock called `name`, if it is here."""
        return self._by_name.get(name)

    def hub(self, name: str) -> Hub | None:
        """The hub called `name`, if its locks are here; a hub is never split over hosts."""
        return self._hubs.get(name)

    # Streams.

    def open_session(self, link_id: str, peer: str) -> Link[Incoming, Outgoing]:
        """The host's end of a new stream. It is served from its `Hello` on."""
        session = Session(self._participant, self, link_id, peer)
        self._sessions.append(session)
        return session.link

    def order_of(self, message: Incoming) -> str:
        """The name of the lock that it is about; what opens a stream comes before all locks."""
        if isinstance(message, Hello):
            return ""
        lock = self._by_id.get(message.lock_id)
        return message.lock_id if lock is None else lock.name

    def handle(self, session: Session, message: Incoming) -> None:
        """One message of a stream. One that this host has closed has nothing more to say."""
        if session.link.closed:
            return
        if isinstance(message, Hello):
            self._greet(session, message)
        elif isinstance(message, Malformed) or session.hello is None:
            session.link.send(Report(message.lock_id, message.id, Rejection.MALFORMED))
        else:
            self._carry(message, session.link.send)

    def ended(self, session: Session) -> None:
        """The gateway's end of the stream has closed."""
        self._sessions.remove(session)

    def _greet(self, session: Session, hello: Hello) -> None:
        """Of the streams of one gateway the latest is served; the others are closed now."""
        session.hello = hello
        for other in list(self._sessions):
            if other is session or other.hello is None or other.hello.gateway != hello.gateway:
                continue
            older = other if other.hello.rank <= hello.rank else session
            self._sessions.remove(older)
            older.link.close()
            if older is session:
                return

    def _tell(self, notification: Notification) -> None:
        """What a lock says unasked is heard by every gateway that listens, or by nobody."""
        for session in self._sessions:
            if session.hello is not None:
                session.link.send(notification)

    # Commands.

    def foreign(self, command: Command | Malformed, answer: Answer[Report]) -> None:
        """A command by hand, beside all streams."""
        if isinstance(command, Malformed):
            answer.ok(Report(command.lock_id, command.id, Rejection.MALFORMED))
        else:
            self._carry(command, answer.ok)

    def _carry(self, command: Command, reply: Reply) -> None:
        lock = self._by_id.get(command.lock_id)
        if lock is None:
            reply(Report(command.lock_id, command.id, Rejection.UNKNOWN_LOCK))
        else:
            lock.command(command, reply)
