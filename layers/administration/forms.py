"""What staff may change about a layer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.roles import PUBLIC, Role
from layers.collections import Collection
from layers.models import CatalogueEntry, Group
from layers.styling.checks import faults
from layers.tiles.grid import MAX_ZOOM

AUDIENCE = [(PUBLIC, _("Everybody")), *Role.choices]


class EntryForm(forms.ModelForm):
    """One layer's place in the catalogue; an empty field keeps what the layer declares."""

    view_roles = forms.MultipleChoiceField(
        label=_("Who may see it"),
        choices=AUDIENCE,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a choice only administrators see the layer."),
        required=False,
    )
    shown = forms.BooleanField(label=_("Shown when the map opens"), required=False)

    class Meta:
        model = CatalogueEntry
        fields = [
            "title_ar", "title_en", "title_fr", "description_ar", "description_en", "description_fr", "group", "order",
            "min_zoom", "max_zoom", "opacity", "license", "source", "source_date", "style", "is_hidden",
        ]  # fmt: skip
        widgets = {
            "description_ar": forms.Textarea(attrs={"rows": 2, "dir": "rtl"}),
            "description_en": forms.Textarea(attrs={"rows": 2, "dir": "ltr"}),
            "description_fr": forms.Textarea(attrs={"rows": 2, "dir": "ltr"}),
            "source_date": forms.DateInput(attrs={"type": "date"}),
            "style": forms.Textarea(attrs={"rows": 8, "dir": "ltr", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, collection: Collection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.collection = collection
        self.fields["view_roles"].initial = sorted(collection.view_roles)
        self.fields["shown"].initial = collection.visible_by_default
        self.fields["style"].help_text = _("Map layers as JSON; empty keeps the layer's own style.")
        self.fields["opacity"].help_text = _("Between 0 (invisible) and 1.")
        self.fields["group"].queryset = Group.objects.all()  # type: ignore[attr-defined]
        for name, declared in self._declared().items():
            self.fields[name].widget.attrs["placeholder"] = declared

    def _declared(self) -> dict[str, str]:
        one = self.collection
        return {
            "title_ar": str(one.title),
            "order": str(one.order),
            "min_zoom": str(one.min_zoom),
            "max_zoom": str(one.max_zoom),
            "opacity": str(one.opacity),
            "license": one.license,
            "source": str(one.source),
        }

    def clean_style(self) -> Any:
        """Refuse what the map could not draw."""
        style = self.cleaned_data["style"]
        if style in (None, "", []):
            return None
        wrong = faults(style, self.collection)
        if wrong:
            raise ValidationError(wrong)
        return style

    def clean(self) -> dict[str, Any]:
        """Refuse a largest zoom below the smallest, and zooms that no map has."""
        cleaned: dict[str, Any] = super().clean() or {}
        lowest, highest = cleaned.get("min_zoom"), cleaned.get("max_zoom")
        for name, zoom in (("min_zoom", lowest), ("max_zoom", highest)):
            if zoom is not None and zoom > MAX_ZOOM:
                self.add_error(name, _("Zoom levels go from 0 to 22."))
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("max_zoom", _("The largest zoom is below the smallest."))
        return cleaned

    def save(self, commit: bool = True) -> CatalogueEntry:
        """Keep audience and visibility only where they differ from what the layer declares itself."""
        entry: CatalogueEntry = super().save(commit=False)
        entry.collection = self.collection.id
        entry.view_roles = sorted(self.cleaned_data["view_roles"])
        entry.visible_by_default = self.cleaned_data["shown"]
        if commit:
            entry.save()
        return entry


class GroupForm(forms.ModelForm):
    """A heading of the layer list."""

    class Meta:
        model = Group
        fields = ["slug", "order", "title_ar", "title_en", "title_fr"]
