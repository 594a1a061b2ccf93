"""Jobs in pages and API: seen by their owner and administrators, nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from jobs.actions import enqueue
from jobs.models import Job, State
from tests.cast import person
from tests.jobs import sample_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer_job() -> Job:
    return enqueue(sample_tasks.add, 1, 2, owner=person("engineer"), title="Import of streets")


def signed_in(job: Job) -> Client:
    from tests.conftest import WebClient

    client = WebClient()
    client.force_login(job.owner)
    return client


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_the_owner_sees_the_job_in_every_language(engineer_job: Job, language: str) -> None:
    client = signed_in(engineer_job)
    for page in ("/staff/jobs/", f"/staff/jobs/{engineer_job.pk}/"):
        text = client.get(f"{page}?lang={language}").content.decode()
        assert "Import of streets" in text
        assert f'lang="{language}"' in text


def test_a_page_of_a_running_job_loads_itself_again_and_stops_at_its_end(engineer_job: Job) -> None:
    client = signed_in(engineer_job)
    assert b"<noscript><meta http-equiv=" in client.get(f"/staff/jobs/{engineer_job.pk}/").content
    Job.objects.update(state=State.DONE, result={"read": 12, "_relation": "x"}, finished_at=timezone.now())
    response = client.get(f"/staff/jobs/{engineer_job.pk}/")
    assert b"http-equiv" not in response.content
    assert b"<dt>read</dt>" in response.content
    assert b"_relation" not in response.content


def test_others_find_nothing_and_administrators_everything(
    engineer_job: Job, sign_in: Callable[..., Client]
) -> None:
    page, api = f"/staff/jobs/{engineer_job.pk}/", f"/api/v1/jobs/{engineer_job.pk}"
    clerk = sign_in("clerk")
    assert clerk.get(page).status_code == 404
    assert clerk.get(api).status_code == 404
    assert clerk.post(f"{api}/cancel").status_code == 404
    assert clerk.post(f"{page}cancel/").status_code == 404
    assert "Import of streets" not in clerk.get("/staff/jobs/").content.decode()
    admin = sign_in("admin")
    assert admin.get(page).status_code == 200
    assert "Import of streets" in admin.get("/staff/jobs/?q=streets&sort=-enqueued_at").content.decode()
    assert "Import of streets" not in admin.get("/staff/jobs/?state=done").content.decode()


def test_the_owner_cancels_by_page_and_by_api(engineer_job: Job) -> None:
    client = signed_in(engineer_job)
    assert client.post(f"/staff/jobs/{engineer_job.pk}/cancel/").status_code == 302
    answer = client.get(f"/api/v1/jobs/{engineer_job.pk}").json()
    assert (answer["state"], answer["cancel_requested"]) == ("cancelled", True)
    other = enqueue(sample_tasks.add, 1, 2, owner=engineer_job.owner)
    assert client.post(f"/api/v1/jobs/{other.pk}/cancel").json()["state"] == "cancelled"


def test_a_program_follows_its_owners_job(engineer_job: Job, client: Client) -> None:
    _token, text = ApiToken.issue(
        user=engineer_job.owner, name="t", verbs=["view"], expires_at=timezone.now() + timedelta(days=1)
    )
    answer = client.get(f"/api/v1/jobs/{engineer_job.pk}", headers={"Authorization": f"Bearer {text}"}).json()
    assert (answer["state"], answer["progress"]) == ("ready", {"done": 0, "total": None, "message": ""})


def test_only_administrators_read_the_traceback(engineer_job: Job, sign_in: Callable[..., Client]) -> None:
    Job.objects.update(state=State.FAILED, error="It failed.", traceback="File secret.py", error_class="X")
    page = f"/staff/jobs/{engineer_job.pk}/"
    assert "secret.py" not in signed_in(engineer_job).get(page).content.decode()
    assert "secret.py" in sign_in("admin").get(page).content.decode()
