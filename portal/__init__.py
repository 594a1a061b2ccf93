"""The public map and the citizen area."""
