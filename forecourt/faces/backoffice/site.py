"""The back office's site: Unfold's, with our screens, our sign-in and our permissions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class OfficeSite(UnfoldAdminSite):
    site_title = _("Forecourt")
    index_title = _("Home")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever works here and is active; what they may do there each screen asks for itself."""
        return bool(request.user.is_authenticated and request.user.is_active)

    def extra_urls(self) -> list[URLPattern]:
        from forecourt.faces.backoffice.urls import urlpatterns

        return urlpatterns

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from forecourt.faces.backoffice.screens.home import home

        return home(request)
