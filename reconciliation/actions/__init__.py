"""Verbs of the queues: filling them, and working on their cases."""
