"""Settings of an instance; what differs between instances comes from the environment."""

import os

# A PROJ or GDAL data folder set for another program makes the wheels' own libraries fail.
for _name in ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "GDAL_DRIVER_PATH"):
    os.environ.pop(_name, None)

from csp.constants import NONE, SELF  # noqa: E402

from core import instance  # noqa: E402

BASE_DIR = instance.BASE_DIR

# The same GDAL on every system: pyogrio's own. Debian 12's is older than the 3.9 from which Django
# can forbid it files and network (check gis.W001).
GDAL_LIBRARY_PATH = instance.wheel_library("pyogrio", "libgdal")
DATA_DIR = instance.data_dir()
DEBUG = os.environ.get("GISPORTAL_DEBUG") == "1"
SECRET_KEY = instance.secret("secret_key")

# The national grid in which geometry is stored: area, law and survey numbers live there.
GRID_SRID = int(os.environ.get("GISPORTAL_SRID", "28191"))
TILE_SRID = 3857

# TLS is the rule; the launcher turns it off for a portal that only answers on the loopback address.
# Those who watch the portal from the machine itself call it by its loopback address.
ALLOWED_HOSTS = [
    *filter(None, os.environ.get("GISPORTAL_HOSTS", "").split(",")),
    "127.0.0.1",
    "localhost",
    "[::1]",
]
BEHIND_TLS = os.environ.get("GISPORTAL_TLS", "1") != "0"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if BEHIND_TLS else []

INSTALLED_APPS = [
    "core",
    "municipality",
    "accounts",
    "audit",
    "jobs",
    "parties",
    "layers",
    "reconciliation",
    "ledger",
    "cadastre",
    "buildings",
    "networks",
    "planning",
    "taxation",
    "portal",
    "workspace",
    "operations",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "operations.middleware.RequestMetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.TokenMiddleware",
    "accounts.middleware.LookingOnlyMiddleware",
    "audit.middleware.ActingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "gisportal.urls"
WSGI_APPLICATION = "gisportal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "core" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "municipality.context.municipality",
                "accounts.context.who_looks",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        # Extensions need a superuser; the launcher prepares a template that has them.
        "TEST": {"TEMPLATE": "template_gisportal", "NAME": os.environ.get("GISPORTAL_TEST_DB")},
        **instance.database(),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHE_URL = os.environ.get("CACHE_URL")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        # Rate limits and lockout must be counted across processes.
        else {"BACKEND": "accounts.cache.SharedCache"}
    )
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# Staff accounts are made by an administrator; citizens sign up themselves where this is set.
CITIZEN_SIGN_UP = os.environ.get("GISPORTAL_CITIZEN_SIGN_UP") == "1"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.sign_in_form.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Five wrong passwords lock the account for ten minutes, in every process; an office behind one
# address still signs in.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/10m/key", "signup": "10/h/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("GISPORTAL_PROXIES", "0"))
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "GIS Portal"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS

# host:port of the mail server; without one nothing is sent and nothing offers to send.
_MAIL_HOST, _, _MAIL_PORT = os.environ.get("GISPORTAL_SMTP", "").partition(":")
MAIL_IS_CONFIGURED = bool(_MAIL_HOST)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_IS_CONFIGURED else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _MAIL_HOST or "localhost", int(_MAIL_PORT or 25)
DEFAULT_FROM_EMAIL = os.environ.get("GISPORTAL_MAIL_FROM", "portal@localhost")

TASKS = {"default": {"BACKEND": "jobs.backend.DatabaseBackend", "QUEUES": []}}

# Warnings and errors go to standard error, where systemd or the launcher keeps them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "layers" / "importing" / "locale"]
USE_TZ = True
FORMAT_MODULE_PATH = ["gisportal.formats"]
TIME_ZONE = os.environ.get("GISPORTAL_TIME_ZONE", "Asia/Hebron")

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Names that hold a hash of the content, by the manifest or by the front end's build, never change.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+(?:\.[0-9a-f]{12}|-[0-9A-Z]{8})\.\w+$"
MEDIA_ROOT = DATA_DIR / "media"

# Nothing from another host, nothing inline: the page's own files and no others.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "worker-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
# Those who watch the portal from the machine itself ask without TLS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31536000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
