"""The queue."""

from jobs.models.job import Job, JobQuerySet, State

__all__ = ["Job", "JobQuerySet", "State"]
