from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import rights
from forecourt.offers.permissions import ROLES


class OffersConfig(AppConfig):
    name = "forecourt.offers"
    label = "offers"
    verbose_name = _("Offers")

    def ready(self) -> None:
        rights.grant(ROLES)
