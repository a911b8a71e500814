"""Signing in: staff by name and password, locked out after repeated failures."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from forecourt.kernel.problems import NotSignedIn
from forecourt.organisation import services
from forecourt.organisation.models import Staff


class StaffBackend(BaseBackend):
    """Django's sign-in over the organisation's. Rights come from roles, see `Staff.has_perm`."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Staff | None:
        if username is None or password is None:
            return None
        try:
            return Staff.objects.get(pk=services.sign_in(username, password))
        except NotSignedIn:
            return None

    def get_user(self, user_id: int) -> Staff | None:
        """The member of staff of a session; None, which ends it, once they were deactivated."""
        return Staff.objects.filter(pk=user_id, is_active=True).first()


@receiver(user_logged_out, dispatch_uid="forecourt.signin.note_sign_out")
def note_sign_out(user: Staff | None, **_: Any) -> None:
    """Put a sign-out into the audit trail."""
    if user is not None:
        services.sign_out(user.pk)
