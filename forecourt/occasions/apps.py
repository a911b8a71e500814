from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import rights
from forecourt.occasions.permissions import ROLES


class OccasionsConfig(AppConfig):
    name = "forecourt.occasions"
    label = "occasions"
    verbose_name = _("Occasions")

    def ready(self) -> None:
        rights.grant(ROLES)
