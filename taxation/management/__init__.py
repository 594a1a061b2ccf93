"""Management commands of taxation."""
