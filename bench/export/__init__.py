"""The export benchmark; see `run.py`."""
