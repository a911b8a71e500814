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
        _acquaint()


def _acquaint() -> None:
    """Put together what siblings may not know of each other."""
    from forecourt.coupons import queries as coupons
    from forecourt.loyalty import services as loyalty

    loyalty.find_coupons_by(lambda codes: [code for code, known in coupons.templates(codes).items() if known.is_issued])
