"""`docs/EVENTS.md`: the catalogue of events as people read it.

python -m tests.scenario.event_tables       writes it anew
"""

from __future__ import annotations

from pathlib import Path

from simulator.scenario.events import EVENTS, teller_of

PAGE = Path(__file__).parents[2] / "docs" / "EVENTS.md"

_HEAD = """\
# Events

What a trace tells, and so what `expect_events`, `wait_for` and `on_event` can ask for. Made of
`simulator/scenario/events.py` by `python -m tests.scenario.event_tables`.

Every event has a `kind` and a `source`, and may have the fields beside its kind; one that says
nothing is left out. Values are texts, and `slot: 1` asks for the text `1`. Fields that end in `_us`
are microseconds, instants since 1970. `pin` and `was` are masked: only whether they are there can
be asked for.
"""
_TELLERS = {
    "lock": "The truth about a lock, from its own process. The source is its name.",
    "hub": "The truth about a hub. The source is `hub` and its name, as in `hub stairs`.",
    "gateway": "What the gateway does and believes. The source is `gateway`.",
    "bench": "What the scenario does. The source is `bench`. `on_event` cannot ask for these.",
}


def page() -> str:
    """The whole page, as it should be today."""
    return _HEAD + "".join(
        f"\n## {who}\n\n{words}\n\n{_table(who)}" for who, words in _TELLERS.items()
    )


def _table(teller: str) -> str:
    rows = "".join(
        f"| `{kind}` | {told.meaning} | {' '.join(f'`{name}`' for name in told.fields)} |\n"
        for kind, told in EVENTS.items()
        if teller_of(kind) == teller
    )
    return f"| kind | means | fields |\n| --- | --- | --- |\n{rows}"


if __name__ == "__main__":
    PAGE.write_text(page())
