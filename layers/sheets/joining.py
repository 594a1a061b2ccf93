"""The page on which fields of another layer are put beside a table's rows."""

from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import for_staff
from accounts.policy import Subject, subject_of
from layers import joins, registry
from layers.access import View, view
from layers.features import card
from layers.joins import KEYS, MATCHES, NEAREST, PARAMETER, PLACE, Join
from layers.ogc.documents import visible
from layers.sheets.rows import chosen

BY_KEY = "key"


class JoinForm(forms.Form):
    """How features of the other layer are found, and which of its fields are shown."""

    how = forms.ChoiceField(label=_("Which feature belongs to a row"), widget=forms.RadioSelect)
    own = forms.ChoiceField(label=_("This table's field"), required=False)
    theirs = forms.ChoiceField(label=_("The other layer's field"), required=False)
    fields_taken = forms.MultipleChoiceField(label=_("Fields to show"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, seen: View, other: View, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.other = other
        keys = [[(one.name, one.title or one.name) for one in each.fields if _is_key(each, one.name)] for each in (seen, other)]  # fmt: skip
        ways: list[tuple[str, Any]] = [(BY_KEY, _("The one with the same key"))] if all(keys) else []
        if seen.collection.has_geometry and other.collection.has_geometry:
            ways += [(PLACE, _("The one in the same place")), (NEAREST, _("The nearest one"))]
        names = [(one.name, one.title or one.name) for one in card.columns(other) if other.field(one.name)]
        offered = {
            "how": ways,
            "own": keys[0],
            "theirs": keys[1],
            "fields_taken": [*names, (MATCHES, _("Number of matches"))],
        }
        for name, choices in offered.items():
            cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be: a key without its fields, a number of the nearest."""
        found = super().clean() or {}
        taken = found.get("fields_taken", [])
        if found.get("how") == BY_KEY and not (found.get("own") and found.get("theirs")):
            self.add_error("own", _("Choose the fields that hold the key."))
        if found.get("how") == NEAREST and MATCHES in taken:
            self.add_error("fields_taken", _("There is always one nearest feature: its number says nothing."))
        if len(taken) > joins.MOST_FIELDS:
            self.add_error("fields_taken", _("At most 20 fields of a layer are joined."))
        return found

    @property
    def join(self) -> Join:
        """Return what was asked."""
        said = self.cleaned_data
        how = f"{said['own']}={said['theirs']}" if said["how"] == BY_KEY else said["how"]
        return Join(self.other.collection.id, how, tuple(said["fields_taken"]))


def _is_key(seen: View, name: str) -> bool:
    found = seen.field(name)
    return found is not None and found.type in KEYS


@for_staff
@never_cache
@require_GET
def layer_join(request: HttpRequest, collection: str) -> HttpResponse:
    """Choose another layer, then how it is joined; what is chosen becomes part of the table's address."""
    subject = subject_of(request)
    seen = view(subject, registry.find(collection))
    table = dict(parse_qsl(request.GET.get("table", "")))
    context: dict[str, Any] = {
        "seen": seen,
        "table": request.GET.get("table", ""),
        "layers": _others(subject, seen),
    }
    if not request.GET.get("layer"):
        return render(request, "layers/join.html", context)
    other = joins.other(subject, request.GET["layer"])
    asked = request.GET if "how" in request.GET or "fields_taken" in request.GET else None
    form = JoinForm(seen, other, asked)
    if asked is None or not form.is_valid():
        return render(request, "layers/join.html", {**context, "form": form, "other": other.collection}, status=200 if asked is None else 422)  # fmt: skip
    return redirect(_address(seen, with_join(subject, seen, table, form.join)))


def _others(subject: Subject, seen: View) -> list[Any]:
    others = [one.collection for one in visible(subject) if one.collection.id != seen.collection.id]
    return sorted(others, key=lambda one: str(one.title))


def with_join(subject: Subject, seen: View, table: dict[str, str], join: Join) -> dict[str, str]:
    """Return a table's address with one join more, its fields the last of the columns."""
    kept = [one for one in joins.read(table.get(PARAMETER, "")) if one.layer != join.layer]
    columns = [
        one.name
        for one in chosen(joins.joined(subject, seen, {PARAMETER: _written(kept)}), _shown(table, kept))
    ]
    joined = [f"{join.layer}.{name}" for name in join.fields]
    return {**table, PARAMETER: _written([*kept, join]), "columns": ",".join([*columns, *joined])}


def without(seen: View, table: dict[str, str], layer: str) -> str:
    """Return the address of the table without one of its joins."""
    kept = [one for one in joins.read(table.get(PARAMETER, "")) if one.layer != layer]
    mine = f"{layer}."
    rest = {name: value for name, value in table.items() if not name.startswith(mine)}
    if rest.get("sortby", "").lstrip("-").startswith(mine):
        del rest["sortby"]
    rest["columns"] = ",".join(
        name for name in table.get("columns", "").split(",") if not name.startswith(mine)
    )
    return _address(seen, {**rest, PARAMETER: _written(kept)})


def _shown(table: dict[str, str], kept: list[Join]) -> str:
    others = tuple(f"{one.layer}." for one in joins.read(table.get(PARAMETER, "")) if one not in kept)
    return ",".join(
        name for name in table.get("columns", "").split(",") if not (others and name.startswith(others))
    )


def _written(asked: list[Join]) -> str:
    return ";".join(map(str, asked))


def _address(seen: View, table: dict[str, str]) -> str:
    said = urlencode({name: value for name, value in table.items() if value})
    return reverse("layer_table", args=[seen.collection.id]) + (f"?{said}" if said else "")
