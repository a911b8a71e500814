"""Changing one's own password."""

from typing import Any

from unfold.forms import AdminOwnPasswordChangeForm

from forecourt.organisation import queries, services


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """Unfold's form over the organisation's command."""

    def save(self, commit: bool = True) -> Any:
        actor = queries.actor_for_staff(self.user.pk)
        services.change_own_password(actor, self.cleaned_data["old_password"], self.cleaned_data["new_password1"])
        self.user.refresh_from_db()
        return self.user
