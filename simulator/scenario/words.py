"""The words that a scenario may use where only certain words mean something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulator.model.words import Bolt, Feedback, Keypad, Mechanics, Power
from simulator.radio.faults.table import FAULTS as TABLE
from simulator.radio.timing import TIMINGS as TIMINGS_BY_NAME
from simulator.radio.words import CommandKind, HubState, RadioState
from simulator.scenario.problems import Trouble, shown, suggest


@dataclass(frozen=True, slots=True)
class Words:
    """A closed set of words; `what` names it in messages."""

    what: str
    words: tuple[str, ...]

    def check(self, word: str) -> str:
        """`word` itself. Raises `Trouble` if it is none of these."""
        if word in self.words:
            return word
        raise Trouble.here(f"{shown(word)} is no {self.what}{suggest(word, self.words)}")


RADIO_STATES: Final = Words("state of the radio", tuple(state.value for state in RadioState))
FAULTS: Final = Words("fault", tuple(TABLE))
COMMANDS: Final = Words("command", tuple(kind.value for kind in CommandKind))

# Without batteries a lock is `off`: that is an action, `power: {action: cut}`.
POWER_STATES: Final = Words(
    "state of the power", tuple(power.value for power in Power if power is not Power.OFF)
)
KEYPAD_STATES: Final = Words("condition of a keypad", tuple(keypad.value for keypad in Keypad))
POWER_ACTIONS: Final = Words("power action", ("cut", "restore", "cycle"))
TIMINGS: Final = Words("timing of the radio", tuple(TIMINGS_BY_NAME))
HUB_STATES: Final = Words("state of a hub", tuple(state.value for state in HubState))
HOST_ACTIONS: Final = Words("host action", ("kill", "stop", "continue", "start"))
GATEWAY_ACTIONS: Final = Words("gateway action", (*HOST_ACTIONS.words, "restart"))
PROGRAMMING: Final = Words("way of programming", ("sync", "async"))

BEHAVIORS: Final = ("throw", "create_random_code")

# Why a device cannot share a code, or refuses a request as a whole.
REASONS: Final = (
    "pin_in_use", "keypad_collision", "length_not_supported", "digits_not_supported",
    "provider_chooses_pin", "offline_codes_only", "refused_by_lock", "no_space", "no_keypad",
    "time_zone_unknown", "start_not_in_future", "device_unresponsive", "device_offline",
    "device_not_found", "offline_codes_not_supported", "time_window_not_supported",
)  # fmt: skip

# Of an access code, as Seam's API words them.
STATUSES: Final = ("unset", "setting", "set", "removing", "unknown")
CODE_TYPES: Final = ("ongoing", "time_bound")

# What the gateway counts since it started.
METRICS: Final = (
    "commands", "reports", "notices", "silences", "frames", "malformed_reports", "commits",
    "choices", "choices_made_again", "calls_adopted", "hub_failures",
)  # fmt: skip

# What the truth about a lock is worded in.
RADIO_TRUTHS: Final = tuple(state.value for state in RadioState)
POWER_TRUTHS: Final = tuple(word.value for word in Power)
MECHANICS_TRUTHS: Final = tuple(word.value for word in Mechanics)
KEYPAD_TRUTHS: Final = tuple(word.value for word in Keypad)
BOLT_TRUTHS: Final = tuple(word.value for word in Bolt)
FEEDBACKS: Final = tuple(word.value for word in Feedback)

# Top-level keys that are spoken of and not built yet.
TOP_LEVEL_LATER: Final = ("report",)


def can_befall(fault: str, command: str) -> bool:
    """Whether a fault can ever meet that command."""
    return CommandKind(command) in TABLE[fault].befalls
