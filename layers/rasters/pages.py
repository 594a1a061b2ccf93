"""Rasters at /staff/rasters/: the list, how each is shown, its contours, its file, its end."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import policy
from accounts.access import for_roles
from accounts.listing import Column, Listing, csv_response
from accounts.policy import Verb, subject_of
from accounts.roles import STAFF_ROLES, Role
from core.errors import Forbidden
from jobs.actions import enqueue
from layers.actions.rasters import forget_raster
from layers.administration.forms import AUDIENCE
from layers.models import GuardedRaster, Raster, RasterKind
from layers.rasters import tasks
from layers.rasters.access import all_seen, lost, may_manage, seen
from layers.rasters.forms import ContoursForm, LookForm, RasterForm

STAFF = (Role.ENGINEER, Role.SURVEYOR, Role.NETWORK)
COLUMNS = (
    Column("title", gettext_lazy("Raster"), "slug"),
    Column("kind", gettext_lazy("Kind"), "kind"),
    Column("mosaic", gettext_lazy("Mosaic"), "mosaic"),
    Column("taken_on", gettext_lazy("Taken on"), "taken_on"),
    Column("roles", gettext_lazy("Who may see it")),
    Column("size", gettext_lazy("Size"), "size_bytes"),
    Column("added_at", gettext_lazy("Added"), "added_at"),
)
SEARCHED = ("slug", "title_ar", "title_en", "title_fr", "mosaic", "source")
PREVIEW = 640


@never_cache
@for_roles(*STAFF)
def raster_list(request: HttpRequest) -> HttpResponseBase:
    """List the rasters that one may see."""
    subject = subject_of(request)
    rows = Raster.objects.filter(pk__in=[one.pk for one in all_seen(subject)])
    listing = Listing(request, rows, columns=COLUMNS, search=SEARCHED)
    if listing.wants_csv:
        return _as_csv(listing)
    for one in listing.page:
        one.audience = _audience(one)
    return render(request, "rasters/list.html", {"listing": listing})


def _audience(raster: Raster) -> str:
    if set(raster.roles) == STAFF_ROLES:
        return _("Staff of every role")
    names = {key: str(title) for key, title in AUDIENCE}
    return _(", ").join(names.get(role, role) for role in raster.roles) or _("Administrators only")


def _as_csv(listing: Listing) -> HttpResponseBase:
    columns: dict[Any, Callable[[Any], Any]] = {
        _("Key"): lambda one: one.slug,
        _("Raster"): str,
        _("Kind"): lambda one: one.get_kind_display(),
        _("Mosaic"): lambda one: one.mosaic,
        _("Taken on"): lambda one: one.taken_on and one.taken_on.isoformat(),
        _("Who may see it"): _audience,
        _("Source"): lambda one: one.source,
        _("Licence"): lambda one: one.license,
        _("Size"): lambda one: one.size_bytes,
    }
    return csv_response("rasters", columns, listing.rows)


@never_cache
@for_roles(*STAFF)
def raster_page(request: HttpRequest, raster: str) -> HttpResponse:
    """Show a raster; whoever manages it changes what is said of it and how it is drawn."""
    found = seen(subject_of(request), raster)
    may = may_manage(subject_of(request), found)
    if request.method == "POST" and not may:
        raise Forbidden(_("You may not change this raster."))
    form = RasterForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. It holds from the next request on."))
        return redirect("raster-page", raster=found.slug)
    return _page(request, seen(subject_of(request), raster), form if may else None, ContoursForm())


def _page(request: HttpRequest, raster: Raster, form: Any, contours: ContoursForm) -> HttpResponse:
    context = {
        "raster": raster,
        "form": form,
        "contours": contours if raster.kind == RasterKind.ELEVATION else None,
        "epochs": Raster.objects.filter(mosaic=raster.mosaic).exclude(pk=raster.pk) if raster.mosaic else (),
        "may_export": bool(policy.decide(subject_of(request), Verb.EXPORT, GuardedRaster(raster))),
    }
    wrong = bool((form and form.errors) or contours.errors)
    return render(request, "rasters/raster.html", context, status=422 if wrong else 200)


@never_cache
@require_GET
@for_roles(*STAFF)
def preview(request: HttpRequest, raster: str) -> HttpResponse:
    """Draw the whole raster small, as it is or as the parameters say."""
    from layers.rasters import rendering

    found = seen(subject_of(request), raster)
    form = LookForm(
        {**{name: getattr(found, name) for name in LookForm.Meta.fields}, **request.GET.dict()},
        instance=found,
    )
    look = rendering.Look.of(form.instance if form.is_valid() else seen(subject_of(request), raster))
    try:
        return HttpResponse(rendering.small(found.path, look, PREVIEW), content_type="image/png")
    except FileNotFoundError as gone:
        raise lost() from gone


@require_POST
@for_roles(*STAFF)
def contours(request: HttpRequest, raster: str) -> HttpResponse:
    """Have contours drawn by a job; they come as a file of the import page, ready to become a layer."""
    found = seen(subject_of(request), raster)
    form = ContoursForm(request.POST)
    if found.kind != RasterKind.ELEVATION or not form.is_valid():
        manages = may_manage(subject_of(request), found)
        return _page(request, found, RasterForm(instance=found) if manages else None, form)
    title = _("Contours of “%(raster)s”") % {"raster": found}
    job = enqueue(
        tasks.contours,
        found.slug,
        form.cleaned_data["interval"],
        request.user.pk,
        owner=request.user,
        title=title,
    )
    return redirect("job", job_id=job.pk)


@require_POST
@for_roles(*STAFF)
def remove(request: HttpRequest, raster: str) -> HttpResponse:
    """Take a raster off the map, with its file."""
    found = seen(subject_of(request), raster)
    if not may_manage(subject_of(request), found):
        raise Forbidden(_("You may not change this raster."))
    forget_raster(found)
    messages.success(request, _("The raster was removed."))
    return redirect("rasters")


@require_GET
def file(request: HttpRequest, raster: str) -> HttpResponseBase:
    """Give the cloud-optimised GeoTIFF to whoever may take it away."""
    found = seen(subject_of(request), raster)
    policy.require(subject_of(request), Verb.EXPORT, GuardedRaster(found))
    if not found.path.exists():
        raise lost()
    return FileResponse(
        found.path.open("rb"), as_attachment=True, filename=f"{found.slug}.tif", content_type="image/tiff"
    )
