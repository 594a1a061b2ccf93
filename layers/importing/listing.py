"""The list of past imports: searched, sorted, in pages."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from layers.importing.models import ImportRun

PAGE = 20
SORTS = {"file": "file_name", "state": "state", "when": "created_at", "size": "size_bytes"}


@dataclass(frozen=True)
class Listing:
    """One page of imports and what it was asked by."""

    page: Page[Any]
    q: str
    sort: str

    def link(self, **changes: str | int) -> str:
        """Return the query string for the same list, changed."""
        query = QueryDict(mutable=True)
        query.update(
            {"q": self.q, "sort": self.sort, **{name: str(value) for name, value in changes.items()}}
        )
        return f"?{query.urlencode()}"


def listing(runs: QuerySet[ImportRun], asked: QueryDict) -> Listing:
    """Read `q`, `sort` (with `-` for descending) and `page`; what makes no sense is left out."""
    q, sort = asked.get("q", "").strip()[:100], asked.get("sort", "-when")
    column = SORTS.get(sort.lstrip("-"))
    if column is None:
        sort, column = "-when", "created_at"
    parts = ImportRun.objects.filter(whole__isnull=False)
    runs = runs.filter(whole=None).annotate(layers=Count("parts"))
    if q:
        named = Q(pk__in=parts.filter(slug__icontains=q).values("whole"))
        runs = runs.filter(Q(file_name__icontains=q) | Q(slug__icontains=q) | named)
    order = f"-{column}" if sort.startswith("-") else column
    return Listing(Paginator(runs.order_by(order, "pk"), PAGE).get_page(asked.get("page")), q, sort)
