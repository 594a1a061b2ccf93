"""What staff may change about a raster."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from layers.administration.forms import AUDIENCE
from layers.models import Drawing, Raster, RasterKind


class RasterForm(forms.ModelForm):
    """Names, day, rights, and how cells become colours."""

    roles = forms.MultipleChoiceField(
        label=_("Who may see it"),
        choices=AUDIENCE,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a choice only administrators see the layer."),
        required=False,
    )

    class Meta:
        model = Raster
        fields = [
            "title_ar", "title_en", "title_fr", "taken_on", "mosaic", "source", "license", "unit", "order",
            "drawing", "ramp", "low", "high", "roles",
        ]  # fmt: skip
        widgets = {"taken_on": forms.DateInput(attrs={"type": "date"})}
        help_texts = {
            "mosaic": _("Rasters with the same word are one picture at several dates, such as “orthophoto”."),
            "low": _("Values at or below it get the first colour."),
            "high": _("Values at or above it get the last colour."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind == RasterKind.IMAGE:
            for name in ("drawing", "ramp", "unit"):
                del self.fields[name]
        elif self.instance.kind == RasterKind.MEASUREMENT:
            flat = (Drawing.COLOURS, Drawing.PICTURE)
            self.fields["drawing"].choices = [(one.value, one.label) for one in flat]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Want a title, and the lowest value below the highest."""
        given = super().clean() or {}
        if not any(given.get(f"title_{code}") for code in ("ar", "en", "fr")):
            self.add_error("title_ar", _("Give the raster a title in at least one language."))
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low >= high:
            self.add_error("high", _("The highest value is not above the lowest."))
        return given


class LookForm(forms.ModelForm):
    """How a raster would be drawn, for its preview."""

    class Meta:
        model = Raster
        fields = ["drawing", "ramp", "low", "high"]


class ContoursForm(forms.Form):
    """How far apart contours are."""

    interval = forms.DecimalField(
        label=_("Interval"), min_value=0, max_value=10_000, max_digits=9, decimal_places=3
    )

    def clean_interval(self) -> float:
        """Want more than nothing."""
        interval = float(self.cleaned_data["interval"])
        if not interval > 0:
            raise forms.ValidationError(_("The interval is above zero."))
        return interval
