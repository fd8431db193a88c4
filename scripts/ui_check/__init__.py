"""Drives the real window with a real mouse and keyboard under Xvfb: `make ui-check`.

Widgets are found where the accessibility tree has them, as a screen reader finds them. Whatever is done is proved by
what the program did or tells: a row in the ledger, a file, an exit code, a text; screenshots are kept.
"""
