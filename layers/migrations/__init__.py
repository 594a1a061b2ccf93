"""Tables of the catalogue and the functions that version every collection."""
