"""Forms of the user administration, tokens and rules."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessRule, User
from accounts.roles import Role
from accounts.targets import targets
from accounts.verbs import Verb
from municipality.models import District


class UserForm(forms.ModelForm):
    """A person and the roles they hold, each everywhere or in some districts."""

    password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave empty to keep the present one."),
    )

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "preferred_language", "is_active"]
        labels = {"username": _("User name"), "email": _("E-mail address"), "is_active": _("May sign in")}
        help_texts = {"username": _("Letters, digits and @ . + - _"), "is_active": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {}
        if self.instance.pk:
            rows = self.instance.memberships.prefetch_related("districts")
            held = {row.role: [district.pk for district in row.districts.all()] for row in rows}
        else:
            self.fields["password"].required = True
            self.fields["password"].help_text = ""
        districts = [(district.pk, str(district)) for district in District.objects.all()]
        for role in Role:
            self.fields[f"role_{role}"] = forms.BooleanField(
                label=role.label, required=False, initial=role.value in held
            )
            if districts:
                self.fields[f"districts_{role}"] = forms.TypedMultipleChoiceField(
                    label=_("Only in these districts"),
                    choices=districts,
                    coerce=int,
                    required=False,
                    initial=held.get(role.value, []),
                    widget=forms.CheckboxSelectMultiple,
                )

    def role_rows(self) -> list[dict[str, Any]]:
        """Return the fields of each role for the page."""
        return [
            {
                "role": self[f"role_{role}"],
                "districts": self[f"districts_{role}"] if self._limits(role) else None,
            }
            for role in Role
        ]

    def person_fields(self) -> list[forms.BoundField]:
        """Return the fields about the person."""
        return [self[name] for name in (*self.Meta.fields, "password")]

    def clean_password(self) -> str:
        """Check the password against the portal's rules."""
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self.instance)
        return password

    def clean_email(self) -> str:
        """Refuse an address that belongs to somebody else: it signs in."""
        email: str = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Somebody else has this e-mail address."))
        return email

    def roles(self) -> dict[str, list[int]]:
        """Return the chosen roles with their districts (none: everywhere)."""
        return {
            role.value: self.cleaned_data.get(f"districts_{role}", [])
            for role in Role
            if self.cleaned_data.get(f"role_{role}")
        }

    def _limits(self, role: Role) -> bool:
        return f"districts_{role}" in self.fields and role != Role.ADMIN and role != Role.CITIZEN


class TokenForm(forms.Form):
    """A token to be made."""

    LIFETIMES = [("30", _("30 days")), ("90", _("90 days")), ("365", _("one year"))]

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What will use it, for example “QGIS on my desk”.")
    )
    verbs = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Verb.choices,
        initial=[Verb.VIEW.value],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may do yourself."),
    )
    lifetime = forms.ChoiceField(label=_("Valid for"), choices=LIFETIMES, initial="90")

    @property
    def expires_at(self) -> Any:
        """Return when the token ends."""
        return timezone.now() + timedelta(days=int(self.cleaned_data["lifetime"]))


class RuleForm(forms.ModelForm):
    """An exception to what a layer declares."""

    class Meta:
        model = AccessRule
        fields = ["allow", "role", "verb", "collection", "field", "district", "reason"]
        widgets = {"allow": forms.Select}
        help_texts = {
            "field": _("Empty: the whole layer."),
            "district": _("Empty: everywhere."),
            "reason": _("For whoever asks later why this rule exists."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = targets()
        self.fields["collection"] = forms.ChoiceField(
            label=_("layer"), choices=[(name, str(target.title)) for name, target in known.items()]
        )
        names = {
            field.name: str(field.title or field.name) for target in known.values() for field in target.fields
        }
        self.fields["field"] = forms.ChoiceField(
            label=_("field"),
            required=False,
            choices=[("", "—"), *sorted(names.items(), key=lambda pair: pair[1])],
            help_text=_("Empty: the whole layer."),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a field that the layer does not have."""
        values = super().clean() or {}
        target = targets().get(values.get("collection", ""))
        if target and values.get("field") and values["field"] not in {field.name for field in target.fields}:
            self.add_error("field", _("The layer has no such field."))
        return values
