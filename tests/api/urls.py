"""The API alone, for tests of it while the rest of the web door is under construction."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("forecourt.faces.api.urls"))]
