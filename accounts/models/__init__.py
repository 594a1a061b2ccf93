"""Persons who sign in, the roles they hold, the exceptions made for roles, and their tokens."""

from accounts.models.access_rule import AccessRule
from accounts.models.api_token import ApiToken
from accounts.models.membership import Membership
from accounts.models.policy_epoch import PolicyEpoch
from accounts.models.shared_cache import SharedCacheEntry
from accounts.models.user import User
from accounts.models.viewing_as import ViewingAs

__all__ = ["AccessRule", "ApiToken", "Membership", "PolicyEpoch", "SharedCacheEntry", "User", "ViewingAs"]
