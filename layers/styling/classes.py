"""Classes proposed from the data: the commonest values, or numbers cut by one of three ways."""

import itertools
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable
from layers.access import View
from layers.collections import Field, FieldType
from layers.features.reading import bounded
from layers.sqltext import column, conditions, table
from layers.styling import ramps
from layers.styling.recipe import Breaks, Class, Method, Recipe

MOST_VALUES = 20
# Natural breaks are found among so many quantiles: the shape of the data at a bounded cost.
SAMPLED = 1_000
NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER})
LISTED = frozenset({FieldType.TEXT, FieldType.INTEGER, FieldType.BOOLEAN, FieldType.DATE})


def classify(view: View, recipe: Recipe) -> Recipe:
    """Return the recipe with classes, or the range of sizes, made from what is in the layer now.

    Refuses, with `Unprocessable`, a field that is not there, has the wrong type or holds nothing.
    """
    if recipe.method == Method.CATEGORIES:
        field = _field(view, recipe.field, LISTED)
        return recipe.with_(classes=tuple(_categories(view, field)))
    if recipe.method == Method.GRADUATED:
        field = _field(view, recipe.field, NUMBERS)
        inner = _breaks(view, field, recipe)
        colours = ramps.ramp(recipe.ramp, len(inner) + 1)
        cut = [None, *inner]
        return recipe.with_(
            classes=tuple(Class(value=v, colour=c) for v, c in zip(cut, colours, strict=True))
        )
    if recipe.method == Method.SIZE:
        smallest, largest = _range(view, _field(view, recipe.field, NUMBERS))
        return recipe.with_(smallest=smallest, largest=largest if largest > smallest else smallest + 1)
    if recipe.method == Method.HEAT and recipe.field:
        _field(view, recipe.field, NUMBERS)
    return recipe


def _field(view: View, name: str, kinds: frozenset[FieldType]) -> Field:
    if not name:
        raise _refused(_("Choose the field by which the features differ."))
    field = view.field(name)
    if field is None:
        raise _refused(_("This layer has no field “%(name)s”.") % {"name": name[:63]})
    if field.type not in kinds:
        raise _refused(_("“%(name)s” cannot be used like this.") % {"name": field.title or name})
    return field


def _refused(why: Any) -> Unprocessable:
    return Unprocessable(_("This drawing cannot be made."), detail=why, fields={"field": why})


def _categories(view: View, field: Field) -> list[Class]:
    value = column(field)
    told = f"({value})::text" if field.type in (FieldType.DATE, FieldType.BOOLEAN) else value
    rows = _query(
        view,
        f"SELECT {told}, count(*) FROM {{table}} WHERE {{where}} AND {value} IS NOT NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_VALUES}",
    )
    values = [row[0] for row in rows] or list(field.choices)[:MOST_VALUES]
    if not values:
        raise _refused(_("“%(name)s” is empty everywhere.") % {"name": field.title or field.name})
    if field.choices:
        order = {str(value): at for at, value in enumerate(field.choices)}
        values.sort(key=lambda one: order.get(str(one), len(order)))
    colours = ramps.apart(len(values))
    return [Class(value=one, colour=colour) for one, colour in zip(values, colours, strict=True)]


def _breaks(view: View, field: Field, recipe: Recipe) -> list[float | int]:
    """Return where the second and each later class begins, ascending."""
    smallest, largest = _range(view, field)
    if recipe.breaks == Breaks.EQUAL:
        step = (largest - smallest) / recipe.count
        found = [smallest + step * at for at in range(1, recipe.count)]
    elif recipe.breaks == Breaks.QUANTILES:
        found = _quantiles(view, field, [at / recipe.count for at in range(1, recipe.count)])
    else:
        found = _natural(_quantiles(view, field, [at / SAMPLED for at in range(SAMPLED + 1)]), recipe.count)
    rounded = [_round(one, largest - smallest, field) for one in found]
    return sorted({one for one in rounded if smallest < one <= largest})


def _natural(values: list[float], count: int) -> list[float]:
    """Return the breaks of Fisher and Jenks between classes, each the least value of its class."""
    from jenkspy import jenks_breaks

    distinct = sorted(set(values))
    if len(distinct) <= count:
        return distinct[1:]
    # jenkspy names the largest value of each class; the next value begins the next class.
    tops = set(jenks_breaks(values, n_classes=count)[1:-1])
    return [after for before, after in itertools.pairwise(distinct) if before in tops]


def _round(value: float, span: float, field: Field) -> float | int:
    """Return a break that a person can read, yet fine enough to cut where it was found."""
    if field.type == FieldType.INTEGER:
        return round(value)
    digits = 0 if span > 1_000 else 2 if span > 1 else 6
    return round(value, digits)


def _range(view: View, field: Field) -> tuple[float, float]:
    value = f"({column(field)})::float8"
    ((smallest, largest),) = _query(view, f"SELECT min({value}), max({value}) FROM {{table}} WHERE {{where}}")
    if smallest is None:
        raise _refused(_("“%(name)s” is empty everywhere.") % {"name": field.title or field.name})
    return smallest, largest


def _quantiles(view: View, field: Field, shares: list[float]) -> list[float]:
    value = f"({column(field)})::float8"
    ((found,),) = _query(
        view,
        f"SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY {value}) FROM {{table}} WHERE {{where}}",
        shares,
    )
    return list(found or ())


def _query(view: View, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    where = " AND ".join(conditions(view)) or "true"
    with bounded() as cursor:
        cursor.execute(
            sql.replace("{table}", f"{table(view.collection)} t").replace("{where}", where), list(values)
        )
        return list(cursor.fetchall())
