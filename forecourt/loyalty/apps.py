from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import rights
from forecourt.loyalty.permissions import ROLES


class LoyaltyConfig(AppConfig):
    name = "forecourt.loyalty"
    label = "loyalty"
    verbose_name = _("Loyalty")

    def ready(self) -> None:
        rights.grant(ROLES)
