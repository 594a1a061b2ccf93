"""Jobs are rows: asked for in a transaction, once per key, run in order, ended with a reason."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import translation
from django_tasks import TaskResultStatus

from core import acting
from jobs import progress
from jobs.actions import cancel, enqueue
from jobs.models import Job, State
from jobs.worker import Worker
from tests.jobs import sample_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def work() -> None:
    Worker().run(until_idle=True)


def test_a_job_runs_and_keeps_its_result() -> None:
    job = enqueue(sample_tasks.add, 2, other=3)
    work()
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts, job.error) == (State.DONE, 5, 1, "")
    assert job.started_at < job.finished_at
    assert sample_tasks.add.get_result(str(job.pk)).return_value == 5


def test_the_tasks_interface_alone_is_enough() -> None:
    result = sample_tasks.add.enqueue(1, 1)
    assert result.status == TaskResultStatus.READY
    work()
    result.refresh()
    assert (result.status, result.return_value) == (TaskResultStatus.SUCCESSFUL, 2)


def test_a_job_asked_for_in_a_transaction_that_fails_never_was() -> None:
    with transaction.atomic():
        enqueue(sample_tasks.add, 1, 1)
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_asking_twice_with_one_key_gives_one_job() -> None:
    first = enqueue(sample_tasks.add, 1, 2, idempotency_key="k")
    again = enqueue(sample_tasks.add, 1, 2, idempotency_key="k")
    other = enqueue(sample_tasks.add, 1, 2, idempotency_key="l")
    assert first == again
    assert other != first
    assert Job.objects.count() == 2


def test_the_owner_is_whoever_is_acting() -> None:
    user = get_user_model().objects.create(username="samar")
    with acting.acting(user, "web"):
        assert enqueue(sample_tasks.add, 1, 2).owner == user


def test_a_refusal_becomes_the_jobs_error_without_a_retry() -> None:
    job = enqueue(sample_tasks.refuse)
    work()
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == (State.FAILED, "The file is empty.", 1)


def test_an_error_of_ours_is_said_in_the_askers_language_and_kept_for_us() -> None:
    with translation.override("en"):
        job = enqueue(sample_tasks.break_down)
    work()
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error == "The job failed through an error of the portal, not of what you gave it."
    assert "ZeroDivisionError: oops" in job.traceback


def test_urgent_jobs_run_first() -> None:
    later = enqueue(sample_tasks.add, 1, 1)
    urgent = enqueue(sample_tasks.add.using(priority=10), 1, 1)
    work()
    later.refresh_from_db()
    urgent.refresh_from_db()
    assert urgent.started_at < later.started_at


def test_a_waiting_job_is_cancelled_at_once() -> None:
    job = cancel(enqueue(sample_tasks.add, 1, 1))
    assert (job.state, job.is_finished) == (State.CANCELLED, True)
    work()
    job.refresh_from_db()
    assert job.attempts == 0


def test_a_finished_job_cannot_be_cancelled() -> None:
    job = enqueue(sample_tasks.add, 1, 1)
    work()
    assert cancel(job).state == State.DONE


def test_a_running_job_without_a_living_worker_is_taken_up(tmp_path) -> None:
    job = enqueue(sample_tasks.append_number, str(tmp_path / "out"), 7)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=1)
    work()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)


def test_a_job_begun_too_often_fails_and_says_so() -> None:
    with translation.override("en"):
        job = enqueue(sample_tasks.add, 1, 1)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=3)
    work()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "The job was begun 3 times and never came to its end.")


def test_a_job_whose_lock_is_held_is_left_alone() -> None:
    job = enqueue(sample_tasks.add, 1, 1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [job.lock_key])
        work()
        job.refresh_from_db()
        assert job.state == State.READY
    finally:
        other.close()


def test_progress_outside_a_worker_goes_to_whoever_listens() -> None:
    heard: list[tuple[int, int | None, str]] = []
    progress.report(1, 2, "nobody listens")
    with progress.listening(lambda *what: heard.append(what)):
        progress.report(1, 2, "reading")
        progress.report(2, 2, "reading")
    assert heard == [(1, 2, "reading"), (2, 2, "reading")]
