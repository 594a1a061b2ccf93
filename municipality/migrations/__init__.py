"""Schema history of municipality."""
