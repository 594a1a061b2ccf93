"""Refusals: what the portal says no to, as values that a page or a program can explain."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A refusal with a reason in the user's language.

    `status` is the HTTP status of the answer, `title` one translated line, `fields` what is
    wrong with each named input. Raised by actions, turned into a page, a form error or
    `application/problem+json` (RFC 9457) by `core.middleware.DomainErrorMiddleware`.
    """

    status = 400

    def __init__(self, title: Any, *, detail: Any = "", fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.fields = dict(fields or {})


class NotFound(DomainError):
    """What was asked for does not exist, or may not be known to exist."""

    status = 404


class Forbidden(DomainError):
    """The user is known and may not do this."""

    status = 403


class Conflict(DomainError):
    """The thing is not in a state in which this can be done."""

    status = 409


class PreconditionFailed(DomainError):
    """The thing changed since it was read (RFC 9110, 13.1.1)."""

    status = 412


class PreconditionRequired(DomainError):
    """An edit came without If-Match (RFC 6585, 3)."""

    status = 428


class TooLarge(DomainError):
    """More was sent or asked for than the portal takes at once."""

    status = 413


class Unprocessable(DomainError):
    """Well formed, but it cannot be carried out."""

    status = 422
