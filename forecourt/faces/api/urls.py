"""Addresses below /api/v1."""

from django.urls import path

from forecourt.faces.api import document
from forecourt.faces.api.assembly import patterns

app_name = "api"

urlpatterns = [
    path("openapi.json", document.show, name="openapi"),
    path("docs", document.show_listing, name="docs"),
    *patterns(),
]
