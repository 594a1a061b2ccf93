"""How Django finds this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Staff and citizens, their roles and tokens, and the one policy."""

    name = "accounts"
