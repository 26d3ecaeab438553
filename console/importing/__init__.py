"""Commune lists from the command line: checked without a database, or sent to a running registry."""
