"""Measurements and ordeals: ratios side by side (`python -m benchmarks`), kills in mid-cycle (`benchmarks.torture`)."""
