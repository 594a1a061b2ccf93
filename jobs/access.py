"""Which jobs somebody may see: one's own; administrators all."""

import uuid

from accounts import reasons
from accounts.subjects import Subject
from core.errors import NotFound
from jobs.models import Job, JobQuerySet


def jobs_of(subject: Subject) -> JobQuerySet:
    """Return the jobs that the subject may see and cancel."""
    return Job.objects.all() if subject.is_admin else Job.objects.all().of(subject.user_id)


def job_of(subject: Subject, job_id: uuid.UUID) -> Job:
    """Return one job, or refuse as if there were none."""
    job = jobs_of(subject).filter(pk=job_id).first()
    if job is None:
        raise NotFound(reasons.NOT_FOUND)
    return job
