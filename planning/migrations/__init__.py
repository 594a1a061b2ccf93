"""Schema history of planning."""
