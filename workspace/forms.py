"""What an administrator says of the municipality."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.policy import Subject
from layers.access import view
from layers.collections import Collection
from municipality.basemap import archives
from municipality.models import Municipality
from municipality.models.municipality import Basemap

_TEMPLATE = re.compile(r"https?://[^\s{}\"';,]+(\{[zxy]\}[^\s{}\"';,]*){3}")


class TownForm(forms.ModelForm):
    """The municipality's names, country, digits and basemap."""

    archive = forms.ChoiceField(label=_("Archive"), required=False)

    class Meta:
        model = Municipality
        fields = [
            "name_ar", "name_en", "name_fr", "country", "digits", "basemap", "basemap_url", "basemap_attribution",
        ]  # fmt: skip
        widgets = {
            "name_ar": forms.TextInput(attrs={"dir": "rtl"}),
            "name_en": forms.TextInput(attrs={"dir": "ltr"}),
            "name_fr": forms.TextInput(attrs={"dir": "ltr"}),
            "basemap_url": forms.TextInput(
                attrs={"dir": "ltr", "placeholder": "https://tile.openstreetmap.org/{z}/{x}/{y}.png"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = archives()
        chosen = self.fields["archive"]
        chosen.choices = [("", "—"), *((name, name) for name in found)]  # type: ignore[attr-defined]
        chosen.help_text = _(
            "PMTiles files of version 3 in the instance folder’s directory <bdi>basemaps/</bdi>."
        )
        chosen.initial = next((name for name in found if _address(name) == self.instance.basemap_url), "")
        self.fields["basemap_url"].help_text = _(
            "For tiles from another host: its address with {z}, {x} and {y}. The visitors' browsers then ask that host."
        )

    def clean(self) -> dict[str, Any]:
        """Hold the address against the kind of basemap."""
        sent: dict[str, Any] = super().clean() or {}
        kind = sent.get("basemap")
        if kind == Basemap.PMTILES:
            if not sent.get("archive"):
                raise ValidationError({"archive": _("Choose one of the archives.")})
            sent["basemap_url"] = _address(sent["archive"])
        elif kind == Basemap.OSM:
            address = sent.get("basemap_url", "")
            if not _TEMPLATE.fullmatch(address) or any(part not in address for part in ("{z}", "{x}", "{y}")):
                raise ValidationError(
                    {"basemap_url": _("Write an address that begins with https:// and has {z}, {x} and {y}.")}
                )
        else:
            sent["basemap_url"] = ""
        return sent


def _address(archive: str) -> str:
    return reverse("basemap_archive", kwargs={"name": archive})


class DistrictsForm(forms.Form):
    """From which fields of a layer the districts come."""

    code = forms.ChoiceField(label=_("Code"))
    name_ar = forms.ChoiceField(label=_("Name in Arabic"))
    name_en = forms.ChoiceField(label=_("Name in English"))
    name_fr = forms.ChoiceField(label=_("Name in French"))

    def __init__(self, *args: Any, layer: Collection, by: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = view(by, layer)
        choices = [(one.name, str(one.title)) for one in seen.fields if seen.field(one.name)]
        for field in self.fields.values():
            field.choices = choices  # type: ignore[attr-defined]
