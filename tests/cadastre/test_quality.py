"""The whole-cadastre check finds every planted fault, and what GEOS names in real parcels, and nothing else."""

import sys

import numpy as np
import pytest
import shapely
from django.core.management import call_command

from cadastre.actions.approve import approve_record
from cadastre.actions.drafting import as_multipolygon
from cadastre.actions.mend import mend
from cadastre.actions.records import add_source, give_reason
from cadastre.checks.drafts import findings_of, outstanding
from cadastre.checks.registry import Moment
from cadastre.models import Parcel, QualityFinding, Record
from cadastre.quality.coverage import breaches
from cadastre.quality.queue import accept, check_cadastre
from core.errors import Conflict, PreconditionFailed, Unprocessable
from tests.cadastre import oracle, real
from tests.cadastre.cadastre_block import block
from tests.cadastre.cast import TODAY, owned, submitted


def shift(parcel, x, y):
    """Move a registered parcel, as a careless import would."""
    shape = shapely.affinity.translate(shapely.from_wkb(bytes(parcel.geom.wkb)), x, y)
    Parcel.objects.filter(pk=parcel.pk).update(geom=as_multipolygon(shape))


def test_a_sound_block_has_no_findings(lots):
    assert check_cadastre() == {"gone": 0}


def test_an_overlap_names_both_parcels_and_its_area(lots):
    shift(lots["D2"], -0.3, 0)
    counts = check_cadastre()
    overlap = QualityFinding.objects.get(rule="overlap", parcels__contains=[lots["C2"].pk, lots["D2"].pk])
    assert overlap.measure == pytest.approx(12.0)
    assert counts["overlap"] == 1


def test_a_narrow_gap_is_found(lots):
    shift(lots["D2"], 0.3, 0)
    check_cadastre()
    named = {parcel for row in QualityFinding.objects.filter(rule="gap") for parcel in row.parcels}
    assert {lots["C2"].pk, lots["D2"].pk} <= named


def test_a_gap_is_found_on_the_other_side_of_an_overlap(lots):
    shift(lots["C2"], -0.3, 0)
    check_cadastre()
    assert {row.parcels[0] for row in QualityFinding.objects.filter(rule="overlap")} <= {
        lots["B2"].pk,
        lots["C2"].pk,
    }
    named = {parcel for row in QualityFinding.objects.filter(rule="gap") for parcel in row.parcels}
    assert {lots["C2"].pk, lots["D2"].pk} <= named


def test_areas_and_shares_that_do_not_fit_are_found(lots):
    Parcel.objects.filter(pk=lots["A1"].pk).update(area_official_m2=1500)
    owned(lots["B1"], ("Amal", 1, 3), ("Badr", 1, 3), ("Dina", 1, 4))
    owned(lots["C1"], ("Amal", 1, 3), ("Badr", 2, 3))
    assert check_cadastre() == {"gone": 0, "area-official": 1, "shares": 1}


def test_what_is_mended_leaves_the_queue_and_what_is_accepted_stays_accepted(lots, engineer):
    Parcel.objects.filter(pk__in=[lots["A1"].pk, lots["B1"].pk]).update(area_official_m2=1500)
    check_cadastre()
    first, second = QualityFinding.objects.order_by("id")
    accept(finding_id=first.pk, version=1, by=engineer, reason="The deed says so.")
    Parcel.objects.filter(pk=second.parcels[0]).update(area_official_m2=1025)
    assert check_cadastre() == {"gone": 1, "area-official": 1}
    first.refresh_from_db()
    assert (first.state, first.reason) == ("accepted", "The deed says so.")


def test_accepting_needs_a_reason_and_the_present_version(lots, engineer):
    Parcel.objects.filter(pk=lots["A1"].pk).update(area_official_m2=1500)
    check_cadastre()
    finding = QualityFinding.objects.get()
    with pytest.raises(Unprocessable):
        accept(finding_id=finding.pk, version=1, by=engineer, reason=" ")
    with pytest.raises(PreconditionFailed):
        accept(finding_id=finding.pk, version=7, by=engineer, reason="Seen.")


