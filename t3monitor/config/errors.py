"""What settings that cannot be used raise."""


class SettingsError(Exception):
    """A value that cannot be used; the text says which, and what it may be."""
