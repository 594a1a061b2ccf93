"""Records: from draft through approval to reversal, on a registered block."""

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from cadastre.actions.approve import approve_record
from cadastre.actions.drafting import keep_operation, redo, undo
from cadastre.actions.records import (
    add_source,
    choose,
    give_reason,
    open_record,
    return_record,
    submit_record,
    withdraw_record,
)
from cadastre.actions.reverse import reverse_record
from cadastre.checks.land import has_surface, leaves_no_gap
from cadastre.checks.registry import Draft, Moment
from cadastre.drafting.plots import Plot
from cadastre.errors import (
    ChecksFailed,
    LaterRecords,
    NotEditable,
    OwnApproval,
    ParcelHeld,
    StaleRecord,
    WrongState,
)
from cadastre.models import BAUnit, DraftParcel, Lineage, Parcel, Record, Restriction, Right
from core.errors import Unprocessable
from tests.cadastre.cast import TODAY, owned, submitted

HALVES = {"lines": [[[1025, 2060], [1050, 2060]]]}


def split_of(parcel):
    """Return the operation that halves a lot of the upper row."""
    return "split_line", {"parcel": f"p{parcel.pk}", **HALVES}


def bytes_in_force():
    """Return number and geometry of every parcel in force."""
    return {p.number: bytes(p.geom.wkb) for p in Parcel.objects.in_force()}


def approved(record, engineer, approver):
    """Take a draft to approval."""
    record = submitted(record, engineer)
    return approve_record(record_id=record.pk, version=record.version, by=approver)


def test_a_draft_changes_nothing_in_force(lots, draft):
    before = bytes_in_force()
    record = draft("subdivision", split_of(lots["B2"]))
    assert bytes_in_force() == before
    proposed = record.draft_parcels.in_effect()
    assert sorted(p.number for p in proposed if p.role == "child") == ["104/1", "104/2"]
    assert {p.base_id for p in proposed if p.role == "noded"} == {lots["A2"].pk, lots["C2"].pk}


def test_approval_retires_and_opens_in_one_go(lots, draft, engineer, approver):
    record = approved(draft("subdivision", split_of(lots["B2"])), engineer, approver)
    lots["B2"].refresh_from_db()
    assert lots["B2"].closed_by == record
    children = Parcel.objects.in_force().filter(parent_links__parent=lots["B2"])
    assert {child.number: float(child.area_official_m2) for child in children} == {
        "104/1": 500.0,
        "104/2": 500.0,
    }
    assert all(child.begin_lifespan == lots["B2"].end_lifespan for child in children)
    assert Parcel.objects.in_force().count() == 9
    assert Lineage.objects.filter(record=record, continues=True).count() == 2


def test_who_drew_may_not_approve(lots, draft, engineer, surveyor):
    record = submitted(draft("subdivision", split_of(lots["B2"])), engineer)
    with pytest.raises(OwnApproval):
        approve_record(record_id=record.pk, version=record.version, by=engineer)
    assert Parcel.objects.in_force().count() == 8


def test_a_reversal_restores_every_coordinate(lots, draft, engineer, approver):
    before = bytes_in_force()
    done = approved(draft("subdivision", split_of(lots["B2"])), engineer, approver)
    back = reverse_record(record_id=done.pk, by=engineer, on=TODAY)
    assert bytes_in_force() != before
    approved(back, engineer, approver)
    assert bytes_in_force() == before


def test_a_reversal_names_the_later_records_in_its_way(lots, draft, engineer, approver):
    first = approved(draft("subdivision", split_of(lots["B2"])), engineer, approver)
    child = Parcel.objects.in_force().get(number="104/1")
    later = approved(
        draft("subdivision", ("split_parts", {"parcel": f"p{child.pk}", "count": 2})), engineer, approver
    )
    with pytest.raises(LaterRecords) as refusal:
        reverse_record(record_id=first.pk, by=engineer, on=TODAY)
    assert later.number in str(refusal.value.detail)


