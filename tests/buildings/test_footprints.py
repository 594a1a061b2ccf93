"""Footprints against the register: every class as the generator knows it, decisions remembered."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from accounts.models import User
from buildings.footprints.comparing import compare
from buildings.models import Building, FootprintRun
from demo.loading.extras import write_truth
from demo.town.town import Town, invent_town
from layers import registry
from reconciliation.actions.filling import fill
from reconciliation.actions.working import close
from reconciliation.models import Case
from reconciliation.registry import queues
from tests.buildings.survey import found_of, put_in_register, put_on_the_map, truth_of
from tests.cast import person

DAY = date(2026, 6, 1)


def precision_and_recall(found: set[int], true: set[int]) -> tuple[float, float]:
    right = len(found & true)
    return right / max(len(found), 1), right / max(len(true), 1)


def compared(town: Town, by: User) -> FootprintRun:
    put_in_register(town)
    write_truth(town)
    return compare(layer=registry.find(put_on_the_map(town)), on=DAY, by=by)


def _rates(told: dict[str, int]) -> tuple[float, float]:
    return told["right"] / told["found"], told["right"] / told["true"]


@pytest.mark.django_db
@pytest.mark.parametrize("parcels", [600, pytest.param(6000, marks=pytest.mark.long)])
def test_each_class_is_found_as_the_truth_has_it(town: Town, parcels: int) -> None:
    town = town if parcels == 600 else invent_town(parcels, seed=11)
    run, truth = compared(town, person("engineer")), truth_of(town)
    for kind, true in truth.items():
        precision, recall = precision_and_recall(found_of(run, kind), true)
        print(f"{kind}: {len(true)} true, precision {precision:.3f}, recall {recall:.3f}")
        assert true
        assert min(precision, recall) >= 0.98, kind
        told = run.measured[kind]
        assert told == {
            "true": len(true),
            "found": run.counts[kind],
            "right": len(found_of(run, kind) & true),
        }
    assert min(_rates(run.measured["same"])) >= 0.98
    joined = {number for one in town.truth["buildings"]["seen_as_one"] for number in one["buildings"]}
    differing = joined.union(*(true for kind, true in truth.items() if kind not in ("new", "merged")))
    assert run.counts["same"] >= 0.98 * (len(town.tables["buildings"]["geom"]) - len(differing))


@pytest.mark.django_db
def test_a_decision_holds_while_what_it_rests_on_does(town: Town) -> None:
    engineer = person("engineer")
    compared(town, engineer)
    new, differs = queues()["building-not-registered"], queues()["building-differs"]
    first = fill(queue=new, on=DAY, by=engineer)
    fill(queue=differs, on=DAY, by=engineer)
    assert first.found == first.opened == len(truth_of(town)["new"])
    case = Case.objects.of(new.key).order_by("-rank")[0]
    close(case_id=case.pk, version=case.version, result="not-a-case", reason="A greenhouse", by=engineer)

    compare(layer=registry.find("footprints-2026"), on=DAY, by=engineer)
    again = fill(queue=new, on=DAY, by=engineer)
    assert (again.kept_closed, again.opened, again.reopened, again.gone) == (1, 0, 0, 0)

    grown = Case.objects.of(differs.key).first()
    assert grown is not None
    close(case_id=grown.pk, version=grown.version, result="corrected", reason="Measured", by=engineer)
    assert fill(queue=differs, on=DAY, by=engineer).reopened == 1


@pytest.mark.django_db
def test_a_building_entered_meanwhile_ends_its_case(town: Town) -> None:
    engineer = person("engineer")
    compared(town, engineer)
    new = queues()["building-not-registered"]
    fill(queue=new, on=DAY, by=engineer)
    case = Case.objects.of(new.key).first()
    assert case is not None
    Building.objects.create(id=10**6, code="fresh", geom=case.geom)
    assert fill(queue=new, on=DAY, by=engineer).gone == 1
    case.refresh_from_db()
    assert case.state == "gone"


@pytest.mark.django_db
def test_the_page_of_a_comparison_says_how_well_each_class_was_found(
    sign_in: Callable[..., Client], town: Town
) -> None:
    run = compared(town, person("approver"))
    client, address = sign_in("engineer"), f"/staff/buildings/comparisons/{run.pk}/"
    page = client.get(address, {"lang": "en"})
    shown = {str(one["title"]): one for one in page.context["classes"]}
    assert len(shown) == 8
    for title in shown:
        assert shown[title]["count"] > 0, title
        assert min(shown[title]["precision"], shown[title]["recall"]) >= 0.98
    assert "Precision" in page.content.decode()
    assert address in client.get("/staff/buildings/").content.decode()
    assert sign_in("citizen").get(address).status_code == 404
    assert client.get("/staff/buildings/comparisons/999999/").status_code == 404
