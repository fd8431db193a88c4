"""Why there is no reading: what was recorded of it, and what follows."""
