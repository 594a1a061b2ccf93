"""The journal: charges and credits of every kind, double-entry and append-only."""
