"""The lock as a pure function: no clock, no chance, no I/O. `lock.step` is the way in."""