def test_rights_follow_with_their_shares_and_a_reversal_brings_the_old_ones_back(
    lots, draft, engineer, approver
):
    old = owned(lots["B2"], ("Amal", 1, 3), ("Badr", 2, 3))
    Restriction.objects.create(unit=old, kind="mortgage")
    record = draft("subdivision", split_of(lots["B2"]))
    record = choose(record_id=record.pk, version=record.version, choices={}, suggested=True)
    done = approved(record, engineer, approver)
    for number in ("104/1", "104/2"):
        unit = BAUnit.objects.in_force().get(parcels__number=number)
        assert [str(right) for right in unit.rights.order_by("id")] == ["1/3", "2/3"]
        assert unit.restrictions.count() == 1
    assert not Right.objects.in_force().filter(unit=old).exists()
    approved(reverse_record(record_id=done.pk, by=engineer, on=TODAY), engineer, approver)
    unit = BAUnit.objects.in_force().get()
    assert unit.number == "R-104"
    assert [str(right) for right in unit.rights.order_by("id")] == ["1/3", "2/3"]


def test_a_mortgage_can_stay_on_one_part(lots, draft, engineer, approver):
    mortgage = Restriction.objects.create(unit=owned(lots["B2"], ("Amal", 1, 1)), kind="mortgage")
    record = draft("subdivision", split_of(lots["B2"]))
    chosen = record.draft_parcels.in_effect().get(number="104/2")
    Record.objects.filter(pk=record.pk).update(
        choices={"rights": {f"restriction:{mortgage.pk}": f"d{chosen.pk}"}}
    )
    approved(record, engineer, approver)
    held = Restriction.objects.in_force().get()
    assert [parcel.number for parcel in held.unit.parcels.all()] == ["104/2"]


def test_parcels_of_different_owners_merge_only_by_agreement(lots, draft, engineer, approver):
    owned(lots["A2"], ("Amal", 1, 1))
    owned(lots["B2"], ("Badr", 1, 1))
    pair = [f"p{lots['A2'].pk}", f"p{lots['B2'].pk}"]
    record = draft("consolidation", ("merge", {"parcels": pair}))
    with pytest.raises(ChecksFailed) as refusal:
        submitted(record, engineer)
    assert [finding.rule for finding in refusal.value.findings] == ["merge-rights"]
    record = undo(record_id=record.pk, version=record.version)
    parties = {right.party.approved_name: right.party_id for right in Right.objects.select_related("party")}
    shares = [{"party": party, "num": 1, "den": 2} for party in parties.values()]
    record, _made = keep_operation(
        record_id=record.pk, version=record.version, kind="merge",
        arguments={"parcels": pair, "agreed_shares": shares}, by=engineer,
    )  # fmt: skip
    approved(record, engineer, approver)
    merged = Parcel.objects.in_force().get(area_official_m2=2000)
    assert {str(right) for right in merged.ba_units.get().rights.all()} == {"1/2"}


def test_shares_that_do_not_make_one_block_the_submission(lots, draft, engineer):
    owned(lots["B2"], ("Amal", 1, 3), ("Badr", 1, 3))
    with pytest.raises(ChecksFailed) as refusal:
        submitted(draft("subdivision", split_of(lots["B2"])), engineer)
    assert "2/3" in str(refusal.value.detail)


def test_undo_and_redo_move_through_the_whole_draft(lots, draft, engineer):
    record = draft("subdivision", split_of(lots["B2"]), ("insert_vertex", {"at": [1000, 2020]}))
    numbers = lambda: sorted(p.number for p in record.draft_parcels.in_effect() if p.role == "child")  # noqa: E731
    record = undo(record_id=record.pk, version=record.version)
    record = undo(record_id=record.pk, version=record.version)
    assert numbers() == []
    assert not record.claims.filter(is_live=True).exists()
    record = redo(record_id=record.pk, version=record.version)
    assert numbers() == ["104/1", "104/2"]
    assert record.claims.filter(is_live=True).count() == 3


