"""Which time is in sight, and how it is chosen and told."""
