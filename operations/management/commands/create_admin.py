"""Make the first administrator of a portal that has nobody yet."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Membership
from accounts.roles import Role


class Command(BaseCommand):
    """`manage.py create_admin NAME`: a password is made and shown once."""

    help = "Make an administrator, who then makes the other accounts in the browser."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user name."""
        parser.add_argument("name")
        parser.add_argument("--email", default="")

    @transaction.atomic
    def handle(self, *args: Any, name: str, email: str, **options: Any) -> None:
        """Make the account and show its password."""
        users = get_user_model().objects
        if users.filter(username=name).exists():
            raise CommandError(f"The user {name} exists already: choose another name.")
        password = secrets.token_urlsafe(12)
        user = users.create_user(username=name, email=email, password=password)
        Membership.objects.create(user=user, role=Role.ADMIN.value)
        self.stdout.write(f"Administrator {name}, password {password} - change it after the first sign-in.")
