"""Everything behind `./run` and `./test`, in Python's standard library alone."""
