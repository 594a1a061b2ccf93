"""What people fill in on the records' pages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BaseModelFormSet, modelformset_factory
from django.utils.translation import gettext_lazy as _

from cadastre.models import AreaName, Basin, CadastreSettings, RecordKind, Source
from cadastre.models.source import SourceKind

OPENED = [choice for choice in RecordKind.choices if choice[0] != RecordKind.REVERSAL]


class RecordForm(forms.Form):
    """A record to open."""

    kind = forms.ChoiceField(label=_("Kind"), choices=OPENED)
    dated_on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    applicant_name = forms.CharField(label=_("Applicant's name"), max_length=200, required=False)
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class CadastreSettingsForm(forms.ModelForm):
    """How parcels are named and what is demanded before land changes."""

    class Meta:
        model = CadastreSettings
        fields = ["numbering", "identifier", "demands_tax_clearance"]
        widgets = {"numbering": forms.RadioSelect, "identifier": forms.RadioSelect}


class AreaNameForm(forms.ModelForm):
    """A governorate or locality in each language."""

    class Meta:
        model = AreaName
        fields = ["written", "name_ar", "name_en", "name_fr"]
        widgets = {
            "written": forms.HiddenInput,
            "name_ar": forms.TextInput(attrs={"dir": "rtl"}),
            "name_en": forms.TextInput(attrs={"dir": "ltr"}),
            "name_fr": forms.TextInput(attrs={"dir": "ltr"}),
        }


def area_names(sent: Mapping[str, Any] | None) -> "BaseModelFormSet[AreaName, AreaNameForm]":
    """Return the names of all governorates and localities of the basins, also those that have none yet."""
    known = set(AreaName.objects.values_list("written", flat=True))
    basins = Basin.objects.in_force().values_list("governorate", "locality").distinct()
    missing = sorted({name for pair in basins for name in pair if name} - known)
    kind = modelformset_factory(AreaName, form=AreaNameForm, extra=len(missing))
    return kind(sent, prefix="areas", initial=[{"written": name} for name in missing])


class SourceForm(forms.ModelForm):
    """A document to attach."""

    kind = forms.ChoiceField(label=_("Kind"), choices=SourceKind.choices)
    scan = forms.FileField(
        label=_("Scan"), required=False, help_text=_("PDF, PNG, JPEG or TIFF, at most 30 MB.")
    )

    class Meta:
        model = Source
        fields = ["kind", "number", "dated_on", "title"]
        widgets = {"dated_on": forms.DateInput(attrs={"type": "date"})}
