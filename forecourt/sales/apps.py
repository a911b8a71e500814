from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import rights
from forecourt.sales.permissions import ROLES


class SalesConfig(AppConfig):
    name = "forecourt.sales"
    label = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        rights.grant(ROLES)
