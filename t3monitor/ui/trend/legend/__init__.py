"""The list of the chosen series, with values and figures."""
