"""Schema history of buildings."""
