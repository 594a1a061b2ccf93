"""Schema history of parties."""
