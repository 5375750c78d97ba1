"""Numbers that every lock obeys, each with where it comes from, related by asserts.

"User Code CC" is the Z-Wave User Code Command Class, versions 1 and 2 (Z-Wave Alliance Application
Work Group Specifications 2024A, 2.2.116 and 2.2.117); clause numbers are those of that document.
What differs between models is a `Profile`, not a number here.
"""

from __future__ import annotations

from typing import Final

# User Code CC:0063.01.01.11.006 to .008: a code is 4 to 10 ASCII digits, anything else is ignored.
# A lock's own lengths may be fewer, never more.
CODE_DIGITS_MIN: Final = 4
CODE_DIGITS_MAX: Final = 10

# User Code CC:0063.01.01.11.001 and .002: user identifiers count from 1, and 0 in a Set means all
# of them, so 0 is never a slot.
SLOT_ALL: Final = 0
SLOT_FIRST: Final = 1

# The identifier is 8 bits wide in version 1 and 16 bits in version 2 (CC:0063.02.00.21.004).
USER_CODE_VERSIONS: Final = (1, 2)
SLOTS_MAX: Final = {1: 0xFF, 2: 0xFFFF}

# The Yale integrators' guide counts the master code as slot 0 in its duplicate alarm.
HOLDER_ADMIN: Final = 0

# User Code CC:0063.02.12.11.001 to .006: CRC-16/CCITT, started with 0x1D0F; 0 when nothing is set.
CHECKSUM_START: Final = 0x1D0F
CHECKSUM_EMPTY: Final = 0x0000

# Battery CC: a level of 0 to 100, or 0xFF for "low", which is a warning and not a level.
BATTERY_PERCENT_MAX: Final = 100
BATTERY_WARNING: Final = 0xFF

# A Schlage BE469 masks with ten asterisks whatever the code's length (dump of a real node in
# zwave-js-server-python, test/fixtures), and shows a slot without a code as 0000.
MASK_FIXED_DIGITS: Final = 10
EMPTY_AS_DIGITS: Final = "0000"

# User Code CC:0063.01.01.11.009: version 1 carries four NUL bytes where there is no code.
EMPTY_V1: Final = "\0" * 4

# How many leading digits Schlage compares (the rule `unique_first_four_digits`).
FIRST_DIGITS: Final = 4

assert 0 < CODE_DIGITS_MIN <= CODE_DIGITS_MAX
assert SLOT_ALL < SLOT_FIRST <= min(SLOTS_MAX.values())
assert set(SLOTS_MAX) == set(USER_CODE_VERSIONS)
assert HOLDER_ADMIN < SLOT_FIRST, "the admin code must not look like a slot"
assert BATTERY_PERCENT_MAX < BATTERY_WARNING, "the warning must not look like a level"
assert MASK_FIXED_DIGITS >= CODE_DIGITS_MAX, "a mask must not tell a short code from a long one"
assert len(EMPTY_AS_DIGITS) == len(EMPTY_V1) == CODE_DIGITS_MIN
assert FIRST_DIGITS <= CODE_DIGITS_MIN, "every code must have that many digits"