def test_drawing_after_undo_forgets_what_was_undone(lots, draft, engineer):
    record = draft("subdivision", split_of(lots["B2"]))
    record = undo(record_id=record.pk, version=record.version)
    record, _made = keep_operation(
        record_id=record.pk, version=record.version, kind="split_parts",
        arguments={"parcel": f"p{lots['B2'].pk}", "count": 3}, by=engineer,
    )  # fmt: skip
    assert record.operations.count() == 1
    assert DraftParcel.objects.filter(record=record, role="child").count() == 3


def test_children_can_be_split_again_and_descend_from_the_parcel_in_force(lots, draft, engineer, approver):
    record = draft("subdivision", split_of(lots["B2"]))
    child = record.draft_parcels.in_effect().get(number="104/1")
    record, _made = keep_operation(
        record_id=record.pk, version=record.version, kind="split_parts",
        arguments={"parcel": f"d{child.pk}", "count": 2, "bearing": 0}, by=engineer,
    )  # fmt: skip
    approved(record, engineer, approver)
    assert sorted(Parcel.objects.in_force().filter(parent_links__parent=lots["B2"]).values_list("number", flat=True)) == [
        "104/2", "104/3", "104/4",
    ]  # fmt: skip


def test_the_second_record_on_a_parcel_hears_who_holds_it(lots, draft, surveyor):
    first = draft("subdivision", split_of(lots["B2"]))
    second = open_record(kind="subdivision", by=surveyor, on=TODAY)
    with pytest.raises(ParcelHeld) as refusal:
        keep_operation(
            record_id=second.pk,
            version=1,
            kind="split_parts",
            arguments={"parcel": f"p{lots['B2'].pk}", "count": 2},
            by=surveyor,
        )
    assert first.number in str(refusal.value.detail)
    assert second.operations.count() == 0


def test_a_withdrawn_record_lets_its_parcels_go(lots, draft, engineer):
    record = draft("subdivision", split_of(lots["B2"]))
    withdraw_record(record_id=record.pk, version=record.version, by=engineer)
    assert draft("subdivision", split_of(lots["B2"])).cursor == 1


def test_a_stale_save_is_refused(lots, draft, engineer):
    record = draft("subdivision", split_of(lots["B2"]))
    with pytest.raises(StaleRecord):
        keep_operation(
            record_id=record.pk,
            version=record.version - 1,
            kind="insert_vertex",
            arguments={"at": [1000, 2020]},
            by=engineer,
        )


def test_a_submitted_record_cannot_be_drawn_on_until_it_is_returned(lots, draft, engineer, approver):
    record = submitted(draft("subdivision", split_of(lots["B2"])), engineer)
    with pytest.raises(NotEditable):
        undo(record_id=record.pk, version=record.version)
    record = return_record(
        record_id=record.pk, version=record.version, by=approver, reason="The plan is not signed."
    )
    assert record.events.last().reason == "The plan is not signed."
    assert undo(record_id=record.pk, version=record.version).cursor == 0


def test_only_a_submitted_record_can_be_approved(lots, draft, approver):
    record = draft("subdivision", split_of(lots["B2"]))
    with pytest.raises(WrongState):
        approve_record(record_id=record.pk, version=record.version, by=approver)


def test_a_record_without_a_document_is_not_submitted(lots, engineer):
    record = open_record(kind="subdivision", by=engineer, on=TODAY)
    with pytest.raises(ChecksFailed) as refusal:
        submit_record(record_id=record.pk, version=1, by=engineer)
    assert {finding.rule for finding in refusal.value.findings} == {"empty", "source"}


