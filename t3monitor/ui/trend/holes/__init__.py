"""Why there is no reading: bands, strip and incidents."""
