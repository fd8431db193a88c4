"""T3 Monitor: a trend monitor beside Temco T3000."""

__version__ = "0.1.0"
