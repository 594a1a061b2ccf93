"""Forms of the register: each field as its table has it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buildings.models import Building, BuildingSettings, Entrance, Floor, Occupancy, Permit, Unit
from cadastre.models import Street
from core.errors import DomainError
from parties.models import Party


def refuse(form: forms.BaseForm, refusal: DomainError) -> None:
    """Write into a form what an action refused: each fault beside its field, the rest above."""
    for field, text in refusal.fields.items():
        form.add_error(field if field in form.fields else None, str(text))
    form.add_error(None, f"{refusal.title} {refusal.detail}".strip())


class OnStreetForm(forms.ModelForm):
    """What lies along a street that is there today."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        streets = cast(forms.ModelChoiceField, self.fields["street"])
        streets.queryset = Street.objects.in_force().order_by("name_ar")


class BuildingForm(OnStreetForm):
    """What is written of a building."""

    class Meta:
        model = Building
        fields = (
            "code", "street", "house_number", "name_ar", "name_en", "name_fr", "use", "condition", "construction",
            "floors", "height_m", "year_built",
        )  # fmt: skip


class FloorForm(forms.ModelForm):
    """A floor."""

    class Meta:
        model = Floor
        fields = ("level", "use", "covered_m2", "permit")


class UnitForm(forms.ModelForm):
    """A unit."""

    class Meta:
        model = Unit
        fields = ("number", "floor", "use", "area_m2", "condition")


class EntranceForm(OnStreetForm):
    """A door."""

    class Meta:
        model = Entrance
        fields = ("number", "street", "is_main")


class PermitForm(forms.ModelForm):
    """A building permit."""

    class Meta:
        model = Permit
        fields = ("number", "issued_on", "use", "floors", "covered_m2")
        widgets = {"issued_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class OccupancyForm(forms.ModelForm):
    """Who uses a unit from a day on, and until another."""

    def __init__(self, *args: Any, people: Iterable[Party] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        occupant = cast(forms.ModelChoiceField, self.fields["party"])
        occupant.queryset = Party.objects.filter(pk__in={one.pk for one in people}).order_by("approved_name")
        occupant.empty_label = _("nobody of the single record")

    class Meta:
        model = Occupancy
        fields = ("kind", "party", "name", "since", "until")
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("since", "until")
        }


class PhotoForm(forms.Form):
    """A photograph."""

    photo = forms.FileField(
        label=_("Photograph"), widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})
    )
    caption = forms.CharField(label=_("Caption"), max_length=160, required=False)
    taken_on = forms.DateField(
        label=_("Taken on"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class SettingsForm(forms.ModelForm):
    """Choices about numbers."""

    class Meta:
        model = BuildingSettings
        fields = ("grammar", "numbering", "number_step_m", "permits_since")
