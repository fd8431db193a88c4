"""Baselines: frozen, compared with now or with another one, and handed on as a file; and the list of points."""
