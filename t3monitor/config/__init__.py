"""Folders, settings and log files; knows no other part of the program."""
