"""Pages of taxation."""
