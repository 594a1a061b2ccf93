"""Schema history of networks."""
