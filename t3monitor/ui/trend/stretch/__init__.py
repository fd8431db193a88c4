"""The stretch between two cursors, and its figures."""