def test_a_finding_that_needs_a_reason_waits_for_it(lots, draft, engineer):
    record = draft("subdivision", split_of(lots["B2"]))
    child = record.draft_parcels.in_effect().get(number="104/1")
    record, _made = keep_operation(
        record_id=record.pk, version=record.version, kind="attributes",
        arguments={"parcel": f"d{child.pk}", "area_official_m2": 505.5}, by=engineer,
    )  # fmt: skip
    with pytest.raises(ChecksFailed) as refusal:
        submitted(record, engineer)
    finding = refusal.value.findings[0]
    assert (finding.rule, finding.subject) == ("area-official", "104/1")
    record = give_reason(
        record_id=record.pk, version=record.version, by=engineer, rule=finding.rule, subject=finding.subject,
        reason="Area of the deed, kept by the committee.",
    )  # fmt: skip
    assert submitted(record, engineer).state == "submitted"


def test_land_too_small_to_be_registered_blocks():
    plots = [Plot(f"d{n}", shapely.box(0, 0, 0.5, height), 1, str(n)) for n, height in ((1, 0.001), (2, 0.1))]
    found = list(has_surface(Draft(None, Moment.LIVE, tuple(plots), (), ())))
    assert [keys for _subject, _text, _place, keys in found] == [("d1",)]


@pytest.mark.parametrize(("depth", "lost"), [(0.00006, 0), (0.02, 1)])
def test_a_long_edge_that_only_coordinates_rounded_loses_no_land(depth, lost):
    parent = Plot("p1", shapely.box(0, 0, 80, 20), 1, "1")
    children = [
        Plot("d1", shapely.Polygon([(0, 0), (40, depth), (40, 20), (0, 20)]), 1, "1/1", parents=(1,)),
        Plot("d2", shapely.Polygon([(40, depth), (80, 0), (80, 20), (40, 20)]), 1, "1/2", parents=(1,)),
    ]
    found = list(leaves_no_gap(Draft(None, Moment.LIVE, tuple(children), (parent,), ())))
    assert [subject for subject, *_rest in found] == ["lost"] * lost


def registered_as(record, number, area, engineer):
    """Give a child another registered area."""
    child = record.draft_parcels.in_effect().get(number=number)
    record, _made = keep_operation(
        record_id=record.pk, version=record.version, kind="attributes",
        arguments={"parcel": f"d{child.pk}", "area_official_m2": area}, by=engineer,
    )  # fmt: skip
    return record


def test_areas_that_do_not_add_up_block(lots, draft, engineer):
    record = registered_as(draft("subdivision", split_of(lots["B2"])), "104/1", 900, engineer)
    with pytest.raises(ChecksFailed) as refusal, translation.override("en"):
        submitted(record, engineer)
    (finding,) = [one for one in refusal.value.findings if one.rule == "area-sum"]
    # The two neighbours that only gain a vertex are left out.
    assert "add up to 1400.00 m², but were 1000.00 m²" in str(finding.message)
    assert finding.place.area == pytest.approx(1000)


def test_what_one_piece_of_land_gains_makes_up_for_nothing_that_another_loses(lots, draft, engineer):
    far = "split_line", {"parcel": f"p{lots['D2'].pk}", "lines": [[[1075, 2060], [1100, 2060]]]}
    record = draft("subdivision", split_of(lots["B2"]), far)
    record = registered_as(record, "104/1", 900, engineer)
    record = registered_as(record, "108/1", 100, engineer)
    with pytest.raises(ChecksFailed) as refusal:
        submitted(record, engineer)
    found = [one for one in refusal.value.findings if one.rule == "area-sum"]
    assert [one.place.area for one in found] == pytest.approx([1000, 1000])


def test_a_number_in_use_is_refused(lots, draft, engineer):
    record = draft("subdivision", split_of(lots["B2"]))
    child = record.draft_parcels.in_effect().get(number="104/1")
    record, _made = keep_operation(
        record_id=record.pk, version=record.version, kind="attributes",
        arguments={"parcel": f"d{child.pk}", "number": "101"}, by=engineer,
    )  # fmt: skip
    with pytest.raises(ChecksFailed) as refusal:
        submitted(record, engineer)
    assert [finding.rule for finding in refusal.value.findings] == ["number"]


