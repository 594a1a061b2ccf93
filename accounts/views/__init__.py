"""Pages about persons and rights."""
