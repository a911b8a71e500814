"""The programme's draft, to edit. Nothing takes effect until it is published, which is a command of its own."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from forecourt.kernel.admin import ReferenceAdmin
from forecourt.loyalty import permissions
from forecourt.loyalty.models import EarnRateDraft, ProgrammeDraft, TierDraft


class _DraftInline(TabularInline):
    """Rows of the draft: whoever may edit the programme may edit them."""

    extra = 0
    hide_title = True
    formfield_overrides = {ArrayField: {"widget": UnfoldAdminTextInputWidget}}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor.may(permissions.VIEW_PROGRAMME)  # type: ignore[attr-defined, no-any-return]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor.may(permissions.EDIT_PROGRAMME)  # type: ignore[attr-defined, no-any-return]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor.may(permissions.EDIT_PROGRAMME)  # type: ignore[attr-defined, no-any-return]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.actor.may(permissions.EDIT_PROGRAMME)  # type: ignore[attr-defined, no-any-return]


class TierInline(_DraftInline):
    model = TierDraft


class EarnRateInline(_DraftInline):
    model = EarnRateDraft
    fields = ("code", "points", "per", "kind", "family", "category", "product", "stations", "tender")


@admin.register(ProgrammeDraft)
class ProgrammeDraftAdmin(ReferenceAdmin):
    view_permission = permissions.VIEW_PROGRAMME
    edit_permission = permissions.EDIT_PROGRAMME
    audit_name = "programme"
    inlines = (TierInline, EarnRateInline)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ProgrammeDraft | None:
        """The one draft, made on first sight."""
        if object_id == "1":
            ProgrammeDraft.objects.get_or_create(pk=1, defaults={"name": ""})
        return super().get_object(request, object_id, from_field)  # type: ignore[no-any-return]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def response_change(self, request: HttpRequest, obj: ProgrammeDraft) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:programme"))
