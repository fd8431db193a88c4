"""Evidence packs: all that is known of some points in a time, in one file that is sent to somebody."""
