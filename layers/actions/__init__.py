"""Verbs on the catalogue."""
