"""Attribute tables: rows of a layer as in a spreadsheet, at any number of rows (ADR 0102)."""
