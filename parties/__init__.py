"""Persons and organisations, and the citizen's single record as links."""
