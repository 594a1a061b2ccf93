"""Addresses of accounts and rights."""

from django.urls import path

from accounts.views import tokens, users, view_as, why

urlpatterns = [
    path("staff/users/", users.user_list, name="user_list"),
    path("staff/users/new/", users.user_edit, name="user_new"),
    path("staff/users/<int:pk>/", users.user_edit, name="user_edit"),
    path("staff/why/", why.why, name="why"),
    path("staff/rules/", why.rules, name="access_rules"),
    path("staff/rules/<int:pk>/remove/", why.remove_rule, name="remove_access_rule"),
    path("staff/view-as/", view_as.view_as, name="view_as"),
    path("my/tokens/", tokens.my_tokens, name="my_tokens"),
    path("my/tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
]
