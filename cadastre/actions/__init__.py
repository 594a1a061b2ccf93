"""Verbs of the cadastre: open, draw, submit, decide and reverse a record."""
