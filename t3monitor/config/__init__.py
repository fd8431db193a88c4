"""Folders and settings; knows no other part of the program."""
