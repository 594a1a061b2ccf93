"""The history of features, read from the event log as one subject may see it, and put back from it."""
