"""The sync service: the 11 steps of docs/t3000.md 13.1, in plain Python without Qt."""
