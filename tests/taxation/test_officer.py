"""The officer without code: packs as fields, the law's examples, cycles, lists, clocks, services, the shared map."""

import re
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, Point
from django.utils import timezone

from cadastre.models import Street
from core.errors import Conflict, Unprocessable
from ledger import terms as payment_terms
from ledger.actions.billing import publish
from networks.models import StreetLight
from taxation import services, terms_form
from taxation.actions import counting, lists, objections, packs
from taxation.actions.assessing import propose
from taxation.errors import Late
from taxation.models import Assessment, AssessmentList, Objection, RulePack
from taxation.rules.packs import LEVIES
from tests.cast import person
from tests.taxation.ground import NEW_YEAR, owned, pack, unit
from tests.taxation.test_roll import run_for
from tests.taxation.town import EAST, NORTH, taxed

pytestmark = pytest.mark.django_db


def assessed(key=1, rent="2406"):
    made = unit(key, annual_rent=rent)
    propose(made, "ps-building", on=NEW_YEAR, by=None)
    return Assessment.objects.get(unit=made)


def test_every_example_of_the_law_holds_for_a_pack_as_installed_and_a_changed_rate_shows():
    present = pack()
    assert [run.holds for run in packs.examples(present)] == [True]
    draft = packs.copy(present, by=None)
    packs.set_parameter(draft, "rate.property", value="0.12", source="x", verified=False)
    (run,) = packs.examples(draft)
    assert (run.holds, run.charge.total) == (False, D("365.750"))


def test_brackets_and_percentages_are_fields_and_a_wrong_one_is_refused(sign_in):
    pack("tn-tib")
    treasurer, present = sign_in("treasurer"), RulePack.objects.get()
    treasurer.post(f"/staff/tax/packs/{present.pk}/copy/")
    draft = RulePack.objects.get(status="draft")
    page = treasurer.get(f"/staff/tax/packs/{draft.pk}/?lang=en").content.decode()
    assert 'value="14%"' in page
    assert "not verified at their source" in page
    address = f"/staff/tax/packs/{draft.pk}/change/"
    tiers = {
        "key": "tiers",
        "cell:0:0": "1",
        "cell:0:1": "9%",
        "cell:1:0": "3",
        "cell:1:1": "١١٪",
        "cell:2:0": "",
        "cell:2:1": "",
    }
    treasurer.post(address, {**tiers, "source": "Council"})
    assert draft.parameters.get(key="tiers").value == [["1", "0.09"], ["3", "0.11"]]
    treasurer.post(address, {**tiers, "cell:1:1": "much"})
    treasurer.post(address, {"key": "tiers"})
    assert draft.parameters.get(key="tiers").value == [["1", "0.09"], ["3", "0.11"]]
    terms = draft.parameters.get(key="terms").value
    form = {
        "key": "terms", "due:kind": "day", "due:on": "٢-٢٨", "penalty:kind": "monthly", "penalty:rate": "1.25%",
        "penalty:starts": "january_after", "penalty:part": "up", "penalty:cap": "100",
        "discount:0:from": "01-01", "discount:0:to": "02-29", "discount:0:rate": "8٪",
    }  # fmt: skip
    treasurer.post(address, form)
    changed = draft.parameters.get(key="terms").value
    assert changed["due"] == {"month": 2, "day": 28}
    assert (changed["penalty"], changed["split"]) == (terms["penalty"], [])
    (discount,) = changed["discounts"]
    assert (discount["from"], discount["to"], discount["fraction"]) == ("01-01", "02-29", "0.08")
    assert 'value="8%"' in treasurer.get(f"/staff/tax/packs/{draft.pk}/?lang=en").content.decode()
    treasurer.post(address, {"settings": "1", "approval_above": "500", "reassess_years": "8"})
    draft.refresh_from_db()
    assert (draft.approval_above, draft.reassess_years) == (D("500"), 8)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"due:on": "02-30"}, "due:on"),
        ({"due:kind": "some day"}, "due:kind"),
        ({"due:kind": "months_after_issue", "due:number": "0"}, "due:number"),
        ({"discount:0:from": "03-01", "discount:0:to": "02-01", "discount:0:rate": "5"}, "discount:0:to"),
        ({"penalty:kind": "by_age"}, "age:0:months"),
        ({"penalty:kind": "by_age", "age:0:months": "12", "age:0:rate": "much"}, "age:0:rate"),
        ({"penalty:kind": "monthly", "penalty:rate": "-1", "penalty:starts": "due"}, "penalty:rate"),
        ({"split:0:who": "municipality", "split:0:part": "90"}, "split:0:part"),
    ],
)
def test_terms_of_payment_that_make_no_sense_are_refused_by_field(given, field):
    plain = {"due:kind": "day", "due:on": "01-31", "penalty:kind": "none", "penalty:part": "up"}
    with pytest.raises(Unprocessable) as refused:
        terms_form.read({}, {**plain, **given})
    assert field in refused.value.fields


