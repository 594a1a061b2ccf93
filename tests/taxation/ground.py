"""Packs, units and liable parties for tests of taxation."""

from datetime import date
from decimal import Decimal as D

from parties.models import Party
from taxation.actions import packs
from taxation.actions.assessing import set_shares
from taxation.models import RulePack, TaxUnit

NEW_YEAR = date(2026, 1, 1)


def pack(code: str = "ps-building", *, valid_from: date = date(2020, 1, 1), **more) -> RulePack:
    made = packs.install(code, valid_from=valid_from)
    if more:
        RulePack.objects.filter(pk=made.pk).update(**more)
        made.refresh_from_db()
    return made


def unit(key: int = 1, *, area: str = "120", subject: str = "building", **facts) -> TaxUnit:
    return TaxUnit.objects.create(
        collection="units",
        feature_id=key,
        subject=subject,
        label=f"209-{key}",
        area_m2=D(area),
        use="residential",
        facts=facts,
    )


def owned(
    tax_unit: TaxUnit, *nums: int, den: int = 1, role: str = "owner", since: date = date(2020, 1, 1)
) -> list[Party]:
    owners = [
        Party.objects.create(approved_name=f"مالك {tax_unit.pk}-{n}") for n, _num in enumerate(nums or (1,))
    ]
    shares = [(owner.pk, num) for owner, num in zip(owners, nums or (1,), strict=True)]
    set_shares(tax_unit, shares, den=den, role=role, on=since)
    return owners
