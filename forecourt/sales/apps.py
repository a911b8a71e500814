from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import rights
from forecourt.sales.permissions import ROLES


class SalesConfig(AppConfig):
    name = "forecourt.sales"
    label = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        from forecourt.coupons import queries as coupons
        from forecourt.sales.services import taking

        rights.grant(ROLES)
        coupons.tell_places(taking.places)
