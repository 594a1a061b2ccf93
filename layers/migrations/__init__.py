"""Schema history of layers."""
