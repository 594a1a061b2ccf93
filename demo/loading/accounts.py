"""The demo accounts: one for each role, with just that role's rights."""

import os

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from accounts.models import Membership
from accounts.roles import Role
from core.instance import secret

PEOPLE = {
    Role.ADMIN: ("سناء", "الخطيب"),
    Role.ENGINEER: ("ليلى", "حداد"),
    Role.APPROVER: ("عماد", "طوقان"),
    Role.ASSESSOR: ("رائد", "كنعان"),
    Role.TREASURER: ("هدى", "بركات"),
    Role.CLERK: ("نبيل", "شاهين"),
    Role.NETWORK: ("طارق", "عواد"),
    Role.SURVEYOR: ("سمير", "منصور"),
    Role.AUDITOR: ("منى", "سعادة"),
    Role.CITIZEN: ("محمد", "أبو غزالة"),
}


def make_accounts() -> str:
    """Make or renew the account of each role and return their common password."""
    password = os.environ.get("DEMO_PASSWORD") or secret("demo_password", length=9)
    # One slow hash serves all: the accounts share the password anyway.
    hashed = make_password(password)
    for role, (given, family) in PEOPLE.items():
        user, _ = get_user_model().objects.update_or_create(
            username=role.value,
            defaults={
                "first_name": given,
                "last_name": family,
                "email": f"{role.value}@demo.example",
                "password": hashed,
                "is_active": True,
            },
        )
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        Membership.objects.exclude(role=role.value).filter(user=user).delete()
        Membership.objects.get_or_create(user=user, role=role.value)
    return password
