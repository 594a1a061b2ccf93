"""Queues of differences between what registers say and what else is known, worked until each is settled."""
