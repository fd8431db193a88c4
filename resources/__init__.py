"""Icons and other files that are no code; found with importlib.resources."""
