"""Every kind of event that a trace can have: what it means, and the fields that it may have.

Plain data. Events of kinds `lock.…` have the name of a lock as their source, `gateway.…` have
`gateway`, `bench.…` have `bench`, and `hub.…` have `hub` and the name of one, as in `hub stairs`.
A field that says nothing is left out of an event; its values are texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Told:
    """What a kind of event means, and the names of its own fields."""

    meaning: str
    fields: tuple[str, ...] = ()


def _told(meaning: str, fields: str = "") -> Told:
    return Told(meaning, tuple(fields.split()))


EVENTS: Final[Mapping[str, Told]] = {
    # What scenarios and the bench do.
    "bench.answered": _told("a call has its answer", "verb status type reasons devices warnings"),
    "bench.called": _told("a call goes out", "verb parameters"),
    "bench.died": _told("a process dies where it was told to, in the middle of a step", "of point"),
    "bench.hung_up": _told("the caller of a call closes its connection", "call"),
    "bench.left_out": _told("a step of a random world cannot be done and is passed over", "why"),
    "bench.note": _told("a `note` of the scenario", "text"),
    "bench.on_event": _told("a trigger of `on_event` does something", "number verb"),
    "bench.step": _told("a step begins", "number verb name"),
    # Calls, as the gateway takes them.
    "gateway.attempt.ended": _told(
        "an action attempt has come to something", "action status error"
    ),
    "gateway.call.adopted": _told(
        "a call is the repetition of one whose caller hung up, and gets its answer", "call"
    ),
    "gateway.call.recognised": _told("a call has a request id that is known already", "call"),
    "gateway.caller.hung_up": _told("a caller is gone before its answer", "call"),
    "gateway.create": _told("a call for one code begins", "lock sync key pin"),
    "gateway.create_multiple": _told(
        "a call for one code over many locks begins", "devices behavior sync pin"
    ),
    "gateway.deadline": _told("a call has waited for its locks as long as it may", "group"),
    "gateway.device.apart": _told("why a lock cannot share the code", "lock reason rules"),
    "gateway.name.fitted": _told("a name is made to fit what the lock takes", "lock name"),
    "gateway.refused": _told("a call is refused before any lock is asked", "reasons devices"),
    # Groups: the codes of one call.
    "gateway.group.admitted": _told(
        "a call is accepted, and its codes are decided",
        "group behavior over state pin sharers random",
    ),
    "gateway.group.committed": _told("the codes of a call stay", "group"),
    "gateway.group.aborted": _told("the codes of a call are taken back", "group reason pin"),
    # Codes, as the gateway knows them.
    "gateway.backup.drawn": _told("a spare code is chosen for a lock", "lock pin"),
    "gateway.backup.pulled": _told("a spare code is given out", "lock pin"),
    "gateway.code.astray": _told(
        "a code of the gateway stands in another slot than it was sent to", "lock slot sent_to pin"
    ),
    "gateway.code.back": _told("a code that was believed gone is in a lock", "lock slot pin"),
    "gateway.code.changed_at_lock": _told(
        "somebody changed or removed a code past the gateway", "lock slot change allowed"
    ),
    "gateway.code.cut_short": _told("a lock shows only a part of a code", "lock slot"),
    "gateway.code.expired": _told("the time of a code is over", "lock pin"),
    "gateway.code.gone": _told(
        "a code is known not to be in the lock any more, and is not wanted there", "lock slot pin"
    ),
    "gateway.code.let_go": _told(
        "a code stays in its lock and is unmanaged from now on", "lock slot"
    ),
    "gateway.code.not_revoked": _told(
        "an offline code is deleted, and the lock takes it until it ends", "lock pin"
    ),
    "gateway.code.not_shown": _told("a lock took a code and does not show it", "lock slot"),
    "gateway.code.not_there": _told(
        "a slot was read, and the code is not in it", "lock slot times refused"
    ),
    "gateway.code.overwritten": _told(
        "another code of the gateway stands where this one stood", "lock slot pin"
    ),
    "gateway.code.redrawn": _told("a lock gets a code of its own instead", "lock pin was"),
    "gateway.code.refused": _told("a lock does not take a code", "lock reason pin"),
    "gateway.code.update": _told("a change of a code begins", "lock changes pin"),
    "gateway.code.verified": _told("a code was read back from its slot", "lock slot pin"),
    "gateway.code.withdrawn": _told(
        "a code is known not to be in the lock, where it is wanted only later", "lock pin"
    ),
    "gateway.event": _told("an event of the API is published", "event_type lock pin"),
    "gateway.hours.refused": _told("a lock does not take the hours of a code", "lock slot"),
    "gateway.hours.verified": _told(
        "the hours of a code were read back", "lock slot not_before_us not_after_us"
    ),
    "gateway.unmanaged.created": _told(
        "a code that is not the gateway's is found in a lock", "lock slot pin"
    ),
    "gateway.unmanaged.removed": _told(
        "a code that is not the gateway's has left a lock", "lock slot pin"
    ),
    # Locks and hubs, as the gateway sees them.
    "gateway.clock.off": _told("the clock of a lock is wrong, and is set", "lock by_us times"),
    "gateway.command.sent": _told("a command goes out to a lock", "lock command slot pin"),
    "gateway.drift.suspected": _told(
        "the checksum of a lock says that its codes are others than was thought", "lock"
    ),
    "gateway.hub.back": _told("a hub that was believed down works again", "hub"),
    "gateway.hub.believed_down": _told("a hub is believed down", "hub"),
    "gateway.hub.failed": _told("a hub did not send a command", "lock hub times room"),
    "gateway.lock.back": _told("a lock that was believed dead answers", "lock"),
    "gateway.lock.believed_dead": _told("a lock is believed dead", "lock"),
    "gateway.lock.host_lost": _told("the process that serves a lock is gone", "lock"),
    "gateway.lock.host_silent": _told("the process that serves a lock says nothing", "lock"),
    "gateway.lock.new_incarnation": _told("a lock was reset, and has no codes", "lock"),
    "gateway.lock.no_answer": _told(
        "a lock acknowledges and does not answer what it is asked", "lock times"
    ),
    "gateway.lock.no_host": _told("the process that serves a lock cannot be reached", "lock"),
    "gateway.lock.silent": _told("a lock did not acknowledge a command", "lock times outcome"),
    "gateway.superseded": _told("a newer gateway holds the lock", "lock"),
    # The truth about hubs and locks.
    "hub.down": _told("a hub has lost its radio"),
    "hub.up": _told("a hub has its radio again"),
    "lock.answer.lost": _told("an answer of the lock is lost at its hub", "command why"),
    "lock.battery": _told("the battery is set to a level", "percent"),
    "lock.bolt": _told("the bolt has moved", "bolt mover"),
    "lock.clock.shifted": _told("the lock's own clock has jumped", "by_us"),
    "lock.code.cleared": _told("a slot is empty now", "slot"),
    "lock.code.refused": _told("the lock does not take a code", "slot pin why rule holder"),
    "lock.code.stored": _told("a slot holds this code now", "slot pin status"),
    "lock.fault.armed": _told(
        "a fault waits for the commands that it can meet", "fault command times probability"
    ),
    "lock.fault.cleared": _told("faults wait no longer", "fault"),
    "lock.fault.fired": _told("a fault has changed what came of a frame", "fault left"),
    "lock.filled": _told("the lock is filled with codes of its owner", "slots"),
    "lock.jammed": _told("something blocks the bolt, or does no longer", "jammed"),
    "lock.keypad": _told("the keypad answers an entry", "feedback slot"),
    "lock.keypad.brought": _told("the keypad is brought into a state", "state"),
    "lock.not_understood": _told("the lock hears a command and cannot decrypt it", "command"),
    "lock.notified": _told("the lock says something unasked", "event slot lost"),
    "lock.offline_code.used": _told("an offline code opens the lock", "pin ends_us once"),
    "lock.power": _told("the batteries are taken out or put in", "action"),
    "lock.radio": _told("the radio is put into a state", "state loss latency_us"),
    "lock.rejected": _told("its process does not take a command to the radio", "command why"),
    "lock.report": _told(
        "a command has ended, as its sender learns it",
        "command slot transmit supervision foreign conditions",
    ),
    "lock.reset": _told("the lock is reset to how it left the factory"),
    "lock.schedule.refused": _told("the lock does not take the hours of a code", "slot why"),
    "lock.schedule.stored": _told("a slot has these hours now", "slot not_before_us not_after_us"),
    "lock.unheard": _told("what the lock said unasked came to a hub that is down", "event slot"),
    "lock.write.torn": _told("the power went while the lock wrote its memory"),
}

# Those that have a PIN, which is masked.
PIN_FIELDS: Final = ("pin", "was")


def teller_of(kind: str) -> str:
    """Who tells of events of a kind: `lock`, `gateway`, `hub` or `bench`."""
    return kind.partition(".")[0]
