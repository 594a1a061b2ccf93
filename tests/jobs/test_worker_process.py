"""Real worker processes: killed, stopped, cancelled and run side by side."""

import signal
from pathlib import Path

import pytest
from django.db import connection

from jobs.actions import cancel, enqueue
from jobs.models import Job, State
from jobs.worker import workers_alive
from tests.conftest import OWNER, acting_as
from tests.jobs import sample_tasks
from tests.jobs.workers import start_worker, wait_for, wait_until, worker

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_survives_the_kill_of_its_worker(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = enqueue(sample_tasks.write_slowly, str(trace), 1.5)
    first = start_worker()
    wait_for(job, State.RUNNING)
    wait_until(trace.exists)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    with worker():
        wait_for(job, State.DONE)
    assert (job.attempts, job.result) == (2, "written")
    assert trace.read_text() == "begun\nbegun\n"


def test_a_job_that_may_begin_once_is_not_begun_again(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = enqueue(sample_tasks.only_once, str(trace))
    first = start_worker()
    wait_until(trace.exists)
    first.kill()
    first.communicate()
    with worker():
        wait_for(job, State.FAILED)
    assert trace.read_text() == "begun\n"


def test_progress_is_seen_while_the_job_runs_and_cancel_stops_it(tmp_path: Path) -> None:
    job = enqueue(sample_tasks.write_slowly, str(tmp_path / "trace"), 60)
    with worker():
        wait_for(job, State.RUNNING)
        wait_until(lambda: Job.objects.get(pk=job.pk).progress_done > 0)
        seen = Job.objects.get(pk=job.pk)
        assert (seen.progress_total, seen.progress_message) == (1200, "writing")
        cancel(job)
        wait_for(job, State.CANCELLED)
    assert job.finished_at is not None


def test_cancel_reaches_a_job_that_waits_in_one_long_statement() -> None:
    job = enqueue(sample_tasks.sleep_in_database, 120)
    with worker():
        wait_for(job, State.RUNNING)
        cancel(job)
        wait_for(job, State.CANCELLED)


def test_a_worker_told_to_go_hands_its_job_back_without_losing_an_attempt(tmp_path: Path) -> None:
    job = enqueue(sample_tasks.write_slowly, str(tmp_path / "trace"), 60)
    process = start_worker("--grace", "0.3")
    wait_for(job, State.RUNNING)
    process.terminate()
    output, _none = process.communicate(timeout=10)
    assert process.returncode == 0, output
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.READY, 0)


def test_a_worker_told_to_go_lets_a_short_job_finish(tmp_path: Path) -> None:
    job = enqueue(sample_tasks.write_slowly, str(tmp_path / "trace"), 0.8)
    process = start_worker("--grace", "10")
    wait_for(job, State.RUNNING)
    process.terminate()
    process.communicate(timeout=15)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 1)


def test_two_workers_never_run_one_job_twice(tmp_path: Path) -> None:
    out = tmp_path / "numbers"
    with worker(), worker():
        wait_until(lambda: workers_alive() == 2)
        jobs = [enqueue(sample_tasks.append_number, str(out), number) for number in range(40)]
        for job in jobs:
            wait_for(job, State.DONE)
    assert sorted(map(int, out.read_text().split())) == list(range(40))
    assert {job.attempts for job in jobs} == {1}
    assert len({job.workers[0] for job in jobs}) == 2


def test_a_worker_that_loses_the_database_comes_back_and_the_job_ends_once(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = enqueue(sample_tasks.write_slowly, str(trace), 3)
    with worker():
        wait_for(job, State.RUNNING)
        wait_until(trace.exists)
        with acting_as(OWNER), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE usename = 'gisportal_worker' AND datname = current_database()"
            )
            assert cursor.fetchone()[0] >= 2
        wait_for(job, State.DONE, seconds=40)
    assert job.attempts == 2
    assert trace.read_text() == "begun\nbegun\n"
