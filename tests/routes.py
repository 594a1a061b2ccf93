"""Every address of the portal and whom it answers; a route that is not listed here fails the test."""

# Anybody, signed in or not. What such an address shows is still cut to what the public may see.
PUBLIC = {
    "",
    "design/",
    "healthz",
    "readyz",
    "api/",
    "api/openapi.json",
    "api/docs",
    "tiles/<slug:collection>/<int:z>/<int:x>/<int:y>.mvt",
    "api/v1/catalogue",
    "api/v1/collections/<collection>/extent",
    "api/v1/collections/<collection>/items",
    "api/v1/collections/<collection>/items/<fid>",
    "api/v1/collections/<collection>/legend",
    "api/v1/collections/<collection>/schema",
    "api/v1/history",
    "api/v1/search",
    "basemaps/<slug:name>.pmtiles",
    "rasters/<slug:raster>/<int:z>/<int:x>/<int:y>.png",
    "pay/test/<str:reference>/",
    "pay/<slug:via>/return/<str:reference>/",
    "pay/<slug:via>/callback/",
    "verify/<str:token>/",
    "accounts/login/",
    "accounts/logout/",
    "accounts/inactive/",
    "accounts/signup/",
    "accounts/confirm-email/",
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$",
    "accounts/password/reset/",
    "accounts/password/reset/done/",
    "accounts/password/reset/key/done/",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    "accounts/login/code/confirm/",
    "accounts/2fa/authenticate/",
    "accounts/2fa/webauthn/login/",
}

# Whoever has signed in, for what is their own.
SIGNED_IN = {
    "my/",
    "accounts/reauthenticate/",
    "accounts/email/",
    "accounts/password/change/",
    "accounts/password/set/",
    "accounts/2fa/",
    "accounts/2fa/reauthenticate/",
    "accounts/2fa/totp/activate/",
    "accounts/2fa/totp/deactivate/",
    "accounts/2fa/recovery-codes/",
    "accounts/2fa/recovery-codes/generate/",
    "accounts/2fa/recovery-codes/download/",
    "accounts/2fa/webauthn/",
    "accounts/2fa/webauthn/add/",
    "accounts/2fa/webauthn/keys/<int:pk>/remove/",
    "accounts/2fa/webauthn/keys/<int:pk>/edit/",
    "accounts/2fa/webauthn/reauthenticate/",
    "my/tokens/",
    "my/tokens/<int:pk>/revoke/",
    "api/v1/me",
    "api/v1/jobs/<uuidstr:job_id>",
    "api/v1/jobs/<uuidstr:job_id>/cancel",
}

# Staff of any role.
STAFF = {
    "staff/parcels/",
    "staff/parcels/<int:parcel_id>/",
    "staff/parcels/<int:parcel_id>/extract.pdf",
    "staff/records/",
    "staff/records/<int:record_id>/",
    "staff/records/<int:record_id>/documents/",
    "staff/records/<int:record_id>/reverse/",
    "staff/records/<int:record_id>/<slug:step>/",
    "staff/quality/",
    "staff/quality/<int:finding_id>/accept/",
    "api/v1/parcels/<int:parcel_id>/lineage",
    "api/v1/parcels/around",
    "api/v1/parcels/preview",
    "api/v1/parcels/traverse",
    "api/v1/records",
    "api/v1/records/<int:record_id>",
    "api/v1/records/<int:record_id>/approve",
    "api/v1/records/<int:record_id>/choices",
    "api/v1/records/<int:record_id>/operations",
    "api/v1/records/<int:record_id>/presence",
    "api/v1/records/<int:record_id>/preview",
    "api/v1/records/<int:record_id>/reasons",
    "api/v1/records/<int:record_id>/redo",
    "api/v1/records/<int:record_id>/return",
    "api/v1/records/<int:record_id>/reverse",
    "api/v1/records/<int:record_id>/sources",
    "api/v1/records/<int:record_id>/sources/<int:source_id>",
    "api/v1/records/<int:record_id>/submit",
    "api/v1/records/<int:record_id>/undo",
    "api/v1/records/<int:record_id>/withdraw",
    "api/v1/queues",
    "api/v1/queues/<slug:key>/cases/<int:case_id>",
    "api/v1/queues/<slug:key>/fill",
    "staff/queues/",
    "staff/queues/<slug:key>/",
    "staff/queues/<slug:key>/fill/",
    "staff/queues/<slug:key>/assign/",
    "staff/queues/<slug:key>/<int:case_id>/",
    "staff/queues/<slug:key>/<int:case_id>/<slug:step>/",
    "staff/",
    "staff/jobs/",
    "staff/jobs/<uuid:job_id>/",
    "staff/jobs/<uuid:job_id>/cancel/",
}

MONEY = frozenset({"assessor", "treasurer", "clerk", "auditor"})
TILL = frozenset({"clerk", "treasurer"})
TREASURY = frozenset({"treasurer", "auditor"})
ASSESSING = MONEY | {"approver"}

