from collections.abc import Collection

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
    from forecourt.loyalty import queries as loyalty_queries
    from forecourt.loyalty import services as loyalty
    from forecourt.loyalty import words
    from forecourt.offers import queries as offers

    def issued(codes: Collection[str]) -> list[str]:
        return [code for code, known in coupons.templates(codes).items() if known.is_issued]

    loyalty.find_coupons_by(issued)
    words.name_coupons_by(lambda codes: {code: known.template.name for code, known in coupons.templates(codes).items()})
    offers.find_by("issued", issued)
    offers.find_by("templates", lambda codes: coupons.templates(codes).keys())
    offers.find_by("tiers", lambda _codes: loyalty_queries.tier_codes())
