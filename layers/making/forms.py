"""The forms in which a person describes a layer and its fields."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import STAFF_ROLES, Role
from accounts.verbs import Sensitivity
from layers import registry
from layers.administration.forms import AUDIENCE
from layers.collections import FieldType
from layers.importing import naming
from layers.making import tables
from layers.making.drafts import MOST_FIELDS, FieldDraft, LayerDraft, columns, parse_choices
from layers.models import Dataset

KINDS = [
    ("Point", pgettext_lazy("kind of layer", "Points: trees, hydrants, signs")),
    ("MultiLineString", pgettext_lazy("kind of layer", "Lines: walls, cables, paths")),
    ("MultiPolygon", pgettext_lazy("kind of layer", "Areas: plots, sites, zones")),
    ("", pgettext_lazy("kind of layer", "A table without a map: contracts, price lists")),
]
TYPES = [
    (FieldType.TEXT, _("Text")),
    (FieldType.INTEGER, _("Whole number")),
    (FieldType.NUMBER, _("Number")),
    (FieldType.BOOLEAN, _("Yes or no")),
    (FieldType.DATE, _("Date")),
    (FieldType.DATETIME, _("Date and time")),
]
# The layer list keeps these addresses for itself.
_ADDRESSES = frozenset({"new", "making", "groups"})
EDITORS = [one for one in Role.choices if one[0] in STAFF_ROLES]


def _text(label: Any, language: str, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"lang": language, "dir": "auto"}),
        **more,
    )


class FieldForm(forms.Form):
    """One field of a layer."""

    ar = _text(_("Label in Arabic"), "ar")
    en = _text(_("Label in English"), "en")
    fr = _text(_("Label in French"), "fr")
    type = forms.ChoiceField(label=_("Type"), choices=TYPES)
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    default = forms.CharField(label=_("Usual value of a new feature"), max_length=200, required=False)
    choices = forms.CharField(
        label=_("Values to choose from"),
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 3, "dir": "auto", "placeholder": "olive = زيتون | Olive | Olivier"}
        ),
        help_text=_(
            "One a line: the value, then “=” and its words in Arabic | English | French. Empty: anything goes."
        ),
    )
    sensitivity = forms.ChoiceField(label=_("Who may read it"), choices=Sensitivity.choices)
    required = forms.BooleanField(label=_("Must be filled"), required=False)
    unique = forms.BooleanField(label=_("Each value only once"), required=False)
    label = forms.BooleanField(label=_("Names the feature on the map"), required=False)
    name = forms.CharField(
        label=_("Column, if another than from the label"), max_length=59, required=False,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )  # fmt: skip

    def clean_choices(self) -> tuple[tuple[str, str, str, str], ...]:
        """Read the lines."""
        try:
            return parse_choices(self.cleaned_data["choices"])
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong

    def clean(self) -> dict[str, Any]:
        """Refuse a field without a label, and a usual value or choices that its type does not take."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.has_changed() and not any(cleaned.get(code) for code in ("ar", "en", "fr")):
            self.add_error("ar", _("Give the field a label, in one language at least."))
        elif not self.errors:
            try:
                self.draft("checked").field()
            except ValueError as wrong:
                self.add_error(
                    "choices" if cleaned["choices"] and not cleaned["default"] else "default", str(wrong)
                )
        return cleaned

    @property
    def wanted(self) -> tuple[str, str, str, str]:
        """Return what the column's name is made from."""
        cleaned = self.cleaned_data
        return cleaned["name"], cleaned["en"], cleaned["fr"], cleaned["ar"]

    def draft(self, column: str) -> FieldDraft:
        """Return the field as a job is told."""
        return FieldDraft(**{**self.cleaned_data, "name": column})


FieldForms = forms.formset_factory(
    FieldForm,
    extra=0,
    min_num=1,
    validate_min=True,
    max_num=MOST_FIELDS,
    absolute_max=MOST_FIELDS + 1,
    can_delete=False,
)


class LayerForm(forms.Form):
    """The layer itself."""

    ar = _text(_("Title in Arabic"), "ar")
    en = _text(_("Title in English"), "en")
    fr = _text(_("Title in French"), "fr")
    slug = forms.CharField(
        label=_("Key"), max_length=50, required=False,
        help_text=_("Part of the layer's address: lower-case Latin letters, digits and hyphens. Empty: from the title."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )  # fmt: skip
    geometry_type = forms.ChoiceField(
        label=_("What it holds"), choices=KINDS, required=False, widget=forms.RadioSelect, initial="Point"
    )
    view_roles = forms.MultipleChoiceField(
        label=_("Who may see it"), choices=AUDIENCE, widget=forms.CheckboxSelectMultiple, required=False
    )
    edit_roles = forms.MultipleChoiceField(
        label=_("Who may change it"), choices=EDITORS, widget=forms.CheckboxSelectMultiple, required=False
    )
    by_district = forms.BooleanField(
        label=_("Rights may differ by district"), required=False,
        help_text=_("Each feature then belongs to the district in which it lies; rules can give a role one district only."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse a layer without a title, and a key that is taken or plain no key."""
        cleaned: dict[str, Any] = super().clean() or {}
        titles = [cleaned.get(code, "") for code in ("en", "fr", "ar")]
        if not any(titles):
            self.add_error("ar", _("Give the layer a title, in one language at least."))
        cleaned["slug"] = cleaned.get("slug") or naming.slug(next(filter(None, titles), ""))
        if naming.slug(cleaned["slug"]) != cleaned["slug"]:
            self.add_error(
                "slug", _("Lower-case Latin letters, digits and hyphens, beginning with a letter.")
            )
        elif _is_taken(cleaned["slug"]):
            self.add_error("slug", _("A layer with this key is there already."))
        if cleaned.get("by_district") and not cleaned.get("geometry_type"):
            self.add_error("by_district", _("A table without a map lies in no district."))
        return cleaned

    def draft(self, fields: Any) -> LayerDraft:
        """Return the layer as a job is told; `fields` is a valid `FieldForms`."""
        given = [one for one in fields if one.has_changed()]
        names = columns([one.wanted for one in given])
        roles = {name: tuple(sorted(self.cleaned_data[name])) for name in ("view_roles", "edit_roles")}
        drafts = tuple(one.draft(name) for one, name in zip(given, names, strict=True))
        return LayerDraft(**{**self.cleaned_data, **roles, "fields": drafts})


def _is_taken(slug: str) -> bool:
    relation = f"{tables.SCHEMA}.{slug.replace('-', '_')}"
    return (
        slug in _ADDRESSES
        or slug in registry.declared()
        or Dataset.objects.filter(slug=slug).exists()
        or bool(tables.columns_of(relation))
    )
