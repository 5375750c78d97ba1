"""The commands of `latchbench`, a module each; what they need is imported when they run."""
