"""`latchbench init`: a scenario to start from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from latchbench import exits

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES: Final = (".yaml", ".yml")

TEMPLATE: Final = """\
version: 1
name: {name}
description: >
  One booking for three locks. One of them takes six digits only, so they cannot share the PIN
  that the guest asked for. What does each policy leave behind?

# A profile is a model of lock; `latchbench profiles ls` prints those that there are.
profiles:
  six-digits: {{extends: deadbolt-30, code_lengths: [6]}}

# A lock may start in trouble: {{profile: deadbolt-30, radio: dead}} is offline, with
# fill_slots: 30 it is full.
locks:
  front: {{profile: deadbolt-30}}
  back: {{profile: deadbolt-30}}
  gate: {{profile: six-digits}}

# The steps are run once for each value.
matrix:
  policy: [throw, create_random_code]

steps:
  - name: one call for all three
    create_multiple:
      device_ids: [front, back, gate]
      name: Guest 118
      code: "4827"                 # codes are text: always in quotes
      behavior_when_code_cannot_be_shared: ${{policy}}
    save_as: booking
    expect:
      - when: {{policy: throw}}
        raises: {{type: code_cannot_be_shared, devices: {{gate: length_not_supported}}}}
      - when: {{policy: create_random_code}}
        shared: [front, back]
        devices:
          gate: {{code: {{matches: "^[0-9]{{6}}$"}}}}

  - name: look at the locks themselves, not at the API
    expect_device:
      - when: {{policy: throw}}
        "*": {{slots_used: 0}}
      - when: {{policy: create_random_code}}
        gate: {{lacks_code: "4827"}}
        "*": {{slots_used: 1, has_code: "4827"}}

  - name: the guest types the PIN at the front door
    keypad: {{lock: front, code: "4827"}}
    expect:
      - {{when: {{policy: throw}}, opens: false}}
      - {{when: {{policy: create_random_code}}, opens: true}}
"""


def init_command(name: Path) -> int:
    """Write the file; one that is there already is left as it is."""
    from simulator.scenario.export import EDITOR_LINES

    if not name.name:
        raise exits.CommandError(f"{name} is a folder: name a file", exits.USAGE)
    path = name if name.suffix in SUFFIXES else name.with_name(f"{name.name}.yaml")
    words = path.stem.replace("-", " ").replace("_", " ").replace("$", "")
    # A name that is no text in the file system's encoding is none in the file either.
    title = json.dumps(words.encode(errors="replace").decode(), ensure_ascii=False)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(EDITOR_LINES + TEMPLATE.format(name=title))
    except FileExistsError:
        message = f"{path} is there already; nothing was written"
        raise exits.CommandError(message, exits.USAGE) from None
    except OSError as error:
        raise exits.CommandError(f"cannot write {path}: {error.strerror}", exits.USAGE) from error
    exits.complain(
        f"wrote {path}; run it with: latchbench run {path}",
        f"for completion in your editor: latchbench schema --write {path.parent}",
    )
    return exits.PASSED
