"""Any collection out to a file: what a subject may see of it, in the format that the name asks for."""
