"""Verdicts for machines and for people: JSON, JUnit, GitHub, a comparison, a page."""
