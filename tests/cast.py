"""The people of the tests: one for each role, a stranger for everything else."""

from collections.abc import Iterable

from accounts.models import Membership, User
from municipality.models import District


def person(role: str = "", *, username: str = "", districts: Iterable[District] = ()) -> User:
    """Return a user with one role, everywhere or in some districts; without a role, a stranger who signed in."""
    user = User.objects.create_user(
        username or role or "stranger", f"{username or role or 'stranger'}@town.example"
    )
    if role:
        membership = Membership.objects.create(user=user, role=role)
        membership.districts.set(districts)
    return user
