"""Who owns and who uses a unit: by page and by program, in exact shares, dated, and seen by nobody else."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from buildings.actions import owners
from buildings.actions.occupancy import change_occupancy, enter_occupancy
from buildings.models import Building, Occupancy, Unit
from cadastre.models import Right
from core.errors import Unprocessable
from parties.models import Party
from tests.buildings.test_register import API, SignIn, send

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)
OWNER, TENANT = "CANARY-OWNER-7", "CANARY-TENANT-7"


@pytest.fixture
def unit(house: Building) -> Unit:
    return Unit.objects.create(building=house, number="1", area_m2=90)


def party(name: str, id_number: str = "") -> Party:
    return Party.objects.create(approved_name=name, id_number=id_number)


def page_of(unit: Unit) -> str:
    return f"/staff/buildings/{unit.building_id}/units/{unit.pk}/"


def form(unit: Unit, *rows: tuple[object, str], **more: object) -> dict[str, object]:
    """The form of owners: a known party, or a name and an ID number as one text, with the share as typed."""
    known = [
        (one.pk, "", "") if isinstance(one, Party) else ("", *str(one).split("|")) for one, _share in rows
    ]
    return {
        "version": unit.version, "on": DAY.isoformat(), "party": [one[0] for one in known], "name": [one[1] for one in known],
        "id_number": [one[2] for one in known], "share": [share for _one, share in rows], **more,
    }  # fmt: skip


def in_force(unit: Unit) -> list[tuple[str, str]]:
    unit.refresh_from_db()
    rights = Right.objects.in_force().filter(unit=unit.ba_unit_id).order_by("id")
    return [(str(right.party), str(right)) for right in rights] if unit.ba_unit_id else []


def test_an_officer_finds_owners_and_enters_their_exact_shares(sign_in: SignIn, unit: Unit) -> None:
    one, two = party("سليم حدّاد", "900112233"), party("Layla Haddad")
    client, path = sign_in("engineer"), f"{page_of(unit)}owners/"
    found = client.post(path, form(unit, words="سليم حداد", step="find"))
    assert f'value="add:{one.pk}"' in found.content.decode()
    assert f'value="add:{two.pk}"' not in found.content.decode()
    added = client.post(path, form(unit, (two, "١/٣"), step=f"add:{one.pk}"))
    assert [row.party for row in added.context["draft"].rows] == [two, one]
    assert in_force(unit) == []

    done = client.post(
        path, form(unit, (two, "١/٣"), (one, "525/2400"), ("وريث جديد|900445566", "1075/2400"), note="Deed 7")
    )
    assert done.status_code == 302
    assert in_force(unit) == [("Layla Haddad", "1/3"), ("سليم حدّاد", "525/2400"), ("وريث جديد", "1075/2400")]
    shown = client.get(page_of(unit)).content.decode()
    assert "525/2400" in shown
    assert "Deed 7" in shown
    assert "Layla Haddad" in client.get(f"/staff/buildings/{unit.building_id}/").content.decode()


@pytest.mark.parametrize(
    ("shares", "says"),
    [(("1/2", "2/3"), "7/6"), (("1/2", "1/3"), "1/6"), (("1/2", "half"), "1/3"), (("1/0", "1/2"), "1/3"), (("3/2", "1/2"), "1/3")],
)  # fmt: skip
def test_shares_that_are_not_the_whole_are_refused_with_the_form_as_it_was(
    sign_in: SignIn, unit: Unit, shares: tuple[str, str], says: str
) -> None:
    rows = [(party("One"), shares[0]), ("Two|5", shares[1])]
    refused = sign_in("engineer").post(f"{page_of(unit)}owners/", form(unit, *rows))
    assert refused.status_code == 422
    draft = refused.context["draft"]
    assert [row.share for row in draft.rows] == list(shares)
    assert says in f"{draft.faults} {[str(row.fault) for row in draft.rows]}"
    assert in_force(unit) == []
    assert Party.objects.count() == 1


def test_a_person_without_name_or_with_somebody_s_number_is_refused_in_its_row(
    sign_in: SignIn, unit: Unit
) -> None:
    party("Known", "77")
    rows = [("|", "1/2"), ("Another|77", "1/2")]
    refused = sign_in("engineer").post(f"{page_of(unit)}owners/", form(unit, *rows))
    assert refused.status_code == 422
    faults = [str(row.fault) for row in refused.context["draft"].rows]
    assert faults[0]
    assert "Known" in faults[1]
    assert Party.objects.count() == 1


def test_owners_follow_each_other_by_day_and_a_stale_form_changes_nothing(
    sign_in: SignIn, unit: Unit
) -> None:
    one, two = party("One"), party("Two")
    client, path = sign_in("engineer"), f"{page_of(unit)}owners/"
    stale = form(unit, (two, "1"))
    assert client.post(path, form(unit, (one, "1"))).status_code == 302
    refused = client.post(path, stale)
    assert refused.status_code == 412
    assert [row.party for row in refused.context["draft"].rows] == [two]
    assert in_force(unit) == [("One", "1/1")]

    for day in (DAY - timedelta(days=1), timezone.localdate() + timedelta(days=1)):
        with pytest.raises(Unprocessable) as unfit:
            owners.set_owners(unit_id=unit.pk, version=2, shares=[(two.pk, 1, 1)], on=day)
        assert set(unfit.value.fields) == {"on"}
    owners.set_owners(unit_id=unit.pk, version=2, shares=[(two.pk, 1, 1)], on=date(2026, 2, 1))
    past = Right.objects.get(party=one)
    assert (past.valid_from, past.valid_to) == (DAY, date(2026, 2, 1))
    assert "2026-01-01 – 2026-02-01" in client.get(page_of(unit)).content.decode()

    # Nobody of its own: it belongs to the parcel's owners again.
    owners.set_owners(unit_id=unit.pk, version=3, shares=[], on=date(2026, 3, 1))
    assert in_force(unit) == []


def test_owners_are_entered_by_program_under_the_version_of_the_unit(sign_in: SignIn, unit: Unit) -> None:
    owner, client = party("One"), sign_in("engineer")
    path, tag = f"{API}/{unit.building_id}/units/{unit.pk}/owners", f'"{unit.pk}-1"'
    whole = [{"party": owner.pk, "share": [1, 1]}]
    assert send(client, "put", path, owners=whole).status_code == 428
    for share in ([3, 2], [1, 2]):
        refused = send(client, "put", path, tag, owners=[{"party": owner.pk, "share": share}])
        assert refused.status_code == 422
        assert "shares" in refused.content.decode()
    done = send(client, "put", path, tag, owners=whole)
    assert [(one["name"], one["share"], one["unit"]) for one in done.json()["owners"]] == [
        ("One", "1/1", "1")
    ]
    assert send(client, "put", path, tag, owners=[]).status_code == 412
    assert send(sign_in("clerk"), "put", path, tag, owners=[]).status_code in (403, 404)


def test_an_occupancy_ends_the_one_before_and_is_put_right(sign_in: SignIn, unit: Unit) -> None:
    tenant, client, path = party("Tenant"), sign_in("assessor"), f"{page_of(unit)}occupancy/"
    assert (
        tenant
        in client.get(page_of(unit), {"who": "tenant"}).context["occupancy_form"].fields["party"].queryset
    )
    first = {"version": 1, "kind": "tenant", "party": tenant.pk, "since": "2025-01-01"}
    assert client.post(path, first).status_code == 302
    assert client.post(path, first).status_code == 412
    assert client.post(path, {"version": 2, "kind": "vacant", "since": "2026-01-01"}).status_code == 302
    unit.refresh_from_db()
    old, now = unit.occupancies.order_by("since")
    assert (str(old), old.until, unit.is_vacant) == ("Tenant", date(2026, 1, 1), True)

    over = {"version": 3, "kind": "tenant", "since": "2025-01-01", "until": "2026-02-01", "name": "Tenant"}
    refused = client.post(f"{path}{old.pk}/", over)
    assert refused.status_code == 422
    assert "2026-01-01" in refused.content.decode()
    ended = {"version": 3, "kind": "vacant", "since": "2026-01-01", "until": "2026-03-01"}
    assert client.post(f"{path}{now.pk}/", ended).status_code == 302
    unit.refresh_from_db()
    assert not unit.is_vacant
    for values, field in (
        ({"since": date(2025, 6, 1)}, "since"),
        ({"since": timezone.localdate() + timedelta(days=1)}, "since"),
        ({"since": date(2026, 5, 2), "until": date(2026, 5, 1)}, "until"),
    ):
        with pytest.raises(Unprocessable) as unfit:
            enter_occupancy(unit_id=unit.pk, version=None, kind="owner", **values)
        assert field in unfit.value.fields
    with pytest.raises(Unprocessable):
        change_occupancy(unit_id=unit.pk, version=None, occupancy_id=old.pk, kind="no", since=DAY, until=None)


def test_an_occupancy_is_entered_by_program(sign_in: SignIn, unit: Unit) -> None:
    client, tag = sign_in("engineer"), f'"{unit.pk}-1"'
    path = f"{API}/{unit.building_id}/units/{unit.pk}/occupancies"
    values = {"kind": "tenant", "name": "A", "since": "2025-01-01"}
    assert send(client, "post", path, **values).status_code == 428
    assert send(client, "post", path, tag, **{**values, "party": 9**9}).status_code == 404
    done = send(client, "post", path, tag, **values)
    assert [(one["unit"], one["name"], one["since"]) for one in done.json()["occupancies"]] == [
        ("1", "A", "2025-01-01")
    ]
    assert send(client, "post", path, tag, **values).status_code == 412


PAGES = (
    "/staff/buildings/{building}/", "/staff/buildings/{building}/units/{unit}/",
    "/staff/buildings/{building}/units/{unit}/?who=CANARY", "/staff/buildings/?q=CANARY",
    "/api/v1/buildings/{building}", "/api/v1/buildings?q=CANARY", "/api/v1/collections/units/items",
    "/api/v1/collections/units/items/{unit}", "/api/v1/search?q=CANARY", "/staff/history/units/",
    "/export/units/file?f=csv", "/staff/layers/units/table/", "/api/v1/collections/units/rows",
)  # fmt: skip


@pytest.fixture
def held(unit: Unit) -> Unit:
    owner = party(OWNER)
    owners.set_owners(unit_id=unit.pk, version=1, shares=[(owner.pk, 1, 1)], on=DAY, note="CANARY-DEED")
    enter_occupancy(unit_id=unit.pk, version=2, kind="tenant", name=TENANT, since=DAY)
    unit.refresh_from_db()
    return unit


def reads(client: Client, unit: Unit) -> str:
    known = {"building": unit.building_id, "unit": unit.pk}
    answers = [client.get(address.format(**known)) for address in PAGES]
    # The question itself may stand in a page's search field.
    return " ".join(answer.getvalue().decode("utf-8", "replace") for answer in answers).replace(
        '"CANARY"', ""
    )


@pytest.mark.parametrize("role", ["surveyor", "network", "citizen", "", None])
def test_who_may_not_see_persons_finds_owners_and_occupants_nowhere(
    client: Client, sign_in: SignIn, held: Unit, role: str | None
) -> None:
    who = client if role is None else sign_in(role)
    told = reads(who, held)
    assert OWNER not in told
    assert TENANT not in told
    assert "CANARY-DEED" not in told
    before = (Right.objects.count(), Occupancy.objects.count(), Party.objects.count())
    path = page_of(held)
    for answer in (
        who.post(f"{path}owners/", form(held, words="CANARY", step="find")),
        who.post(f"{path}owners/", form(held, ("Mine|1", "1"))),
        who.post(
            f"{path}occupancy/",
            {"version": held.version, "kind": "tenant", "name": "x", "since": "2026-02-01"},
        ),
        send(
            who,
            "put",
            f"{API}/{held.building_id}/units/{held.pk}/owners",
            f'"{held.pk}-{held.version}"',
            owners=[],
        ),
    ):
        assert answer.status_code in (302, 401, 403, 404)
        assert "CANARY" not in answer.content.decode()
        assert answer.get("Location", "/sign-in").startswith(("/sign-in", "/account"))
    assert before == (Right.objects.count(), Occupancy.objects.count(), Party.objects.count())


@pytest.mark.parametrize("role", ["engineer", "assessor", "treasurer", "clerk", "auditor", "approver"])
def test_who_may_see_persons_sees_them_and_changes_them_only_with_the_right_to(
    sign_in: SignIn, held: Unit, role: str
) -> None:
    client = sign_in(role)
    told = reads(client, held)
    assert OWNER in told
    assert TENANT in told
    answer = client.post(f"{page_of(held)}owners/", form(held, (party("Next"), "1"), on="2026-02-01"))
    assert answer.status_code == (302 if role in ("engineer", "assessor") else 403)
    assert in_force(held) == [("Next" if role in ("engineer", "assessor") else OWNER, "1/1")]
