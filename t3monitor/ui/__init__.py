"""The window: widgets and their models, all in the GUI thread."""
