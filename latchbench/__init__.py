"""latchbench: a test bench for access codes on simulated keypad locks."""

__all__: list[str] = []