# Staff of the named roles only (an administrator always).
IMPORTERS = frozenset({"engineer", "surveyor", "network"})
ROLES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "staff/accounts/",
            *(
                f"staff/accounts/<int:party_id>/{page}"
                for page in ("", "statement.pdf", "demand.pdf", "statement.csv", "statement.xlsx")
            ),
            "staff/tax/parties/<int:party_id>/",
            "staff/tax/clearances/<int:pk>.pdf",
            "api/v1/accounts/<int:party>",
            "staff/tax/bills/<int:pk>/bill.pdf",
            "staff/tax/collection/",
        ),
        MONEY,
    ),
    **dict.fromkeys(
        (
            *(f"staff/accounts/<int:party_id>/{page}/" for page in ("pay", "advance", "write-off")),
            *(f"staff/cashier/{page}" for page in ("", "open/", "<int:pk>/close/")),
            *(f"staff/receipts/<int:pk>/{page}" for page in ("", "receipt.pdf")),
            "api/v1/payments",
            "api/v1/online-payments",
            "api/v1/receipts/<int:pk>",
            "staff/tax/parties/<int:party_id>/clear/",
        ),
        TILL,
    ),
    **dict.fromkeys(
        (
            *("staff/days/", "staff/journal/", "staff/journal/verify/", "staff/journal/<int:pk>/"),
            *("staff/reliefs/", "staff/online/", "staff/online/payments.csv"),
        ),
        TREASURY,
    ),
    **dict.fromkeys(
        (
            "staff/accounts/<int:party_id>/pay-back/",
            "staff/write-offs/<int:pk>/sign/",
            "staff/receipts/<int:pk>/void/",
            "api/v1/receipts/<int:pk>/void",
            "api/v1/refunds",
            "api/v1/online-payments/<str:reference>/refund",
            "api/v1/days",
            "staff/days/close/",
            "staff/accounts/<int:party_id>/plan/",
            *(f"staff/reliefs/{page}/" for page in ("amnesty", "exemption", "exemption/<int:pk>/end")),
            "staff/online/<slug:via>/<str:reference>/",
            "staff/bank/",
            "staff/collectors/<int:collector_id>/hand-in/",
            *(f"staff/tax/roll/{page}" for page in ("start/", "<int:pk>/act/", "<int:pk>/print/")),
            *(f"staff/tax/packs/<int:pk>/{page}/" for page in ("copy", "change", "enact")),
        ),
        frozenset({"treasurer"}),
    ),
    **dict.fromkeys(
        (
            "staff/tax/",
            "staff/tax/units/<int:pk>/",
            "staff/tax/assessments/<int:pk>/notice.pdf",
            "staff/tax/objections/",
        ),
        ASSESSING,
    ),
    **dict.fromkeys(
        (
            *(f"staff/tax/units/<int:pk>/{page}/" for page in ("assess", "shares")),
            "staff/tax/assessments/<int:pk>/object/",
        ),
        frozenset({"assessor"}),
    ),
    "staff/tax/assessments/<int:pk>/decide/": frozenset({"approver", "treasurer"}),
    "staff/tax/objections/<int:pk>/act/": frozenset({"approver", "treasurer"}),
    **dict.fromkeys(
        (
            "staff/tax/roll/",
            "staff/tax/roll/<int:pk>/",
            "staff/tax/roll/<int:pk>/bills/<slug:language>/<str:name>",
        ),
        TREASURY | {"assessor"},
    ),
    **dict.fromkeys(("staff/tax/packs/", "staff/tax/packs/<int:pk>/"), TREASURY | {"assessor", "approver"}),
    **dict.fromkeys(
        (
            "staff/import/",
            *(
                f"staff/import/<uuid:run>/{page}"
                for page in (
                    "",
                    "layer/",
                    "place/",
                    "fields/",
                    "rehearse/",
                    "load/",
                    "stop/",
                    "retry/",
                    "remove/",
                    "refused.csv",
                )
            ),
            "api/v1/imports",
            *(
                f"api/v1/imports/<uuidstr:run>{verb}"
                for verb in ("", "/plan", "/rehearse", "/load", "/cancel")
            ),
        ),
        IMPORTERS,
    ),
    "staff/municipality/": frozenset(),
    "staff/municipality/districts/": frozenset(),
    "staff/users/": frozenset(),
    "staff/users/new/": frozenset(),
    "staff/users/<int:pk>/": frozenset(),
    "staff/why/": frozenset({"auditor"}),
    **dict.fromkeys(
        (
            "staff/layers/",
            "staff/layers/groups/new/",
            "staff/layers/groups/<slug:slug>/",
            "staff/layers/<slug:collection>/",
        ),
        frozenset(),
    ),
    "staff/rules/": frozenset(),
    "staff/rules/<int:pk>/remove/": frozenset(),
    "staff/view-as/": frozenset(),
    "staff/audit/": frozenset({"auditor"}),
}

# Neither persons nor the public: measurements, for this machine or with a token.
OPERATORS = {
    "metrics",
}
