"""Water, sewer and lighting networks."""