def test_every_levys_terms_come_through_their_form_unchanged():
    for levy in LEVIES.values():
        for one in levy.parameters:
            if one.kind != "terms":
                continue
            shown, given = terms_form.shown(one.value), {}
            given |= {"due:kind": shown["due"]["kind"], "due:on": shown["due"]["on"]}
            given |= {"due:number": str(shown["due"]["number"])}
            given |= {f"penalty:{name}": value for name, value in shown["penalty"].items()}
            parts = {"ages": "months rate", "discounts": "from to rate", "split": "who part"}
            for rows, names in parts.items():
                prefix = {"ages": "age", "discounts": "discount"}.get(rows, rows)
                for number, row in enumerate(shown[rows]):
                    given |= {
                        f"{prefix}:{number}:{name}": text
                        for name, text in zip(names.split(), row, strict=True)
                    }
            kept = terms_form.read(one.value, given)
            day = {
                "due": date(2026, 1, 1),
                "on": date(2028, 5, 20),
                "principal": D("1000.000"),
                "code": "JOD",
            }
            assert payment_terms.quote(kept, **day) == payment_terms.quote(one.value, **day)
            assert (kept["due"], len(kept["split"])) == (one.value["due"], len(one.value["split"]))


def test_an_assessment_falls_due_for_reassessment_when_its_cycle_ends(sign_in):
    pack()
    made = unit(1, annual_rent="2406")
    propose(
        made,
        "ps-building",
        on=timezone.localdate().replace(month=1, day=1) - timedelta(days=366 * 5),
        by=None,
    )
    propose(unit(2, annual_rent="2406"), "ps-building", on=timezone.localdate(), by=None)
    approver = sign_in("approver")
    assert [row["label"] for row in approver.get("/staff/tax/cycles/").context["rows"]] == ["209-1"]
    assert len(approver.get("/staff/tax/cycles/?ahead=all").context["rows"]) == 2
    assert approver.get("/staff/tax/cycles/export.xlsx").status_code == 200


def test_the_time_to_object_runs_from_the_published_list(sign_in):
    pack()
    contested = assessed()
    (owner,) = owned(contested.unit)
    with pytest.raises(Unprocessable):
        lists.publish("ps-building", on=NEW_YEAR, place=" ", by=None)
    made = lists.publish("ps-building", on=NEW_YEAR, place="Town hall", by=None)
    assert (made.assessments, made.closes_on) == (1, date(2026, 1, 31))
    with pytest.raises(Conflict):
        lists.publish("ps-building", on=NEW_YEAR, place="Town hall", by=None)
    contested.refresh_from_db()
    assert objections.notified_on(contested) == NEW_YEAR
    with pytest.raises(Late):
        objections.file(
            contested, party_id=owner.pk, notified_on=NEW_YEAR, filed_on=date(2026, 2, 1), grounds="high"
        )
    text = (
        sign_in("assessor")
        .get(f"/staff/tax/lists/{AssessmentList.objects.get().pk}/export.csv")
        .content.decode()
    )
    assert contested.unit.label in text
    assert owner.approved_name not in text


