"""Confirming the municipal services at a unit: the officer's word, beside what the layers showed."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Unprocessable
from taxation import services
from taxation.models import ServiceCount, TaxUnit


@transaction.atomic
def confirm(
    unit: TaxUnit, *, confirmed: set[str], supplementary: bool, metres: Decimal, by: Any
) -> ServiceCount:
    """Keep a confirmed count with its evidence, and give the unit its fact."""
    unknown = confirmed - set(services.TITLES)
    if unknown:
        raise Unprocessable(_("There is no such service"), fields={"service": ", ".join(sorted(unknown))})
    unit = TaxUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    shown = services.of(unit, metres=metres)
    kept = {one.code: {**one.as_dict(), "confirmed": one.code in confirmed} for one in shown}
    count = ServiceCount.objects.create(
        unit=unit, services=kept, count=len(confirmed), supplementary=supplementary, by=by
    )
    unit.facts = {**unit.facts, "services": str(len(confirmed)), "supplementary": supplementary}
    unit.version += 1
    unit.save(update_fields=["facts", "version"])
    return count
