"""The pages on which staff arrange the catalogue."""
