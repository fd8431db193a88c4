"""The sync service: the 11 steps of the sync service document, in plain Python without Qt."""
