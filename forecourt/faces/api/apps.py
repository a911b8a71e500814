from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "forecourt.faces.api"
    label = "api"
