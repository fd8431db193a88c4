"""What is known of the chosen series, and where it comes from."""
