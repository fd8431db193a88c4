"""The tables of inputs, outputs and variables: their model, search, and the view."""
