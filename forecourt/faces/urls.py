"""Addresses of the web door."""

from django.contrib import admin
from django.urls import path

from forecourt.faces.watch.health import healthz, readyz
from forecourt.faces.watch.metrics import metrics

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
]
