"""Draws the window off screen in all that the guide shows of it: `make pictures`.

The views are made of the simulated building as a user makes them; what is drawn is the program's own window. Whoever
draws pictures looks at them.
"""
