"""The trend view: history of chosen points as curves and step lanes."""