def test_planted_faults_are_found_and_nothing_else():
    rng = np.random.default_rng(4)
    shapes = np.array(list(block(10, 2).values()))
    ids = np.arange(len(shapes)) + 1
    moved = rng.choice(len(shapes), 3, replace=False)
    shapes[moved] = [shapely.affinity.translate(shapes[n], 0.3, 0.3) for n in moved]
    named = {parcel for breach in breaches(ids, shapes) for parcel in breach.parcels}
    judged = shapely.coverage_invalid_edges(shapes, gap_width=0.5)
    assert named == {int(n) + 1 for n in np.flatnonzero(shapely.length(judged) > 0)}
    assert {int(n) + 1 for n in moved} <= named


def register(shapes, basin):
    """Enter shapes as parcels in force; return their ids in order."""
    rows = Parcel.objects.bulk_create(
        [
            Parcel(basin=basin, number=str(n), source_class="digitised", geom=as_multipolygon(shape))
            for n, shape in enumerate(shapes)
        ],
        batch_size=2000,
    )
    return np.array([row.pk for row in rows])


def found_as_the_oracle_says(shapes, basin, visitor):
    """Register real shapes, check the cadastre, and hold the queue and its page against the oracle."""
    ids = register(shapes, basin)
    place = {int(pk): n for n, pk in enumerate(ids)}
    check_cadastre()
    rows = QualityFinding.objects.filter(state="open")
    found = {
        rule: {tuple(sorted(place[pk] for pk in row.parcels)): shapely.from_wkb(bytes(row.place.wkb))
               for row in rows.filter(rule=rule)}
        for rule in ("overlap", "gap")
    }  # fmt: skip
    overlaps = oracle.overlaps(shapes)
    assert set(found["overlap"]) == set(overlaps)
    gaps = oracle.gaps(shapes)
    assert [gap for gap in gaps if not oracle.is_named(gap, found)] == []
    unmatched = oracle.unmatched_edges(shapes)
    others = oracle.OthersEdges(unmatched)
    assert [
        key for key, seen in found["gap"].items() if not oracle.is_real(key, seen, unmatched, others)
    ] == []
    page = visitor.get("/staff/quality/?rule=overlap&lang=en").content.decode()
    assert f"{len(overlaps)} finding" in page or not overlaps
    return {
        "parcels": len(shapes), "overlaps": len(overlaps), "gaps by union": len(gaps),
        "pairs named for a gap": len(found["gap"]),
    }  # fmt: skip


def test_the_oracle_itself_tells_gaps_overlaps_and_sound_land_apart():
    shapes = np.array(list(block().values()))
    assert oracle.overlaps(shapes) == {}
    assert oracle.gaps(shapes) == []
    assert sum(map(len, oracle.unmatched_edges(shapes).values())) == 16
    shapes[7] = shapely.affinity.translate(shapes[7], 0.3, 0)
    assert [gap.parcels for gap in oracle.gaps(shapes)] == [(5, 7)]
    shapes[7] = shapely.affinity.translate(shapes[7], -0.6, 0)
    assert oracle.overlaps(shapes) == {(5, 7): pytest.approx(12)}


@real.CAMBRIDGE.needed
def test_the_queue_over_a_part_of_a_real_town_is_what_an_independent_check_finds(basin, sign_in):
    shapes = real.parcels()
    middle = shapes[0].centroid.buffer(170)
    part = shapes[shapely.intersects(shapes, middle)]
    assert found_as_the_oracle_says(part, basin, sign_in("engineer"))["parcels"] > 60


@real.CORNILLON.needed
def test_the_queue_over_a_french_sheet_is_what_an_independent_check_finds(basin, sign_in, capsys):
    found = found_as_the_oracle_says(real.parcels(real.CORNILLON), basin, sign_in("engineer"))
    with capsys.disabled():
        sys.stdout.write(f"\nCornillon: {found}\n")


