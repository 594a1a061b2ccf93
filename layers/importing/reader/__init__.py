"""Reading of files from outside, in a child process that has no network and hard limits.

Nothing here but `process` runs in the portal's own processes, and nothing here imports Django.
"""
