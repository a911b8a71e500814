"""Addresses of the web door."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from forecourt.faces.watch.health import healthz, readyz
from forecourt.faces.watch.metrics import metrics

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("api/v1/", include("forecourt.faces.api.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
