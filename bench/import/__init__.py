"""The import benchmark; see `run.py`."""