def test_an_appeal_has_its_own_time_and_deposit_and_its_papers(sign_in):
    pack()
    contested = assessed()
    (owner,) = owned(contested.unit)
    publish(run_for())
    first = objections.file(
        contested, party_id=owner.pk, notified_on=NEW_YEAR, filed_on=NEW_YEAR, grounds="high"
    )
    decided = date(2026, 2, 1)
    objections.decide(first, upheld=True, new_total=D("300.000"), decision="Partly.", on=decided, by=None)
    with pytest.raises(Unprocessable) as refused:
        objections.appeal(first, filed_on=decided, grounds="still high", deposit="")
    assert set(refused.value.fields) == {"deposit"}
    with pytest.raises(Late):
        objections.appeal(first, filed_on=date(2026, 2, 16), grounds="still high", deposit="R-1")
    second = objections.appeal(first, filed_on=date(2026, 2, 15), grounds="still high", deposit="R-1")
    with pytest.raises(Unprocessable):
        objections.decide(second, upheld=True, new_total=D("310"), decision="?", on=decided, by=None)
    approver = sign_in("approver")
    page = approver.get("/staff/tax/objections/?lang=en").content.decode()
    assert "still high" in page
    assert "Past its time" in page
    for language in ("ar", "en"):
        paper = approver.get(f"/staff/tax/objections/{second.pk}/hearing.pdf?lang={language}")
        assert paper.content[:5] == b"%PDF-"
    assert sign_in("engineer").get(f"/staff/tax/objections/{second.pk}/hearing.pdf").status_code == 404
    objections.decide(second, upheld=True, new_total=D("250"), decision="Yes.", on=date(2026, 3, 1), by=None)
    with pytest.raises(Conflict):
        objections.appeal(second, filed_on=date(2026, 3, 2), grounds="more", deposit="R-2")
    assert Objection.objects.count() == 2


def test_services_are_counted_from_the_layers_and_hold_once_an_officer_confirms_them(sign_in):
    pack("tn-tib")
    made = taxed("1-1", 0, price_m2="150")
    Street.objects.create(
        code="S-1", name_ar="شارع", surface="asphalt", has_sidewalk=False,
        geom=MultiLineString(LineString((EAST - 20, NORTH - 5), (EAST + 40, NORTH - 5)), srid=28191),
    )  # fmt: skip
    StreetLight.objects.create(code="L-1", geom=Point(EAST + 30, NORTH, srid=28191))
    StreetLight.objects.create(code="L-2", geom=Point(EAST + 90, NORTH, srid=28191))
    shown = {one.code: (one.is_found, one.thing) for one in services.of(made, metres=D(30))}
    assert shown == {
        "lighting": (True, "L-1"), "asphalt": (True, "S-1"), "sidewalk": (False, "S-1"), "sewer": (False, ""),
        "storm": (False, ""), "cleaning": (None, ""),
    }  # fmt: skip
    assert {one.code: one.is_found for one in services.of(made, metres=D(10))}["lighting"] is False
    assessor = sign_in("assessor")
    address = f"/staff/tax/units/{made.pk}/services/"
    assert "L-1" in assessor.get(address).content.decode()
    assessor.post(address, {"service": ["lighting", "asphalt", "cleaning"]})
    made.refresh_from_db()
    assert made.facts["services"] == "3"
    kept = made.service_counts.get()
    assert kept.services["lighting"] == {"found": True, "thing": "L-1", "metres": "20.0", "confirmed": True}
    assert propose(made, "tn-tib", on=timezone.localdate(), by=None).components["tn-tib-tib"] == "30.000"
    assert sign_in("approver").post(address, {"service": "sewer"}).status_code == 403
    with pytest.raises(Unprocessable):
        counting.confirm(
            made,
            confirmed={"castle"},
            supplementary=False,
            metres=D(30),
            by=person("assessor", username="other"),
        )


def test_the_shared_map_asks_no_other_host_and_names_nobody(sign_in):
    pack()
    contested = assessed()
    (owner,) = owned(contested.unit)
    publish(run_for())
    answer = sign_in("treasurer").get("/staff/tax/collection/map.html?lang=ar")
    page = answer.content.decode()
    assert "attachment" in answer["Content-Disposition"]
    assert not re.search(r"""<(script|link|img|iframe)[^>]+(src|href)=""", page)
    assert not re.search(r"""url\(["']?(https?:)?//""", page)
    assert "L.map(" in page
    assert 'dir="rtl"' in page
    assert owner.approved_name not in page
    assert contested.unit.label not in page
