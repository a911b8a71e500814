from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import rights
from forecourt.rewards.permissions import ROLES


class RewardsConfig(AppConfig):
    name = "forecourt.rewards"
    label = "rewards"
    verbose_name = _("Rewards")

    def ready(self) -> None:
        rights.grant(ROLES)
