"""Who a user of the portal is in the single record."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from parties.models.party import Party


class OnlineAccess(models.Model):
    """A person's own record opened to a user, once somebody at the counter has seen the person's papers."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="online_access",
        verbose_name=_("user"),
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="online_accesses", verbose_name=_("party")
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    given_at = models.DateTimeField(_("given at"), db_default=Now(), editable=False)

    def __str__(self) -> str:
        """Return the user's name."""
        return str(self.user)
