"""The style editor's form: everything about a drawing that a person can choose, in their words."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.text import search_key
from layers import values
from layers.access import View
from layers.collections import FieldType
from layers.styling.classes import LISTED, NUMBERS
from layers.styling.compose import is_area, is_point
from layers.styling.ramps import RAMP_NAMES
from layers.styling.recipe import Breaks, Class, Label, Method, Recipe
from layers.styling.scales import SCALES

Choices = list[tuple[str, str | Promise]]
METHODS: tuple[tuple[Method, Any, Any], ...] = (
    (Method.SINGLE, _("All alike"), _("Every feature in one colour.")),
    (Method.CATEGORIES, _("By category"), _("A colour for each value of a field: land use, material.")),
    (Method.GRADUATED, _("By number, in shades"), _("Light to dark by a number: floors, area, value.")),
    (Method.SIZE, _("By number, in size"), _("Larger signs or wider lines for larger numbers.")),
    (Method.HEAT, _("Heat"), _("Where much lies close together glows.")),
    (Method.CLUSTERS, _("Clusters"), _("From afar, neighbours become one sign with their number.")),
)
ICONS: Choices = [
    ("", _("Plain circle")), ("square", _("Square")), ("triangle", _("Triangle")), ("diamond", _("Diamond")),
    ("star", _("Star")), ("cross", _("Cross")), ("drop", _("Drop")), ("lamp", _("Street lamp")),
    ("hydrant", _("Hydrant")), ("tank", _("Tank")), ("pump", _("Pump")), ("mosque", _("Mosque")),
    ("school", _("School")), ("hospital", _("Hospital")), ("park", _("Park")), ("office", _("Office")),
]  # fmt: skip
PATTERNS: Choices = [
    ("", _("No pattern")), ("hatch", _("Hatched")), ("hatch-back", _("Hatched the other way")), ("dots", _("Dots")),
    ("lines", pgettext_lazy("pattern", "Lines")), ("cross", _("Crosses")),
]  # fmt: skip
DASHES: Choices = [
    ("", _("Solid")),
    ("dashed", _("Dashed")),
    ("long", _("Long dashes")),
    ("dotted", _("Dotted")),
]
BREAKS: Choices = [
    (Breaks.NATURAL, _("Natural breaks: where the numbers have gaps")),
    (Breaks.QUANTILES, _("Quantiles: as many features in each class")),
    (Breaks.EQUAL, _("Equal steps")),
]
COMPARISONS: Choices = [
    ("==", _("is")),
    ("!=", _("is not")),
    (">=", _("is at least")),
    ("<=", _("is at most")),
]
LABEL_RULES = 2


class Colour(forms.CharField):
    """A colour as the browser's own chooser gives it."""

    widget = forms.TextInput(attrs={"type": "color"})

    def clean(self, value: Any) -> str:
        """Refuse what is no `#rrggbb`."""
        text = str(super().clean(value)).lower()
        if len(text) != 7 or text[0] != "#" or not all(one in "0123456789abcdef" for one in text[1:]):
            raise ValidationError(_("Choose a colour."))
        return text


