"""The commands in the order in which a newcomer meets them, below a title for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Scenarios": ("init", "validate", "run", "schema", "simulate"),
    "A bench for your own software": ("up",),
    "While a bench is up": (
        "lock",
        "radio",
        "power",
        "keypad",
        "fault",
        "clock",
        "codes",
        "events",
    ),
    "Without a bench": ("profiles", "nvm"),
}


class Sections(TyperGroup):
    """A group whose help lists its commands by `SECTIONS`; one that none names comes last."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        wide = max(map(len, self.commands))
        for title, names in self._sections():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (
                            name.ljust(wide),
                            self.commands[name].get_short_help_str(formatter.width - 6 - wide),
                        )
                        for name in names
                    ]
                )

    def _sections(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield from SECTIONS.items()
        named = {name for names in SECTIONS.values() for name in names}
        if others := tuple(name for name in self.commands if name not in named):
            yield "Others", others
