"""What an operation would do to the draft: new plots with their numbers and registered areas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from cadastre.drafting.arguments import Arguments
from cadastre.drafting.commands import command
from cadastre.drafting.numbering import next_numbers, numbers_for, taken_numbers
from cadastre.drafting.plots import Plot, Surroundings, surroundings
from cadastre.models import Basin, CadastreSettings, Record
from cadastre.models.parcel import LandUse, SourceClass
from cadastre.operations import Change, Fabric, Piece
from core.errors import Unprocessable

CENT = Decimal("0.01")
ATTRIBUTES = ("number", "quarter", "land_use", "source_class", "area_official_m2")


@dataclass(frozen=True)
class Proposal:
    """One operation's outcome: the plots that it takes out, those that it puts in, and what lies around."""

    kind: str
    removed: tuple[Plot, ...]
    added: tuple[Plot, ...]
    around: Surroundings

    @property
    def after(self) -> dict[str, Plot]:
        """Return the plots around once the operation is done, by key."""
        gone = {plot.key for plot in self.removed}
        kept = {key: plot for key, plot in self.around.plots.items() if key not in gone}
        return {**kept, **{plot.key: plot for plot in self.added}}


def propose(record: Record | None, kind: str, values: Mapping[str, Any]) -> Proposal:
    """Run an operation over the record's present draft, keeping nothing.

    Raises Unprocessable, with the field or the place, where it cannot be carried out.
    """
    arguments = Arguments(values)
    if kind == "attributes":
        return _with_attributes(record, arguments)
    chosen = command(kind)
    around = surroundings(record, chosen.keys(arguments), chosen.reach(arguments))
    change = chosen.run(Fabric({key: plot.shape for key, plot in around.plots.items()}), arguments, around)
    added = [*_made(change, around, arguments), *_continued(change, around)]
    removed = [around.plots[key] for key in (*change.retired, *change.moved, *change.noded)]
    named = [replace(plot, key=f"n{number}") for number, plot in enumerate(added, 1)]
    return Proposal(kind, tuple(removed), tuple(named), around)


def _ancestors(plots: Iterable[Plot]) -> tuple[int, ...]:
    """Return the parcels in force that plots come from, each once."""
    found: dict[int, None] = {}
    for plot in plots:
        found.update(dict.fromkeys([plot.pk] if plot.is_in_force else plot.parents))
    return tuple(found)


def _made(change: Change, around: Surroundings, arguments: Arguments) -> list[Plot]:
    groups: dict[tuple[str, ...], list[Piece]] = {}
    for piece in change.made:
        groups.setdefault((piece.role, *piece.parents), []).append(piece)
    grammar = CadastreSettings.current().numbering
    taken: dict[Any, set[str]] = {}
    made = []
    for pieces in groups.values():
        made.extend(_family(pieces, around, arguments, grammar, taken))
    return made


def _family(
    pieces: Sequence[Piece],
    around: Surroundings,
    arguments: Arguments,
    grammar: str,
    taken: dict[Any, set[str]],
) -> list[Plot]:
    """Return the plots of pieces that have the same parents and role."""
    parents = [around.plots[key] for key in pieces[0].parents]
    model = max(parents, key=lambda plot: plot.shape.area) if parents else _entered(arguments)
    used = taken.setdefault((model.basin_id, model.quarter), taken_numbers(model.basin_id, model.quarter))
    numbers = _numbers(pieces, parents, model, grammar, used)
    used.update(numbers)
    areas = _apportioned([piece.shape for piece in pieces], parents)
    return [
        replace(
            model,
            key="n",
            shape=piece.shape,
            number=number,
            role=piece.role,
            area_official_m2=area,
            land_use=LandUse.ROAD if piece.role == "strip" else model.land_use,
            parents=_ancestors(parents),
            base=None,
            restores=None,
            agreed_shares=tuple(arguments.raw("agreed_shares") or ()),
        )
        for piece, number, area in zip(pieces, numbers, areas, strict=True)
    ]


def _numbers(
    pieces: Sequence[Piece], parents: Sequence[Plot], model: Plot, grammar: str, taken: set[str]
) -> list[str]:
    role = pieces[0].role
    if role == "new":
        return [model.number] if model.number else next_numbers(1, taken)
    if role == "rest" and len(pieces) == 1:
        # A parcel that only gave up a strip is known by its old number.
        return [model.number]
    if role in ("merged", "strip"):
        return next_numbers(len(pieces), taken)
    return numbers_for(parents[0].number, len(pieces), grammar=grammar, taken=taken)