@pytest.mark.long
@real.CAMBRIDGE.needed
def test_the_queue_over_a_whole_real_town_is_what_an_independent_check_finds(basin, sign_in, capsys):
    found = found_as_the_oracle_says(real.parcels(), basin, sign_in("engineer"))
    with capsys.disabled():
        sys.stdout.write(f"\nCambridge: {found}\n")


def mended(rule, lots, engineer, approver):
    """Take the first suggestion of a rule to approval; return what is found afterwards."""
    finding = QualityFinding.objects.filter(rule=rule).order_by("-measure").first()
    before = {p.pk: bytes(p.geom.wkb) for p in Parcel.objects.in_force()}
    record = mend(finding_id=finding.pk, by=engineer, on=TODAY)
    assert record.state == "draft"
    assert {p.pk: bytes(p.geom.wkb) for p in Parcel.objects.in_force()} == before
    add_source(record_id=record.pk, version=record.version, by=engineer, kind="plan", number="P-3")
    record.refresh_from_db()
    for one in outstanding(record, findings_of(record, Moment.SUBMIT)):
        record = give_reason(
            record_id=record.pk, version=record.version, by=engineer, rule=one.rule, subject=one.subject,
            reason="Measured again.",
        )  # fmt: skip
    record = submitted(record, engineer)
    approve_record(record_id=record.pk, version=record.version, by=approver)
    return record, check_cadastre()


@pytest.mark.parametrize(("aside", "rule"), [(0.3, "gap"), (-0.3, "overlap")])
def test_a_narrow_fault_is_mended_by_a_draft_that_moves_the_parcel_measured_worse(
    lots, engineer, approver, aside, rule
):
    shift(lots["D2"], aside, 0)
    Parcel.objects.filter(pk=lots["D2"].pk).update(source_class="digitised")
    check_cadastre()
    record, counts = mended(rule, lots, engineer, approver)
    assert rule not in counts
    assert {p.base_id for p in record.draft_parcels.in_effect() if p.role == "moved"} == {lots["D2"].pk}
    now = Parcel.objects.in_force().get(number="108")
    assert bytes(Parcel.objects.get(pk=lots["C2"].pk).geom.wkb) == bytes(lots["C2"].geom.wkb)
    edge = now.geom.intersection(lots["C2"].geom)
    assert edge.length == pytest.approx(40)


def test_a_wide_or_well_measured_fault_is_left_to_people(lots, engineer):
    shift(lots["D2"], -3, 0)
    check_cadastre()
    with pytest.raises(Conflict):
        mend(finding_id=QualityFinding.objects.get(rule="overlap").pk, by=engineer, on=TODAY)
    assert not Record.objects.exists()


def test_the_page_opens_a_suggestion_and_says_which_record_has_it(lots, sign_in):
    shift(lots["D2"], -0.3, 0)
    Parcel.objects.filter(pk=lots["D2"].pk).update(source_class="digitised")
    check_cadastre()
    finding = QualityFinding.objects.get(rule="overlap")
    visitor = sign_in("engineer")
    answer = visitor.post(f"/staff/quality/{finding.pk}/mend/", follow=True)
    record = Record.objects.get()
    assert answer.redirect_chain == [(f"/staff/records/{record.pk}/", 302)]
    assert record.number in visitor.get("/staff/quality/?lang=en").content.decode()
    assert sign_in("clerk").post(f"/staff/quality/{finding.pk}/mend/").status_code == 403


def test_the_command_tells_what_it_found(lots, capsys):
    shift(lots["D2"], -0.3, 0)
    call_command("check_cadastre")
    assert "overlap          1" in capsys.readouterr().out


def test_the_register_keeps_its_promises(lots, capsys):
    call_command("check_integrity")
    assert "0 broken" in capsys.readouterr().out
