from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.customers.permissions import ROLES
from forecourt.kernel import rights


class CustomersConfig(AppConfig):
    name = "forecourt.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        rights.grant(ROLES)
