"""The web server's entry point."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ.setdefault("GISPORTAL_ROLE", "web")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
