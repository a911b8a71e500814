from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import sites
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    """The back office. Its site takes the place of Django's before any folder registers its tables with it."""

    name = "forecourt.faces.backoffice"
    label = "backoffice"
    verbose_name = _("Back office")

    def ready(self) -> None:
        from forecourt.faces.backoffice.site import OfficeSite

        admin.site = sites.site = OfficeSite()  # type: ignore[assignment]
