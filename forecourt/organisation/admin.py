"""Plain reference data of the organisation: regions and legal entities."""

from django.contrib import admin

from forecourt.kernel.admin import ReferenceAdmin
from forecourt.organisation import permissions
from forecourt.organisation.models import LegalEntity, Region


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    view_permission = permissions.VIEW_STATIONS
    edit_permission = permissions.EDIT_STATIONS
    audit_name = "region"
    search_fields = ("name",)


@admin.register(LegalEntity)
class LegalEntityAdmin(ReferenceAdmin):
    view_permission = permissions.VIEW_STATIONS
    edit_permission = permissions.EDIT_STATIONS
    audit_name = "legal_entity"
    list_display = ("name", "tax_number")
    search_fields = ("name", "tax_number")
