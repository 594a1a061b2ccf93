"""Lists with search, sorting, paging and export, the same on every page."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from core.sheets import harmless

PER_PAGE = 50


@dataclass(frozen=True)
class Column:
    """A column of a list: its name in addresses, its title, what it sorts by (nothing: not sortable)."""

    name: str
    title: Any
    order: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Heading:
    """A column's head as the page draws it."""

    title: Any
    link: str
    sorted: str
    is_number: bool


class Listing:
    """One request's view of a query set.

    `search` are the fields of which one must hold each word of the parameter `asked`; `order` is how
    the rows lie while nobody sorts them. A second list on a page has another name for its pages (`paged`).
    """

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        *,
        columns: Sequence[Column],
        search: Sequence[str] = (),
        order: Sequence[str] = (),
        asked: str = "q",
        paged: str = "page",
    ) -> None:
        self.request = request
        self.paged = paged
        self.columns = columns
        self.order = order
        self.q = request.GET.get(asked, "").replace("\x00", "").strip()[:100]
        self.sort = self._sort()
        self.rows = self._found(rows, search).order_by(*self._order(), "pk")

    @cached_property
    def page(self) -> Page[Any]:
        """Return the asked page, or the nearest there is."""
        return Paginator(self.rows, PER_PAGE).get_page(self.request.GET.get(self.paged))

    @property
    def headings(self) -> list[Heading]:
        """Return each column's head with the link that sorts by it, or turns the order round."""
        return [self._heading(column) for column in self.columns]

    def link(self, **changes: Any) -> str:
        """Return this page's query string with something changed (None: left out)."""
        query = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    @property
    def previous_link(self) -> str:
        """Return the link to the page before."""
        return self.link(**{self.paged: self.page.previous_page_number()})

    @property
    def next_link(self) -> str:
        """Return the link to the page after."""
        return self.link(**{self.paged: self.page.next_page_number()})

    @property
    def export_link(self) -> str:
        """Return the link to all rows as CSV."""
        return self.link(**{"format": "csv", self.paged: None})

    @property
    def wants_csv(self) -> bool:
        """Say whether all rows were asked for as a file."""
        return self.request.GET.get("format") == "csv"

    def _sort(self) -> str:
        asked = self.request.GET.get("sort", "")
        known = {column.name for column in self.columns if column.order}
        return asked if asked.removeprefix("-") in known else ""

    def _order(self) -> Sequence[str]:
        orders = {column.name: column.order for column in self.columns}
        name = self.sort.removeprefix("-")
        if not name:
            return self.order
        order = orders[name]
        if self.sort.startswith("-"):
            order = order.removeprefix("-") if order.startswith("-") else f"-{order}"
        return [order]

    def _found(self, rows: QuerySet[Any], search: Sequence[str]) -> QuerySet[Any]:
        for word in self.q.split():
            rows = rows.filter(_any(Q(**{f"{name}__icontains": word}) for name in search))
        return rows

    def _heading(self, column: Column) -> Heading:
        if not column.order:
            return Heading(column.title, "", "", column.is_number)
        turned = f"-{column.name}" if self.sort == column.name else column.name
        state = {column.name: "ascending", f"-{column.name}": "descending"}.get(self.sort, "")
        return Heading(column.title, self.link(**{"sort": turned, self.paged: None}), state, column.is_number)


def _any(conditions: Iterable[Q]) -> Q:
    total = Q()
    for condition in conditions:
        total |= condition
    return total


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_response(
    name: str, columns: Mapping[Any, Callable[[Any], Any]], rows: Iterable[Any]
) -> StreamingHttpResponse:
    """Return rows as a CSV file that spreadsheets open in Arabic and never run."""
    writer = csv.writer(_Echo())

    def lines() -> Iterable[str]:
        yield "\ufeff" + writer.writerow([str(title) for title in columns])
        for row in rows:
            yield writer.writerow([_cell(value(row)) for value in columns.values()])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return harmless(str(value))