def test_a_road_strip_leaves_the_parcels_their_numbers(lots, draft, engineer, approver):
    keys = [f"p{lots[name].pk}" for name in ("A2", "B2")]
    record = draft("widening", ("dedicate", {"parcels": keys, "width": 3, "near": [1025, 2080]}))
    approved(record, engineer, approver)
    rows = {
        p.number: (p.land_use, float(p.area_official_m2))
        for p in Parcel.objects.in_force().filter(opened_by=record)
    }
    assert rows["102"][0] == "residential"
    assert rows["109"][0] == "road"


def test_a_parcel_is_registered_from_coordinates(lots, basin, draft, engineer, approver):
    corners = [[1000, 2080], [1050, 2080], [1050, 2100], [1000, 2100]]
    record = draft("registration", ("enter", {"corners": corners, "basin": basin.pk}))
    approved(record, engineer, approver)
    new = Parcel.objects.in_force().get(number="109")
    assert new.area_gis_m2 == 1000
    back = approved(reverse_record(record_id=record.pk, by=engineer, on=TODAY), engineer, approver)
    assert back.state == "approved"
    assert not Parcel.objects.in_force().filter(number="109").exists()


@pytest.mark.parametrize(
    ("kind", "arguments", "field"),
    [
        ("split_line", {"parcel": "104", "lines": [[[0, 0], [1, 1]]]}, "parcel"),
        ("split_line", {"parcel": "p1", "lines": "no"}, "lines"),
        ("split_line", {"parcel": "p1", "lines": [[[0, "x"], [1, 1]]]}, "lines"),
        ("split_parts", {"parcel": "p1", "count": "three"}, "count"),
        ("enter", {"corners": [[0, 0], [1, 1]]}, "corners"),
        ("enter", {"corners": [[1000, 2000], [1010, 2000], [9e6, 2010]]}, "corners"),
        ("enter", {"corners": [[2.3, 48.8], [2.4, 48.8], [2.4, 48.9]], "crs": "EPSG:4326"}, "corners"),
        ("move", {"moves": []}, "moves"),
        ("fly", {}, "kind"),
    ],
)
def test_arguments_that_do_not_fit_are_named(lots, engineer, kind, arguments, field):
    record = open_record(kind="subdivision", by=engineer, on=TODAY)
    if arguments.get("parcel") == "p1":
        arguments = {**arguments, "parcel": f"p{lots['B2'].pk}"}
    with pytest.raises(Unprocessable) as refusal:
        keep_operation(record_id=record.pk, version=1, kind=kind, arguments=arguments, by=engineer)
    assert field in refusal.value.fields


def test_coordinates_of_another_grid_are_understood(basin, engineer):
    record = open_record(kind="registration", by=engineer, on=TODAY)
    corners = [[35.26, 32.221], [35.261, 32.221], [35.261, 32.222]]
    record, made = keep_operation(
        record_id=record.pk, version=1, kind="enter",
        arguments={"corners": corners, "basin": basin.pk, "crs": "EPSG:4326"}, by=engineer,
    )  # fmt: skip
    assert made[0].geom.extent[:2] == pytest.approx((174692.99, 180824.68), abs=0.5)


def test_a_scan_must_be_a_document(engineer):
    record = open_record(kind="subdivision", by=engineer, on=TODAY)
    with pytest.raises(Unprocessable):
        add_source(
            record_id=record.pk,
            version=1,
            by=engineer,
            kind="deed",
            number="7",
            scan=SimpleUploadedFile("a.pdf", b"<script>"),
        )


def test_record_numbers_run_on_within_the_year(engineer):
    numbers = [open_record(kind="subdivision", by=engineer, on=TODAY).number for _n in range(2)]
    assert numbers == ["2026/0001", "2026/0002"]
