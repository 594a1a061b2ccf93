"""The append-only log of every change, written by the database."""

from core.acting import acting

__all__ = ["acting"]
