"""Pages of the building register."""
