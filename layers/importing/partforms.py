"""What the page of several layers sends: one small form for each part."""

import re
from collections import Counter
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.policy import Subject
from core.errors import DomainError
from core.text3 import Text3
from layers.importing import actions, joining, planning, targets
from layers.importing.models import ImportRun
from layers.importing.planning import MAX_SLUG, Mode, Plan


class PartForm(forms.Form):
    """Titles, key, reference system and audience of one layer among several."""

    title_ar = forms.CharField(label=_("Title in Arabic"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    title_fr = forms.CharField(label=_("Title in French"), max_length=120, required=False)
    slug = forms.CharField(label=_("Key"), max_length=MAX_SLUG, required=False)
    srid = forms.TypedChoiceField(
        label=_("Coordinate reference system"), coerce=int, required=False, empty_value=None
    )
    public = forms.BooleanField(label=_("Open to the public"), required=False)
    update = forms.BooleanField(required=False)

    def __init__(self, part: ImportRun, data: Any = None) -> None:
        self.part, plan = part, part.planned
        self.updates = plan.mode != Mode.NEW
        super().__init__(
            data,
            prefix=str(part.pk),
            initial={
                **{f"title_{code}": plan.title[code] for code in ("ar", "en", "fr")},
                "slug": plan.slug,
                "srid": plan.srid or "",
                "public": plan.public,
                "update": self.updates,
            },
        )
        known = [
            (one["srid"], f"{one['name']} (EPSG:{one['srid']})") for one in part.layer["crs"]["candidates"]
        ]
        if plan.srid and plan.srid not in dict(known):
            known.insert(0, (plan.srid, f"{part.layer['crs'].get('name', '')} (EPSG:{plan.srid})"))
        self.systems = known
        cast(forms.ChoiceField, self.fields["srid"]).choices = [("", "—"), *known]
        self.fields["title_ar"].widget.attrs |= {"lang": "ar", "dir": "auto"}
        self.fields["title_en"].widget.attrs |= {"lang": "en", "dir": "auto"}
        self.fields["title_fr"].widget.attrs |= {"lang": "fr", "dir": "auto"}
        for name in ("slug", "srid"):
            self.fields[name].widget.attrs |= {"dir": "ltr"}

    @property
    def shown(self) -> list[forms.BoundField]:
        """Return the fields that stand side by side."""
        return [self[name] for name in ("title_ar", "title_en", "title_fr", "slug", "srid")]

    def clean(self) -> dict[str, Any]:
        """Want a title and a free key of a layer of its own; one that is brought up to date has both."""
        given = super().clean() or {}
        if self.updates and given.get("update"):
            return given
        if not any(given.get(f"title_{code}") for code in ("ar", "en", "fr")):
            self.add_error("title_ar", _("Give the layer a title in at least one language."))
        slug = str(given.get("slug", ""))
        if not re.fullmatch(r"[a-z][a-z0-9-]*", slug):
            self.add_error("slug", _("Use lower-case Latin letters, digits and hyphens, a letter first."))
        elif actions.is_taken(slug):
            self.add_error("slug", _("There is already a layer with this key. Choose another."))
        return given

    def change(self, elsewhere: int | None) -> Plan:
        """Return the part's plan as given; `elsewhere` is the system of those that name none."""
        given, plan = self.cleaned_data, self.part.planned
        plan = plan.with_(srid=given.get("srid") or elsewhere, public=given["public"])
        if self.updates and given["update"]:
            return plan
        names = Text3(*(given[f"title_{code}"] for code in ("ar", "en", "fr")))
        return plan.with_(slug=given["slug"], title=names.as_dict(), mode=Mode.NEW, key="")


class PartForms:
    """The forms of all parts that are still to be loaded, and the reference system that they share."""

    def __init__(self, parts: list[ImportRun], data: Any = None) -> None:
        self.forms = [PartForm(part, data) for part in parts]
        self.data = data
        silent = [form for form in self.forms if form.part.planned.srid is None]
        # Asked for once where several layers name none.
        self.shared = silent[0].systems if len(silent) > 1 else []

    @classmethod
    def of(cls, request: HttpRequest, parts: list[ImportRun]) -> "PartForms":
        """Read what was sent."""
        return cls(parts, request.POST)

    def plans(self, subject: Subject) -> dict[ImportRun, Plan] | None:
        """Return how each part is to be loaded, or None when something is to be mended first."""
        # Every form is asked before any is judged: all faults show at once.
        faulty = [form for form in self.forms if form.errors]
        if faulty:
            return None
        said = str(self.data.get("srid", ""))
        elsewhere = int(said) if said in {str(code) for code, _name in self.shared} else None
        plans = {form.part: form.change(elsewhere) for form in self.forms}
        for form, plan in zip(self.forms, plans.values(), strict=True):
            _check(form, plan, subject)
        self._check_keys(plans)
        return None if any(form.errors for form in self.forms) else plans

    def _check_keys(self, plans: dict[ImportRun, Plan]) -> None:
        counted = Counter(plan.slug for plan in plans.values())
        for form in self.forms:
            if counted[plans[form.part].slug] > 1:
                form.add_error("slug", _("Two of these layers have this key. Choose another."))


def _check(form: PartForm, plan: Plan, subject: Subject) -> None:
    try:
        planning.check(plan, form.part.layer)
        targets.find(plan, subject)
        if plan.placed_by:
            joining.find(plan, subject)
    except DomainError as error:
        form.add_error("srid" if getattr(error, "code", "").startswith("crs_") else None, str(error.title))
