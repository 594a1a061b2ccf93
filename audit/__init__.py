"""The append-only log of every change, written by the database."""
