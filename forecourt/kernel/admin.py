"""The form of plain reference data in the back office. What has commands is changed by its own screen, never here."""

from typing import Any, ClassVar

from django.http import HttpRequest
from unfold.admin import ModelAdmin

from forecourt.kernel import audit


class ReferenceAdmin(ModelAdmin):  # type: ignore[misc]
    """A list and a form for a small table. Every change is audited; rights come from the actor's roles.

    `view_permission` and `edit_permission` are permission names of the folder; `audit_name` is the first word of the
    action in the audit trail.
    """

    view_permission: ClassVar[str]
    edit_permission: ClassVar[str]
    audit_name: ClassVar[str]
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_permission)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.view_permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.edit_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.edit_permission)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.edit_permission)

    def _may(self, request: HttpRequest, permission: str) -> bool:
        """Reference data holds for all stations, so who is limited to some may look but not change."""
        actor = getattr(request, "actor", None)
        if actor is None or not actor.may(permission):
            return False
        return permission == self.view_permission or actor.stations is None

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        fields = [*form.changed_data, *(formset.prefix for formset in formsets if formset.has_changed())]
        self._audit(request, "edit" if change else "add", form.instance, {"fields": fields})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        subject = f"{self.audit_name}:{obj.pk}"
        super().delete_model(request, obj)
        audit.record(request.actor, f"{self.audit_name}.delete", subject)  # type: ignore[attr-defined]

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for one in queryset:
            self.delete_model(request, one)

    def _audit(self, request: HttpRequest, verb: str, obj: Any, detail: dict[str, Any]) -> None:
        subject = f"{self.audit_name}:{obj.pk}"
        audit.record(request.actor, f"{self.audit_name}.{verb}", subject, detail=detail)  # type: ignore[attr-defined]
