"""Commands of the cadastre."""
