"""What a lock should do, in the words of the people around it; the judge of `test_lock_machine`.

It shares no code with the model: slots are a plain dict, digits are compared as lists, hours are
pairs of instants and timers are instants that have passed or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.model.words import Constraint, DuplicatePolicy, KeypadMode
from tests.model.test_constraints import ARITHMETIC
from tests.model.test_readback import crc_by_division

if TYPE_CHECKING:
    from simulator.model.profile import Profile

GONE_KEYS = {
    Constraint.NO_ZEROS: "0",
    Constraint.CANNOT_CONTAIN_089: "089",
    Constraint.CANNOT_CONTAIN_0789: "0789",
}


def button(digit: str) -> int:
    """1 and 2 are the first of five buttons, 9 and 0 the last."""
    return (int(digit) - 1) % 10 // 2


class LockOracle:
    """All that the people around a lock know of it. Every method says what they then expect."""

    def __init__(self, profile: Profile, now_us: int) -> None:
        self.profile, self.now_us = profile, now_us
        self.typed, self.typed_until_us = "", 0
        self.bolt, self.relock_us = "locked", 0
        self.cut, self.battery, self.jam = False, 100, False
        self.incarnation = 0
        self.forget()

    def forget(self) -> None:
        """As the factory made it."""
        self.codes = {slot: (pin.reveal(), True) for slot, pin in self.profile.factory_codes}
        self.hours: dict[int, tuple[int | None, int | None]] = {}
        self.length = self.profile.code_length_setting
        self.mode, self.in_menu, self.clock_us = "normal", False, 0
        self.incarnation += 1
        self.forgive()

    def forgive(self) -> None:
        self.wrong_us: list[int] = []
        self.lockouts, self.locked_out_until_us = 0, 0

    # Codes

    def dead(self) -> bool:
        return self.cut or self.battery == 0

    def pressed(self, digits: str) -> list[Any]:
        return [button(d) if self.profile.five_buttons else d for d in digits]

    def admin(self) -> str:
        return "" if self.profile.admin_code is None else self.profile.admin_code.reveal()

    def knows(self, slot: int) -> bool:
        return 1 <= slot <= self.profile.slots_max and slot not in self.profile.reserved_slots

    def takes(self, slot: int, digits: str) -> bool:
        """Whether the lock should store `digits` in `slot`, by what is said of its model."""
        if not self.knows(slot) or any(d not in "0123456789" for d in digits):
            return False
        lengths = self.profile.code_lengths if self.length is None else (self.length,)
        if len(digits) not in lengths:
            return False
        numbers = tuple(int(d) for d in digits)
        rules = self.profile.constraints & set(ARITHMETIC)
        if not all(ARITHMETIC[one](numbers) for one in rules):
            return False
        others = [held for s, (held, _) in self.codes.items() if s != slot]
        return not any(self.clash(digits, o) for o in [*others, self.admin()] if o)

    def clash(self, one: str, other: str) -> bool:
        a, b = self.pressed(one), self.pressed(other)
        first_four = Constraint.UNIQUE_FIRST_FOUR_DIGITS in self.profile.constraints
        if first_four and a[:4] == b[:4]:
            return True
        if self.profile.duplicate_policy is DuplicatePolicy.ACCEPT:
            return False
        shorter = min(len(a), len(b))
        return a[:shorter] == b[:shorter] if self.profile.matches_prefix else a == b

    def checksum(self) -> int:
        data = b""
        for slot in sorted(self.codes):
            digits, opens = self.codes[slot]
            data += bytes([0, slot, 1 if opens else 2]) + digits.encode()
        return crc_by_division(data) if data else 0

    # The hub

    def drops_writes(self) -> bool:
        heard = self.mode != "privacy" and not self.locked_out_until_us
        return heard and self.in_menu and self.profile.busy_refuses_writes

    def is_set(self, slot: int, digits: str, *, opens: bool) -> bool:
        accepted = not self.drops_writes() and self.takes(slot, digits)
        if accepted:
            self.codes[slot] = (digits, opens)
        return accepted

    def is_cleared(self, slot: int) -> bool:
        accepted = not self.drops_writes() and (slot == 0 or self.knows(slot))
        if accepted:
            self.empty(slot)
        return accepted

    def empty(self, slot: int) -> None:
        for gone in [slot] if slot else [*self.codes, *self.hours]:
            self.codes.pop(gone, None)
            self.hours.pop(gone, None)

    def gets_hours(self, slot: int, first: int | None, last: int | None) -> bool:
        accepted = self.knows(slot) and (first is None or last is None or first < last)
        if accepted:
            self.hours.pop(slot, None)
            if (first, last) != (None, None):
                self.hours[slot] = (first, last)
        return accepted

    def is_put_in_mode(self, mode: KeypadMode) -> bool:
        accepted = mode in self.profile.keypad_modes
        if accepted:
            self.mode, self.typed = mode.value, ""
            self.forgive()
        return accepted

    # People at the keypad: what they are answered

    def deaf(self) -> str:
        """Why nobody is listened to, or nothing."""
        if self.dead():
            return "ignored"
        if self.locked_out_until_us:
            return "locked_out"
        return "ignored" if self.mode == "privacy" else ""

    def is_programmed(self, slot: int, digits: str | None) -> str:
        if self.deaf():
            return self.deaf()
        if not (self.knows(slot) if digits is None else self.takes(slot, digits)):
            return "rejected"
        if digits is None:
            self.empty(slot)
        else:
            self.codes[slot] = (digits, True)
        return "done"

    def is_set_to_length(self, length: int) -> str:
        if self.deaf():
            return self.deaf()
        if self.length is None or length not in self.profile.code_lengths:
            return "rejected"
        if length != self.length:
            self.length = length
            self.empty(0)
        return "done"

    def is_held_in_menu(self, *, is_open: bool) -> str:
        if not self.deaf():
            self.in_menu, self.typed = is_open, ""
        return self.deaf() or ("menu" if is_open else "done")

    def is_switched(self, mode: KeypadMode) -> str:
        if self.dead() or self.locked_out_until_us:
            return self.deaf()
        if mode is KeypadMode.LOCKED_OUT and self.profile.lockout is not None:
            self.in_menu = False
            self.locks_out(self.lockouts + 1)
            return "done"
        if mode not in self.profile.keypad_modes:
            return "rejected"
        self.mode, self.typed = mode.value, ""
        return "done"

    def hears(self, key: str) -> tuple[str, int | None]:
        """What a person should see after this key, and all that follows from it."""
        if self.deaf() or self.in_menu:
            return self.deaf() or "ignored", None
        if key == "enter":
            if self.profile.matches_prefix or not self.typed:
                return "ignored", None
            return self.judges()
        if any(key in GONE_KEYS.get(one, "") for one in self.profile.constraints):
            return "ignored", None
        self.typed += key
        self.typed_until_us = self.now_us + self.profile.entry_timeout_us
        if self.profile.matches_prefix:
            all_codes = [*(held for held, _ in self.codes.values()), self.admin()]
            longest = max(*self.profile.code_lengths, len(self.admin()))
            if self.typed in all_codes or len(self.typed) >= longest:
                return self.judges()
        elif len(self.typed) > 10:
            return self.counts_a_wrong_code()
        return "incomplete", None

    def judges(self) -> tuple[str, int | None]:
        typed, self.typed = self.pressed(self.typed), ""
        slots = [s for s in sorted(self.codes) if self.pressed(self.codes[s][0]) == typed]
        opening = [s for s in slots if self.codes[s][1] and self.is_open_hour(s)]
        if opening and self.mode == "normal":
            self.forgive()
            return "opened" if self.moves("unlocked") else "jammed", opening[0]
        if not opening and self.pressed(self.admin()) == typed:
            return "menu", None
        if not slots:
            return self.counts_a_wrong_code()
        enabled = [s for s in slots if self.codes[s][1]]
        early = self.mode == "normal" and bool(enabled)
        return "outside_schedule" if early else "disabled", (opening or enabled or slots)[0]

    def is_open_hour(self, slot: int) -> bool:
        first, last = self.hours.get(slot, (None, None))
        clock_us = self.now_us + self.clock_us
        return (first is None or clock_us >= first) and (last is None or clock_us < last)

    def counts_a_wrong_code(self) -> tuple[str, int | None]:
        self.typed = ""
        lockout = self.profile.lockout
        if lockout is not None:
            window_us = lockout.window_us or self.now_us + 1
            self.wrong_us = [t for t in self.wrong_us if t + window_us > self.now_us]
            self.wrong_us.append(self.now_us)
            warned = self.lockouts > 0 and lockout.escalation_us != ()
            if warned or len(self.wrong_us) >= lockout.wrong_codes:
                self.locks_out(self.lockouts + 1)
        return "rejected", None

    def locks_out(self, nth: int) -> None:
        lockout = self.profile.lockout
        assert lockout is not None
        times_us = [lockout.lasts_us, *lockout.escalation_us]
        self.locked_out_until_us = self.now_us + times_us[min(nth, len(times_us)) - 1]
        self.lockouts, self.wrong_us, self.typed = nth, [], ""

    # Bolt, power, time

    def moves(self, target: str) -> bool:
        self.bolt = "unknown" if self.jam and self.bolt != target else target
        after_us = self.profile.relock_after_us
        relocks = self.bolt == "unlocked" and after_us is not None and not self.dead()
        self.relock_us = self.now_us + (after_us or 0) if relocks else 0
        return self.bolt == target

    def stops(self) -> None:
        self.typed, self.in_menu, self.relock_us = "", False, 0

    def starts(self) -> None:
        """Power comes: what was typed is gone, and times begin again."""
        self.stops()
        if not self.dead():
            self.moves(self.bolt)
            if self.locked_out_until_us:
                self.locks_out(self.lockouts)

    def is_reset(self) -> None:
        if not self.dead():
            self.forget()
            self.starts()

    def has_battery(self, percent: int) -> None:
        was_dead, self.battery = self.dead(), percent
        if self.dead():
            self.stops()
        elif was_dead:
            self.starts()

    def time_is(self, now_us: int) -> None:
        """All that time alone does to the lock."""
        self.now_us = now_us
        if self.dead():
            return
        if self.locked_out_until_us and now_us >= self.locked_out_until_us:
            self.locked_out_until_us = 0
        if self.typed and now_us >= self.typed_until_us:
            self.typed = ""
        if self.relock_us and now_us >= self.relock_us:
            self.bolt, self.relock_us = ("unknown" if self.jam else "locked"), 0

    def next_us(self) -> int | None:
        """When time will next do something."""
        due_us = [self.typed_until_us] if self.typed else []
        due_us += [t for t in (self.relock_us, self.locked_out_until_us) if t]
        return None if self.dead() else min(due_us, default=None)
