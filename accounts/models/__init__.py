"""Persons who sign in, the roles they hold, the exceptions made for roles, and their tokens."""

from accounts.models.membership import Membership
from accounts.models.user import User

__all__ = ["Membership", "User"]
