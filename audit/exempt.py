"""Tables that the event log leaves out, each with its reason, and secrets that it hides.

A model of ours says so itself, with the class attributes `audit_exempt` (a reason),
`audit_hidden` and `audit_ignored` (names of columns); this is for models of others.
"""

EXEMPT = {
    "django_session": "sign-ins come and go; who changed what is in the events themselves",
    "django_content_type": "made by migrations",
    "auth_permission": "made by migrations; rights follow from roles",
    "auth_group": "not used; rights follow from roles",
    "auth_group_permissions": "not used; rights follow from roles",
    "django_migrations": "the schema's own history",
    "audit_event": "the log itself",
}
# Values kept as a hash: a change is seen, the secret is not.
HIDDEN = {
    "mfa_authenticator": ("data",),
    "account_emailconfirmation": ("key",),
    "accounts_user": ("password",),
}
# A change of these alone is no event.
IGNORED = {"accounts_user": ("last_login",), "mfa_authenticator": ("last_used_at",)}
