"""The web door: Django on WSGI."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.settings")

application = get_wsgi_application()

# all addresses at once: whoever asks first should not wait for them, and processes forked from this one share them
import_module(settings.ROOT_URLCONF)
