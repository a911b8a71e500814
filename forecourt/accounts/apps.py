from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from forecourt.accounts.permissions import ROLES
from forecourt.kernel import rights


class AccountsConfig(AppConfig):
    name = "forecourt.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        rights.grant(ROLES)
