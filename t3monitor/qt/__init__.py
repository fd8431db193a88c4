"""Between the sync service and the window: the thread that runs it, and the bridge that turns events into signals."""
