"""People, owners and steps that the cadastre's tests share."""

from datetime import date

from accounts.models import Membership, User
from cadastre.actions.records import submit_record
from cadastre.models import BAUnit, Parcel, Record, Right
from parties.models import Party

TODAY = date(2026, 11, 21)


def person(name: str, role: str) -> User:
    """Return a user with one role."""
    user = User.objects.create_user(username=name, password="secret-for-tests")
    Membership.objects.create(user=user, role=role)
    return user


def owned(parcel: Parcel, *shares: tuple[str, int, int]) -> BAUnit:
    """Enter owners of a parcel: name, numerator, denominator."""
    unit = BAUnit.objects.create(number=f"R-{parcel.number}")
    unit.parcels.add(parcel)
    for name, num, den in shares:
        party, _made = Party.objects.get_or_create(approved_name=name)
        Right.objects.create(unit=unit, party=party, share_num=num, share_den=den)
    return unit


def submitted(record: Record, by: User) -> Record:
    """Send a record to approval."""
    return submit_record(record_id=record.pk, version=record.version, by=by)
