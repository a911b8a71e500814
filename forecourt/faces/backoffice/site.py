"""The back office's site: Unfold's, with our screens, our sign-in and our permissions."""

from typing import Any

from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
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

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Change one's own password, by the command, so that it is audited."""
        from forecourt.faces.backoffice.screens.password import OwnPasswordForm

        request.current_app = self.name  # type: ignore[attr-defined]
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse(f"{self.name}:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from forecourt.faces.backoffice.screens.home import home

        return home(request)
