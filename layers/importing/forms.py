"""What the wizard's pages send, checked and turned into a changed plan."""

import re
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.text3 import Text3
from layers import registry
from layers.importing import actions, control, naming, targets
from layers.importing.control import ControlPoint
from layers.importing.planning import MAX_SLUG, Mode, Plan, PlannedField
from layers.importing.rasters import Meant
from layers.importing.reader import encodings
from layers.models import Raster, RasterKind

OTHER = "other"


class UploadForm(forms.Form):
    """One file."""

    file = forms.FileField(label=_("File"))


class ReadingForm(forms.Form):
    """How a table is to be read."""

    encoding = forms.ChoiceField(
        label=_("Encoding of the text"), required=False, choices=list(encodings.TITLES.items())
    )
    x = forms.CharField(label=_("Column of easting or longitude"), required=False)
    y = forms.CharField(label=_("Column of northing or latitude"), required=False)
    wkt = forms.CharField(label=_("Or column with the shape as WKT"), required=False)
    join = forms.CharField(label=_("Or column that names a feature of another layer"), required=False)

    def clean(self) -> dict[str, Any]:
        """Want both coordinates, or the shape, or neither."""
        given = super().clean() or {}
        if bool(given.get("x")) != bool(given.get("y")):
            raise forms.ValidationError(_("Name both columns of the coordinates, or neither."))
        if sum(bool(given.get(name)) for name in ("x", "wkt", "join")) > 1:
            raise forms.ValidationError(_("Say in one way only where the rows lie."))
        return given


class PlaceForm(forms.Form):
    """Which layer, in which coordinate reference system, axes as they are or swapped."""

    srid = forms.CharField(label=_("Coordinate reference system"))
    other_srid = forms.CharField(label=_("EPSG code"), required=False)
    swap_axes = forms.BooleanField(label=_("Swap the axes"), required=False)
    control = forms.CharField(label=_("Control points"), required=False)
    placed_by = forms.CharField(label=_("Layer and field that the rows are placed by"), required=False)

    def clean_control(self) -> tuple[ControlPoint, ...]:
        """Read the points: four numbers a line."""
        try:
            return control.read(str(self.cleaned_data["control"]))
        except DomainError as error:
            raise forms.ValidationError(str(error.title)) from error

    def clean(self) -> dict[str, Any]:
        """Read the code, chosen or typed (`EPSG:28191` or `28191`, any digits)."""
        from layers.importing.reader import placing

        given = super().clean() or {}
        typed = given.get("srid") == OTHER
        said = str(given.get("other_srid" if typed else "srid") or "").strip().upper().removeprefix("EPSG:")
        if not said.isdigit() or len(said) > 6 or not placing.is_known(int(said)):
            where = "other_srid" if typed else "srid"
            self.add_error(
                where, _("Choose a coordinate reference system, or give its EPSG code, such as 28191.")
            )
        else:
            given["code"] = int(said)
        return given

    def change(self, plan: Plan) -> Plan:
        """Return the plan with what was chosen."""
        given = self.cleaned_data
        only = tuple(self.data.getlist("only")) if hasattr(self.data, "getlist") else ()
        layer, _dot, field = given["placed_by"].partition(".")
        return plan.with_(
            srid=given["code"],
            swap_axes=given["swap_axes"],
            only=only,
            control=given["control"],
            placed_by={"layer": layer, "field": field} if layer else {},
        )


