"""What every request of the back office carries: who acts, in which zone, under which content security policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from forecourt.organisation import queries as organisation

OFFICE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Alpine, inside Unfold, evaluates its expressions; nowhere else is that allowed."""

STRICT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class OfficeMiddleware:
    """Set `request.actor` once for a signed-in member of staff, the company's zone, and the policy of the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = OFFICE_POLICY if _is_office(request) else STRICT_POLICY
        return response

    def process_view(self, request: HttpRequest, view: object, arguments: object, names: object) -> None:
        if not _is_office(request) or not request.user.is_authenticated:
            return
        request.actor = SimpleLazyObject(lambda: organisation.actor_for_staff(request.user.pk))  # type: ignore[attr-defined]
        timezone.activate(organisation.company_zone())


def _is_office(request: HttpRequest) -> bool:
    match = getattr(request, "resolver_match", None)
    return match is not None and match.app_name == "admin"
