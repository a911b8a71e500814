from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.coupons.permissions import ROLES
from forecourt.kernel import rights


class CouponsConfig(AppConfig):
    name = "forecourt.coupons"
    label = "coupons"
    verbose_name = _("Coupons")

    def ready(self) -> None:
        rights.grant(ROLES)
