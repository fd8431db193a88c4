"""What of the trend leaves the window: pictures and pages."""
