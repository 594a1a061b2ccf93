"""Verbs of the building register."""