class FieldsForm(forms.Form):
    """Title, key, audience and encoding of the layer; its fields come as `keep-N`, `column-N`, `ar-N`, …."""

    slug = forms.CharField(label=_("Key"), max_length=MAX_SLUG, required=False)
    mode = forms.ChoiceField(
        label=_("What becomes of the rows?"), required=False, choices=[(m, m) for m in Mode]
    )
    into = forms.CharField(label=_("Layer"), required=False)
    key = forms.CharField(label=_("Field that finds a row"), required=False)
    title_ar = forms.CharField(label=_("Title in Arabic"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    title_fr = forms.CharField(label=_("Title in French"), max_length=120, required=False)
    public = forms.BooleanField(label=_("Open to the public"), required=False)
    encoding = forms.ChoiceField(
        label=_("Encoding of the text"), required=False, choices=list(encodings.TITLES.items())
    )

    def __init__(self, data: Any, plan: Plan) -> None:
        super().__init__(data)
        self.plan = plan
        self.columns: list[PlannedField] = []

    def clean_slug(self) -> str:
        """Refuse a key that cannot be, or that another layer has."""
        slug = str(self.cleaned_data["slug"]).strip()
        if self.data.get("mode", Mode.NEW) != Mode.NEW:
            return str(self.data.get("into", ""))
        if not re.fullmatch(r"[a-z][a-z0-9-]*", slug):
            raise forms.ValidationError(
                _("Use lower-case Latin letters, digits and hyphens, a letter first.")
            )
        if actions.is_taken(slug):
            raise forms.ValidationError(_("There is already a layer with this key. Choose another."))
        return slug

    def clean(self) -> dict[str, Any]:
        """Check the title and the columns."""
        given = super().clean() or {}
        is_new = (given.get("mode") or Mode.NEW) == Mode.NEW
        if is_new and not any(given.get(f"title_{code}") for code in ("ar", "en", "fr")):
            self.add_error("title_ar", _("Give the layer a title in at least one language."))
        self.columns = [self._field(number, one) for number, one in enumerate(self.plan.fields)]
        if not is_new:
            known = registry.everything().get(str(given.get("into")))
            if known is None:
                self.add_error("into", _("Choose the layer."))
            else:
                self.columns = list(targets.matched(tuple(self.columns), known))
        return given

    def _field(self, number: int, one: PlannedField) -> PlannedField:
        def said(key: str, before: str) -> str:
            return str(self.data.get(f"{key}-{number}", before)).strip()[: naming.MAX_NAME]

        return replace(
            one,
            keep=f"keep-{number}" in self.data,
            column=said("column", one.column),
            ar=said("ar", one.ar),
            en=said("en", one.en),
            fr=said("fr", one.fr),
        )

    def change(self, plan: Plan) -> Plan:
        """Return the plan with what was given."""
        given = self.cleaned_data
        title = Text3(*(given[f"title_{code}"] for code in ("ar", "en", "fr")))
        return plan.with_(
            slug=given["slug"],
            title=title.as_dict(),
            public=given["public"],
            encoding=given["encoding"] or plan.encoding,
            fields=tuple(self.columns),
            mode=given["mode"] or Mode.NEW,
            key=given["key"],
        )


class RasterForm(forms.Form):
    """What a raster shows, of which day, for whom."""

    title_ar = forms.CharField(label=_("Title in Arabic"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    title_fr = forms.CharField(label=_("Title in French"), max_length=120, required=False)
    slug = forms.CharField(
        label=_("Key"),
        max_length=MAX_SLUG,
        help_text=_("Part of the raster's address: lower-case Latin letters, digits and hyphens."),
    )
    kind = forms.ChoiceField(
        label=_("What the cells are"),
        choices=RasterKind.choices,
        help_text=_("Heights can be shaded and give profiles and contours."),
    )
    band = forms.IntegerField(
        label=_("Band"), min_value=1, help_text=_("Of heights and measured values: which band holds them.")
    )
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    taken_on = forms.DateField(
        label=_("Taken on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    mosaic = forms.SlugField(
        label=_("Mosaic"),
        max_length=63,
        required=False,
        help_text=_("Rasters with the same word are one picture at several dates, such as “orthophoto”."),
    )
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
    license = forms.CharField(label=_("Licence"), max_length=120, required=False)
    public = forms.BooleanField(label=_("Open to the public (otherwise only staff see it)"), required=False)

    def __init__(self, data: Any, plan: Plan, bands: int) -> None:
        meant = Meant.of(plan)
        titles = {f"title_{code}": plan.title[code] for code in ("ar", "en", "fr")}
        super().__init__(data, initial={**vars(meant), **titles, "slug": plan.slug, "public": plan.public})
        self.plan = plan
        self.fields["band"].max_value = bands  # type: ignore[attr-defined]
        self.fields["band"].widget.attrs["max"] = bands

    def clean_slug(self) -> str:
        """Refuse a key that cannot be, or that another raster has."""
        slug = str(self.cleaned_data["slug"]).strip()
        if not re.fullmatch(r"[a-z][a-z0-9-]*", slug):
            raise forms.ValidationError(
                _("Use lower-case Latin letters, digits and hyphens, a letter first.")
            )
        if Raster.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("There is already a raster with this key. Choose another."))
        return slug

    def clean(self) -> dict[str, Any]:
        """Check the title."""
        given = super().clean() or {}
        if not any(given.get(f"title_{code}") for code in ("ar", "en", "fr")):
            self.add_error("title_ar", _("Give the raster a title in at least one language."))
        return given

    def change(self, plan: Plan) -> Plan:
        """Return the plan with what was given."""
        given = self.cleaned_data
        day = given["taken_on"].isoformat() if given["taken_on"] else ""
        said = {name: given[name] for name in ("kind", "band", "unit", "mosaic", "source", "license")}
        names = Text3(given["title_ar"], given["title_en"], given["title_fr"])
        return plan.with_(
            slug=given["slug"],
            title=names.as_dict(),
            public=given["public"],
            raster={**said, "taken_on": day},
        )
