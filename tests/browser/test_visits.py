"""The phone page: a round without network, a page that is killed, a line that loses answers; each visit once."""

import base64
import io
import subprocess
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page

from scripts.launch.places import PYTHON, ROOT
from tests.browser.conftest import PASSWORD, ServedTown, Visit
from tests.browser.line import Line
from tests.reconciliation.test_forms import SURVEY, form

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
VISITS = 10
# Of the register's own queues: those of tax are nothing for a surveyor, and are not shown to one.
ROUND = """
from accounts.models import User
from reconciliation.models import Case
who = User.objects.get(username='surveyor')
Case.objects.filter(assignee=who).update(assignee=None)
chosen = list(Case.objects.open().filter(queue__startswith='building-').order_by('-rank').values_list('pk', flat=True)[:10])
Case.objects.filter(pk__in=chosen).update(assignee=who)
print('ids', *sorted(chosen))
"""
COUNT = """
from reconciliation.models import Case, Visit, VisitPhoto
visits = Visit.objects.filter(case__assignee__username='surveyor')
print('kept', visits.count(), visits.values('case').distinct().count(), VisitPhoto.objects.count(),
      Case.objects.filter(state='closed', assignee__username='surveyor').count())
"""


def ask(town: ServedTown, program: str) -> list[int]:
    done = subprocess.run(
        [PYTHON, "manage.py", "shell", "-v0", "-c", program], cwd=ROOT, env=town.env, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return [int(word) for word in done.stdout.split()[1:]]


@pytest.fixture
def line(served_town: ServedTown) -> Iterator[Line]:
    made = Line(served_town.address)
    yield made
    made.close()


def photograph(number: int) -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (10 * number, 90, 107)).save(out, "JPEG")
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def answer(page: Page, case: int, number: int) -> None:
    page.click(f"[data-case='{case}']")
    page.check("input[name=result][value=confirmed]")
    page.fill("#note", f"Visit {number}")
    page.set_input_files("#photo", [photograph(number)])
    page.wait_for_selector(".visit-photos img")
    page.click("#keep")
    page.wait_for_selector(f"html[data-view=list][data-waiting='{2 * number}'][data-sending=false]")


def test_ten_visits_without_network_arrive_each_once(
    visit: Enter, line: Line, served_town: ServedTown
) -> None:
    cases = ask(served_town, ROUND)
    assert len(cases) == VISITS
    seen = visit(phone=True)
    page = seen.page
    page.goto(f"{line.address}/accounts/login/")
    page.fill("input[name=login]", "surveyor")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{line.address}/staff/visits/?lang=ar")
    page.wait_for_selector("html[data-prepared]", state="attached")
    assert page.locator("[data-case]").count() == VISITS

    line.down()
    for number, case in enumerate(cases[:5], start=1):
        answer(page, case, number)
    # The page is killed in the middle of a visit and opened again, still without network.
    page.click(f"[data-case='{cases[5]}']")
    context = page.context
    page.close(run_before_unload=False)
    page = context.new_page()
    page.goto(f"{line.address}/staff/visits/?lang=ar")
    page.wait_for_selector("html[data-ready][data-waiting='10']", state="attached")
    for number, case in enumerate(cases[5:], start=6):
        answer(page, case, number)
    page.click("#to-map")
    page.wait_for_selector("#map canvas")
    assert ask(served_town, COUNT) == [0, 0, 0, 0]

    line.up(lossy=True)
    for _attempt in range(200):
        page.wait_for_selector("html[data-sending=false]", state="attached")
        if page.get_attribute("html", "data-waiting") == "0":
            break
        page.locator("#outbox button").click()
    assert page.get_attribute("html", "data-waiting") == "0"
    assert line.lost > 0
    assert ask(served_town, COUNT) == [VISITS, VISITS, VISITS, VISITS]


FORM = """
import base64
from accounts.models import User
from reconciliation.actions.forms import publish
from reconciliation.models import Case
surveyor = User.objects.get(username='surveyor')
case = Case.objects.open().filter(assignee=None, queue__startswith='building-').order_by('-rank').first()
Case.objects.filter(pk=case.pk).update(assignee=surveyor)
made = publish(queue=case.queue, body=base64.b64decode('{body}'), by=User.objects.get(username='engineer'))
print('made', case.pk, made.version)
"""
ANSWERED = """
from reconciliation.models import Visit
visit = Visit.objects.get(case={case})
print('kept', visit.form.version, visit.answers['floors'], int('others' in visit.answers),
      visit.photos.filter(pk=visit.answers['front']).count())
"""


def test_the_phone_asks_the_municipality_s_own_form(visit: Enter, served_town: ServedTown) -> None:
    body = base64.b64encode(form(SURVEY)).decode()
    case, version = ask(served_town, FORM.format(body=body))
    seen = visit(phone=True)
    page = seen.page
    seen.sign_in("surveyor")
    page.goto(f"{served_town.address}/staff/visits/?lang=ar")
    page.click(f"[data-case='{case}']")
    page.check("input[name=result][value=confirmed]")
    page.click("#keep")
    page.wait_for_selector("[data-question=kind] .error:visible")
    assert page.locator("[data-question=floors]").is_hidden()
    page.select_option("#q_kind", "house")
    page.fill("#q_floors", "٤١")
    page.click("#keep")
    page.wait_for_selector("[data-question=floors] .error:visible")
    page.fill("#q_floors", "٢")
    page.check("[data-question=others] input[value=shop]")
    assert page.locator("[data-question=since]").is_hidden()
    page.fill("#q_floors", "١")
    assert page.locator("[data-question=others]").is_hidden()
    page.set_input_files("#q_front", [photograph(1)])
    page.wait_for_selector("[data-question=front] img")
    page.click("#keep")
    page.wait_for_selector("html[data-view=list][data-waiting='0'][data-sending=false]", state="attached")
    assert ask(served_town, ANSWERED.format(case=case)) == [version, 1, 0, 1]
