from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.catalogue.permissions import ROLES
from forecourt.kernel import rights


class CatalogueConfig(AppConfig):
    name = "forecourt.catalogue"
    label = "catalogue"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        rights.grant(ROLES)
