"""The whole-cadastre check finds every planted fault, and what GEOS names in real parcels, and nothing else."""

import sys

import numpy as np
import pytest
import shapely
from django.core.management import call_command

from cadastre.actions.drafting import as_multipolygon
from cadastre.models import Parcel, QualityFinding
from cadastre.quality.coverage import GAP_WIDTH_M, SMALLEST_M2, breaches
from cadastre.quality.queue import accept, check_cadastre
from core.errors import PreconditionFailed, Unprocessable
from tests.cadastre import cambridge
from tests.cadastre.cadastre_block import block
from tests.cadastre.cast import owned


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


@pytest.mark.skipif(not cambridge.PARCELS.exists(), reason="the shared data are not there")
def test_real_parcels_have_the_defects_that_geos_names():
    shapes = cambridge.parcels()
    found = breaches(np.arange(len(shapes)), shapes)
    named = {parcel for breach in found for parcel in breach.parcels}
    judged = shapely.coverage_invalid_edges(shapes, gap_width=0.5)
    assert named == set(np.flatnonzero(shapely.length(judged) > 0).tolist())
    assert all(breach.measure > 0 for breach in found)


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


def judged(shapes):
    """Return what an oracle of GEOS alone says: pairs that overlap, over all pairs, and mismatched parcels."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    overlap = shapely.area(shapely.intersection(shapes[first], shapes[second])) > SMALLEST_M2
    edges = shapely.coverage_invalid_edges(shapes, gap_width=GAP_WIDTH_M)
    pairs = {(int(a), int(b)) for a, b in zip(first[overlap], second[overlap], strict=True)}
    return pairs, {int(n) for n in np.flatnonzero(shapely.length(edges) > 0)}


def found_as_the_oracle_says(shapes, basin, visitor):
    """Register real shapes, check the cadastre, and hold the queue and its page against the oracle."""
    ids = register(shapes, basin)
    place = {int(pk): n for n, pk in enumerate(ids)}
    check_cadastre()
    overlap, mismatched = judged(shapes)
    rows = QualityFinding.objects.filter(state="open")
    queued = {tuple(sorted(place[pk] for pk in row.parcels)) for row in rows.filter(rule="overlap")}
    gaps = {place[pk] for row in rows.filter(rule="gap") for pk in row.parcels}
    assert queued == overlap
    overlapping = {n for pair in overlap for n in pair}
    assert mismatched - overlapping <= gaps <= mismatched
    page = visitor.get("/staff/quality/?rule=overlap&lang=en").content.decode()
    assert f"{len(overlap)} finding" in page or not overlap
    return {"parcels": len(shapes), "overlaps": len(overlap), "mismatched": len(mismatched)}


has_real_parcels = pytest.mark.skipif(not cambridge.PARCELS.exists(), reason="the shared data are not there")


@has_real_parcels
def test_the_queue_over_a_part_of_a_real_town_is_what_geos_alone_finds(basin, sign_in):
    shapes = cambridge.parcels()
    middle = shapes[0].centroid.buffer(170)
    part = shapes[shapely.intersects(shapes, middle)]
    assert found_as_the_oracle_says(part, basin, sign_in("engineer"))["parcels"] > 60


@pytest.mark.long
@has_real_parcels
def test_the_queue_over_a_whole_real_town_is_what_geos_alone_finds(basin, sign_in, capsys):
    found = found_as_the_oracle_says(cambridge.parcels(), basin, sign_in("engineer"))
    with capsys.disabled():
        sys.stdout.write(f"\nCambridge: {found}\n")


def test_the_command_tells_what_it_found(lots, capsys):
    shift(lots["D2"], -0.3, 0)
    call_command("check_cadastre")
    assert "overlap          1" in capsys.readouterr().out


def test_the_register_keeps_its_promises(lots, capsys):
    call_command("check_integrity")
    assert "0 broken" in capsys.readouterr().out
