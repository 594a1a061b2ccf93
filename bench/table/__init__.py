"""The attribute table at many rows."""
