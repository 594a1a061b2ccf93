"""The sign-in form, in this portal's words."""

from typing import Any

from allauth.account.forms import LoginForm
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """User name or e-mail address, and the password."""

    sign_up_is_open = settings.CITIZEN_SIGN_UP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail address")
        self.fields["login"].widget.attrs["dir"] = "auto"
        for field in self.fields.values():
            # The label says it already, and a placeholder takes the direction of what is typed.
            field.widget.attrs.pop("placeholder", None)
        self.fields["password"].label = _("Password")
        if "remember" in self.fields:
            self.fields["remember"].label = _("Stay signed in on this device")
        if not settings.MAIL_IS_CONFIGURED:
            # Without mail nobody can reset a password alone.
            self.fields["password"].help_text = _("Forgot it? Ask an administrator for a new one.")
