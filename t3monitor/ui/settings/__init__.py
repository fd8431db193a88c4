"""The settings dialog: one module for each page, and what the pages share."""
