"""A portal that begins empty gets its first administrator from the console."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from accounts.models import Membership

pytestmark = pytest.mark.django_db


def test_the_first_administrator_can_sign_in_with_the_password_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("create_admin", "rana")
    shown = capsys.readouterr().out.split("password ")[1].split()[0]
    user = get_user_model().objects.get(username="rana")
    assert user.check_password(shown)
    assert list(Membership.objects.filter(user=user).values_list("role", flat=True)) == ["admin"]


def test_an_existing_user_is_never_made_administrator_this_way() -> None:
    get_user_model().objects.create_user("rana", password="hers alone")
    with pytest.raises(CommandError, match="exists already: choose another name"):
        call_command("create_admin", "rana")
    assert not Membership.objects.exists()
