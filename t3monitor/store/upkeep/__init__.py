"""What is done to a database beside the cycles: packing, retention, copies, checks, and what is damaged."""
