"""Styles that a person makes by choosing, kept as the map layers of docs/styles.md (ADR 0100)."""
