from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PosConfig(AppConfig):
    name = "forecourt.connectors.pos"
    label = "pos"
    verbose_name = _("Points of sale")
