"""Locks at work in a process: radio, memory files, timers, and the device plane."""
