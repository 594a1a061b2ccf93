"""The user administration."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.access import for_roles
from accounts.authentication import subject_of
from accounts.forms import UserForm
from accounts.listing import Column, Listing, csv_response
from accounts.models import Membership, User
from accounts.roles import Role
from core.errors import DomainError

COLUMNS = (
    Column("username", _("User name"), "username"),
    Column("name", _("Name"), "last_name"),
    Column("roles", _("Roles")),
    Column("email", _("E-mail address"), "email"),
    Column("last_login", _("Last sign-in"), "last_login"),
    Column("is_active", _("May sign in"), "is_active"),
)
SEARCHED = ("username", "first_name", "last_name", "email")


@for_roles(Role.ADMIN)
def user_list(request: HttpRequest) -> HttpResponseBase:
    """List the people who can sign in."""
    memberships = Membership.objects.prefetch_related("districts")
    users = User.objects.prefetch_related(Prefetch("memberships", memberships))
    role = request.GET.get("role", "")
    if role in Role.values:
        users = users.filter(memberships__role=role)
    listing = Listing(request, users, columns=COLUMNS, search=SEARCHED)
    if listing.wants_csv:
        return _as_csv(listing)
    return render(
        request, "accounts/user_list.html", {"listing": listing, "roles": Role.choices, "role": role}
    )


@for_roles(Role.ADMIN)
def user_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a person's account."""
    user = get_object_or_404(User, pk=pk) if pk else None
    form = UserForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_user(form=form, by_id=subject_of(request).user_id or 0)
        except DomainError as refusal:
            form.add_error(None, str(refusal.title))
        else:
            messages.success(request, gettext("%(name)s is saved.") % {"name": saved.display_name})
            return redirect("user_list")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/user_edit.html", {"form": form, "person": user}, status=status)


def _as_csv(listing: Listing) -> HttpResponseBase:
    columns = {
        _("User name"): lambda user: user.username,
        _("Name"): lambda user: user.get_full_name(),
        _("Roles"): lambda user: "; ".join(str(row.get_role_display()) for row in user.memberships.all()),
        _("E-mail address"): lambda user: user.email,
        _("Last sign-in"): lambda user: user.last_login and user.last_login.isoformat(timespec="minutes"),
        _("May sign in"): lambda user: gettext("yes") if user.is_active else gettext("no"),
    }
    return csv_response("users", columns, listing.rows)