class LabelForm(forms.Form):
    """One rule of labelling."""

    text = forms.ChoiceField(label=_("Write"), required=False)
    also = forms.ChoiceField(label=_("and after it"), required=False)
    only_field = forms.ChoiceField(label=_("Only where"), required=False)
    only_is = forms.ChoiceField(label=_("Comparison"), choices=COMPARISONS, required=False)
    only_value = forms.CharField(label=_("Value"), max_length=100, required=False)
    size = forms.IntegerField(label=_("Text size"), min_value=8, max_value=40, initial=12)
    colour = Colour(label=_("Text colour"), initial="#14222b")
    from_zoom = forms.TypedChoiceField(label=_("Shown from scale"), coerce=int, choices=SCALES, initial=16)
    bold = forms.BooleanField(label=_("Bold"), required=False)
    along = forms.BooleanField(label=_("Along the line"), required=False)

    def __init__(self, *args: Any, seen: View, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen
        named: Choices = [("", _("Nothing"))]
        if any(one.language for one in seen.fields):
            named.append(("*name", _("The name, in the reader's language")))
        listed = _fields(seen)
        _choose(self, "text", [*named, *listed])
        _choose(self, "also", [("", _("Nothing")), *listed])
        _choose(self, "only_field", [("", _("Everywhere")), *listed])
        if "Line" not in seen.collection.geometry_type:
            del self.fields["along"]

    def clean(self) -> dict[str, Any]:
        """Read the value of the rule by the type of its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        name = cleaned.get("only_field")
        if name:
            kind = next(one.type for one in self.seen.fields if one.name == name)
            written = cleaned.get("only_value", "")
            cleaned["only_value"] = self._value(kind, written)
        return cleaned

    def _value(self, kind: FieldType, written: str) -> Any:
        from core.errors import DomainError

        try:
            found = values.read("only_value", kind, written)
        except DomainError as error:
            self.add_error("only_value", error.fields["only_value"])
            return ""
        return found if isinstance(found, str | int | float) else written

    def label(self) -> Label | None:
        """Return the rule, or None where nothing is to be written."""
        cleaned = self.cleaned_data
        if not cleaned["text"]:
            return None
        asked = bool(cleaned["only_field"])
        return Label(
            text=cleaned["text"], also=cleaned["also"], size=cleaned["size"], colour=cleaned["colour"],
            bold=cleaned["bold"], from_zoom=cleaned["from_zoom"], along=cleaned.get("along", False),
            only_field=cleaned["only_field"], only_is=cleaned["only_is"] or "==",
            only_value=cleaned["only_value"] if asked else "",
        )  # fmt: skip


class StyleForm(forms.Form):
    """The drawing of one layer."""

    method = forms.ChoiceField(label=_("How to draw it"))
    field = forms.CharField(label=_("By the field"), required=False, widget=forms.Select)
    breaks = forms.ChoiceField(label=_("Cut the numbers by"), choices=BREAKS, required=False)
    count = forms.IntegerField(label=_("Classes"), min_value=2, max_value=9, initial=5)
    ramp = forms.ChoiceField(label=_("Colours"), choices=RAMP_NAMES)
    other = Colour(label=_("All others, and where nothing is known"))
    colour = Colour(label=_("Colour"))
    opacity = forms.FloatField(
        label=_("Strength of the colour"), min_value=0, max_value=1,
        widget=forms.NumberInput(attrs={"type": "range", "step": "0.05"}),
    )  # fmt: skip
    outline = Colour(label=_("Colour of the edge"))
    width = forms.FloatField(label=_("Width of the line, in pixels"), min_value=0, max_value=20)
    dash = forms.ChoiceField(label=_("Line"), choices=DASHES, required=False)
    pattern = forms.ChoiceField(label=_("Pattern"), choices=PATTERNS, required=False)
    icon = forms.ChoiceField(label=_("Sign"), choices=ICONS, required=False)
    size = forms.FloatField(label=_("Size, in pixels"), min_value=1, max_value=60)
    size_to = forms.FloatField(label=_("Size of the largest, in pixels"), min_value=1, max_value=60)
    radius = forms.IntegerField(label=_("Reach, in pixels"), min_value=10, max_value=100)
    until_zoom = forms.TypedChoiceField(label=_("One by one from scale"), coerce=int, choices=SCALES)
    min_zoom = forms.TypedChoiceField(label=_("Drawn from scale"), coerce=int, choices=SCALES)
    max_zoom = forms.TypedChoiceField(
        label=_("Down to scale"), coerce=int, choices=[*SCALES[1:], (24, _("any"))]
    )

    def __init__(self, data: QueryDict | None = None, *, seen: View, recipe: Recipe) -> None:
        super().__init__(data, initial=_initial(recipe))
        self.seen, self.recipe = seen, recipe
        kind = seen.collection.geometry_type
        _choose(self, "method", [(one, title) for one, title, _words in self.methods])
        self.fields["field"].widget.choices = _grouped(seen)
        for name, needed in _NEEDED.items():
            if not needed(kind):
                self.fields[name].required = False
                self.fields[name].disabled = True
        before = [*recipe.labels, *[None] * LABEL_RULES][:LABEL_RULES]
        self.labels = [
            LabelForm(data, prefix=f"label{at}", seen=seen, initial=vars(one) if one else {})
            for at, one in enumerate(before)
        ]

    @property
    def methods(self) -> list[tuple[Method, Any, Any]]:
        """Return the ways in which shapes of this layer's type can be drawn."""
        kind = self.seen.collection.geometry_type
        only_points = {Method.HEAT, Method.CLUSTERS}
        return [
            one
            for one in METHODS
            if not (one[0] in only_points and not is_point(kind))
            and not (one[0] == Method.SIZE and is_area(kind))
        ]

    @property
    def fits(self) -> Mapping[str, bool]:
        """Say which parts of the form mean something for this layer's shapes."""
        return {name: needed(self.seen.collection.geometry_type) for name, needed in _NEEDED.items()}

    def clean_field(self) -> str:
        """Refuse a field that the layer does not have, or that the drawing cannot use."""
        name = str(self.cleaned_data["field"])
        method = self.cleaned_data.get("method")
        kinds = LISTED if method == Method.CATEGORIES else NUMBERS
        if method in (Method.SINGLE, Method.CLUSTERS) or (method == Method.HEAT and not name):
            return ""
        field = self.seen.field(name) if name else None
        if not name:
            raise ValidationError(_("Choose the field by which the features differ."))
        if field is None:
            raise ValidationError(_("This layer has no field “%(name)s”.") % {"name": name[:63]})
        if field.type not in kinds:
            raise ValidationError(_("“%(name)s” cannot be used like this.") % {"name": field.title or name})
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse a scale range that is empty."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("min_zoom", 0) >= cleaned.get("max_zoom", 24):
            self.add_error("max_zoom", _("Nothing would be drawn at any scale."))
        return cleaned

    def is_valid(self) -> bool:
        """Say whether the drawing and every rule of labelling can be used."""
        return all([super().is_valid(), *(one.is_valid() for one in self.labels)])

    def faults(self) -> dict[str, str]:
        """Return what is wrong with each input."""
        return {
            form.add_prefix(name): str(errors[0])
            for form in (self, *self.labels)
            for name, errors in form.errors.items()
        }

    def chosen(self) -> Recipe:
        """Return the recipe, with the classes as they were posted."""
        cleaned = self.cleaned_data
        kept = {
            name: value for name, value in cleaned.items() if value not in (None, "") or name in _MAY_BE_EMPTY
        }
        kept |= {"method": Method(cleaned["method"]), "breaks": Breaks(cleaned["breaks"] or Breaks.NATURAL)}
        labels = tuple(found for one in self.labels if (found := one.label()))
        return Recipe(**{**kept, "labels": labels, "classes": self._classes(), **self._range()})

    @property
    def needs_classes(self) -> bool:
        """Say whether classes must be made anew: the choices that they were made for have changed."""
        return self.data.get("classes_for") != signature(self.chosen())

    def _range(self) -> dict[str, float]:
        if self.needs_range:
            return {}
        return {"smallest": self.recipe.smallest, "largest": self.recipe.largest}

    @property
    def needs_range(self) -> bool:
        """Say whether the range of sizes is for another field than before."""
        return self.cleaned_data["method"] == Method.SIZE and self.cleaned_data["field"] != self.recipe.field

    def _classes(self) -> tuple[Class, ...]:
        posted = self.data
        if not isinstance(posted, QueryDict):
            return ()
        parts = [posted.getlist(f"class_{name}") for name in ("value", "colour", "label")]
        rows = list(zip(*parts, strict=False))[:40]
        field = self.seen.field(self.cleaned_data.get("field") or "")
        if field is None:
            return ()
        kept = [_class(field.type, row, self._words_before(row[0])) for row in rows]
        usable = [one for one in kept if one is not None]
        if self.cleaned_data["method"] == Method.GRADUATED:
            numbers = sorted(
                (one for one in usable[1:] if one.value is not None), key=lambda one: float(one.value or 0)
            )
            return (*usable[:1], *numbers)
        return tuple(one for one in usable if one.value is not None)

    def _words_before(self, value: str) -> Mapping[str, str]:
        return next((one.label for one in self.recipe.classes if str(one.value) == value), {})


def signature(recipe: Recipe) -> str:
    """Return what classes depend on, as text that the form carries."""
    if recipe.method == Method.CATEGORIES:
        return f"categories|{recipe.field}"
    if recipe.method == Method.GRADUATED:
        return "|".join(("graduated", recipe.field, recipe.breaks, str(recipe.count), recipe.ramp))
    return ""


_MAY_BE_EMPTY = frozenset({"field", "dash", "pattern", "icon"})
_NEEDED = {
    "outline": lambda kind: "Line" not in kind,
    "dash": lambda kind: not is_point(kind),
    "pattern": is_area,
    "icon": is_point,
    "size": lambda kind: not is_area(kind),
    "size_to": lambda kind: not is_area(kind),
    "radius": is_point,
    "until_zoom": is_point,
}


def _class(kind: FieldType, row: tuple[str, ...], before: Mapping[str, str]) -> Class | None:
    written, colour, words = row
    try:
        value = _value(kind, written)
        Colour().clean(colour)
    except (ValueError, ValidationError):
        return None
    language = (get_language() or "ar")[:2]
    label = {**before, language: words.strip()[:80]}
    return Class(value=value, colour=colour.lower(), label=label if any(label.values()) else {})


def _value(kind: FieldType, written: str) -> Any:
    if not written:
        return None
    if kind == FieldType.INTEGER:
        return round(values.number(written))
    return values.number(written) if kind == FieldType.NUMBER else written


def _fields(seen: View) -> Choices:
    listed = [(one.name, str(one.title or one.name)) for one in seen.fields if one.name not in seen.partly]
    return [*sorted(listed, key=lambda one: search_key(one[1]))]


def _grouped(seen: View) -> list[Any]:
    """Return the fields with the numbers apart, since some drawings need a number."""
    numbers = {one.name for one in seen.fields if one.type in NUMBERS}
    listed = _fields(seen)
    groups = [
        (_("Numbers"), [one for one in listed if one[0] in numbers]),
        (_("Words, days, yes or no"), [one for one in listed if one[0] not in numbers]),
    ]
    return [("", _("Choose a field")), *(group for group in groups if group[1])]


def _choose(form: forms.Form, name: str, choices: Choices) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def _initial(recipe: Recipe) -> dict[str, Any]:
    return {name: value for name, value in vars(recipe).items() if name not in ("classes", "labels")}
