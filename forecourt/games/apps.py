from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.games.permissions import ROLES
from forecourt.kernel import rights


class GamesConfig(AppConfig):
    name = "forecourt.games"
    label = "games"
    verbose_name = _("Games")

    def ready(self) -> None:
        rights.grant(ROLES)
