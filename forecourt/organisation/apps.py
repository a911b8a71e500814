from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import rights
from forecourt.organisation.permissions import ROLES


class OrganisationConfig(AppConfig):
    name = "forecourt.organisation"
    label = "organisation"
    verbose_name = _("Organisation")

    def ready(self) -> None:
        rights.grant(ROLES)
