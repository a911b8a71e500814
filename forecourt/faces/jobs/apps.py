"""Collects what the folders want to be run: their `tasks.py` (by Procrastinate) and their `handlers.py` (here)."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "forecourt.faces.jobs"
    label = "jobs"

    def ready(self) -> None:
        autodiscover_modules("handlers")