def _entered(arguments: Arguments) -> Plot:
    """Return what is said of a parcel that has no parent."""
    basin_id = int(arguments.number("basin"))
    if not Basin.objects.in_force().filter(pk=basin_id).exists():
        raise Unprocessable(_("The operation does not fit."), fields={"basin": _("There is no such basin.")})
    return Plot(
        key="n",
        shape=None,
        basin_id=basin_id,
        number=arguments.text("number")[:20],
        quarter=arguments.text("quarter")[:40],
        land_use=_choice(arguments, "land_use", LandUse, LandUse.VACANT),
        source_class=_choice(arguments, "source_class", SourceClass, SourceClass.TRAVERSE),
    )


def _choice(arguments: Arguments, name: str, choices: Any, default: str) -> str:
    value = arguments.text(name, default)
    if value not in choices.values:
        raise Unprocessable(_("The operation does not fit."), fields={name: _("Choose one of the list.")})
    return value


def _apportioned(shapes: Sequence[BaseGeometry], parents: Sequence[Plot]) -> list[Decimal | None]:
    """Share the parents' registered area among the pieces as they measure, to the last cent."""
    if not parents:
        return [Decimal(shape.area).quantize(CENT) for shape in shapes]
    if any(parent.area_official_m2 is None for parent in parents):
        return [None for _shape in shapes]
    official = sum((parent.area_official_m2 or Decimal(0) for parent in parents), Decimal(0))
    measured = sum(parent.shape.area for parent in parents)
    total = (official * Decimal(sum(shape.area for shape in shapes) / measured)).quantize(CENT)
    exact = [official * Decimal(shape.area / measured) for shape in shapes]
    given = [value.quantize(CENT) for value in exact]
    largest = max(range(len(given)), key=lambda n: given[n])
    given[largest] += total - sum(given)
    return list(given)


def _continued(change: Change, around: Surroundings) -> list[Plot]:
    """Return the plots that keep their identity with other vertices."""
    return [
        *(_same(around.plots[key], shape, "moved") for key, shape in change.moved.items()),
        *(_same(around.plots[key], shape, "noded") for key, shape in change.noded.items()),
    ]


def _same(plot: Plot, shape: BaseGeometry, role: str) -> Plot:
    area = plot.area_official_m2
    if role == "moved" and area is not None:
        area = (area * Decimal(shape.area / plot.shape.area)).quantize(CENT)
    if plot.is_in_force:
        return replace(plot, shape=shape, role=role, area_official_m2=area, base=plot.pk, parents=(plot.pk,))
    kept = "moved" if (plot.role, role) == ("noded", "moved") else plot.role
    return replace(plot, shape=shape, role=kept, area_official_m2=area)


def _with_attributes(record: Record | None, arguments: Arguments) -> Proposal:
    """Give a proposed plot another number, use, survey class or registered area."""
    key = arguments.key("parcel")
    around = surroundings(record, [key])
    plot = around.plots[key]
    if plot.is_in_force:
        raise Unprocessable(_("Only a proposed parcel can be described anew."), fields={"parcel": key})
    news: dict[str, Any] = {}
    for name in ("number", "quarter"):
        if arguments.given(name):
            news[name] = arguments.text(name)
    if "number" in news and not 0 < len(news["number"]) <= 20:
        raise Unprocessable(
            _("The operation does not fit."), fields={"number": _("Enter a number of 1 to 20 characters.")}
        )
    if arguments.given("land_use"):
        news["land_use"] = _choice(arguments, "land_use", LandUse, "")
    if arguments.given("source_class"):
        news["source_class"] = _choice(arguments, "source_class", SourceClass, "")
    if arguments.given("area_official_m2"):
        news["area_official_m2"] = Decimal(str(arguments.number("area_official_m2"))).quantize(CENT)
        if news["area_official_m2"] <= 0:
            raise Unprocessable(
                _("The operation does not fit."), fields={"area_official_m2": _("Enter an area above zero.")}
            )
    return Proposal("attributes", (plot,), (replace(plot, key="n1", **news),), around)
