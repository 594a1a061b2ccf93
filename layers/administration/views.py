"""Arrange the catalogue: which layers there are, in which order, for whom."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import policy
from accounts.access import for_roles
from accounts.policy import Subject, Verb, subject_of
from accounts.roles import Role
from layers import registry
from layers.administration.forms import AUDIENCE, EntryForm, GroupForm
from layers.collections import Collection
from layers.models import CatalogueEntry, Group


@for_roles(Role.ENGINEER, Role.SURVEYOR, Role.NETWORK)
def layer_list(request: HttpRequest) -> HttpResponse:
    """List the layers under their headings; for administrators the hidden ones too."""
    subject = subject_of(request)
    groups = {group.slug: group for group in Group.objects.all()}
    hidden = set(CatalogueEntry.objects.filter(is_hidden=True).values_list("collection", flat=True))
    rows: dict[str, list[dict[str, object]]] = {slug: [] for slug in groups}
    for one in sorted(registry.everything().values(), key=lambda each: (each.order, str(each.title))):
        if subject.is_admin or (one.id not in hidden and policy.decide(subject, Verb.VIEW, one)):
            rows.setdefault(one.group, []).append(_row(one, hidden, subject))
    headed = [(groups.get(slug), members) for slug, members in rows.items() if members]
    return render(request, "layers/layer_list.html", {"groups": headed, "is_admin": subject.is_admin})


def _row(one: Collection, hidden: set[str], subject: Subject) -> dict[str, object]:
    names = dict(AUDIENCE)
    audience = [str(names.get(role, role)) for role in sorted(one.view_roles)]
    may_manage = bool(policy.decide(subject, Verb.MANAGE, one))
    return {"layer": one, "audience": audience, "is_hidden": one.id in hidden, "may_manage": may_manage}


@for_roles(Role.ADMIN)
def layer_edit(request: HttpRequest, collection: str) -> HttpResponse:
    """Change what the catalogue says of one layer."""
    one = registry.everything().get(collection)
    if one is None:
        raise registry.unknown()
    entry = CatalogueEntry.objects.filter(collection=collection).first()
    form = EntryForm(request.POST or None, instance=entry, collection=one)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. It holds from the next request on."))
        return redirect("layer_list")
    status = 422 if form.errors else 200
    return render(request, "layers/layer_edit.html", {"form": form, "layer": one}, status=status)


@for_roles(Role.ADMIN)
def group_edit(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Change a heading of the layer list, or add one."""
    group = Group.objects.filter(slug=slug).first() if slug else None
    if slug and group is None:
        raise registry.unknown()
    form = GroupForm(request.POST or None, instance=group)
    if group is not None:
        del form.fields["slug"]
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. It holds from the next request on."))
        return redirect("layer_list")
    status = 422 if form.errors else 200
    return render(request, "layers/group_edit.html", {"form": form, "group": group}, status=status)
