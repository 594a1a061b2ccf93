"""Schema history of cadastre."""
