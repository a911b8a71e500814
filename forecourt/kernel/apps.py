from django.apps import AppConfig
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import words


class KernelConfig(AppConfig):
    name = "forecourt.kernel"
    label = "kernel"
    verbose_name = _("Operation")

    def ready(self) -> None:
        words.translate_by(gettext)
