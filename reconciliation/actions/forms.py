"""Giving a queue a form of the municipality's own, and taking it back."""

from django.core.files.base import ContentFile
from django.db import connection, transaction

from accounts.models import User
from reconciliation.forms.reading import read
from reconciliation.models import VisitForm


@transaction.atomic
def publish(*, queue: str, body: bytes, by: User) -> VisitForm:
    """Make an XLSForm the form of a queue's visits; raises `BrokenForm` and changes nothing where it has faults."""
    form = read(body)
    made = VisitForm(
        queue=queue, version=_next(queue), title=form.title, questions=form.questions, xform=form.xform, by=by
    )
    made.file.save(f"{queue}-{made.version}.xlsx", ContentFile(body), save=False)
    made.save()
    return made


@transaction.atomic
def withdraw(*, queue: str, by: User) -> VisitForm:
    """Go back to the questions that the queue declares; the forms of before stay with their visits."""
    return VisitForm.objects.create(queue=queue, version=_next(queue), by=by)


def current(queue: str) -> VisitForm | None:
    """Return the form that visits of a queue are made with now, None for the queue's own questions."""
    newest = VisitForm.objects.filter(queue=queue).order_by("-version").first()
    return newest if newest is not None and newest.questions else None


def _next(queue: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 57))", [queue])
    newest = VisitForm.objects.filter(queue=queue).order_by("-version").first()
    return newest.version + 1 if newest else 1
