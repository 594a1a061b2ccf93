"""Features of any collection: one by its key, many by area, filter and text."""
