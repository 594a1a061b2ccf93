"""Looking at the portal as another role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import actions, reasons
from accounts.access import for_signed_in
from accounts.authentication import VIEW_AS_KEY, forget_subject, memberships_of, subject_of
from accounts.models.viewing_as import VIEWABLE_ROLES
from accounts.roles import Role
from core.errors import NotFound


@require_http_methods(["GET", "POST"])
@for_signed_in
def view_as(request: HttpRequest) -> HttpResponse:
    """Begin to look as a role, or (with no role) stop; for administrators, whatever they look as now."""
    user_id = subject_of(request).user_id or 0
    if Role.ADMIN not in memberships_of(user_id):
        raise NotFound(reasons.NOT_FOUND)
    if request.method == "GET":
        return render(request, "accounts/view_as.html", {"roles": VIEWABLE_ROLES})
    role = request.POST.get("role", "")
    if role in dict(VIEWABLE_ROLES):
        request.session[VIEW_AS_KEY] = role
        actions.begin_viewing(user_id=user_id, role=role)
    else:
        request.session.pop(VIEW_AS_KEY, None)
        actions.end_viewing(user_id=user_id)
    forget_subject(request)
    return redirect("/" if role in {"public", Role.CITIZEN} else "/staff/")
