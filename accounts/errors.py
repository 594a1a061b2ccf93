"""Refusals of sign-in and tokens."""

from core.errors import DomainError


class NotSignedIn(DomainError):
    """Nobody is signed in, or the token is unknown, revoked or expired (RFC 6750, 3.1)."""

    status = 401
