"""A file becomes a layer: read in a child process, inspected, rehearsed, loaded in one transaction."""
