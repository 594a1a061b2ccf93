"""Layers made in the browser: a person names fields, a job makes the table (ADR 0101)."""
