"""Verbs across rows of the networks."""
