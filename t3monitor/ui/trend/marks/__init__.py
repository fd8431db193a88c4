"""Flags on the time axis: what changed, and notes."""
