"""The tree of panels: its model, what stands in its columns, and the view."""
