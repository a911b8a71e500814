EDIT_COMPANY = "organisation.edit_company"
VIEW_STATIONS = "organisation.view_stations"
EDIT_STATIONS = "organisation.edit_stations"
MANAGE_STAFF = "organisation.manage_staff"
MANAGE_KEYS = "organisation.manage_keys"
VIEW_AUDIT = "organisation.view_audit"

ROLES = {
    VIEW_STATIONS: {
        "head_office",
        "marketer",
        "station_manager",
        "cashier",
        "service_agent",
        "account_manager",
        "analyst",
        "compliance",
        "integrator",
    },
    EDIT_COMPANY: {"head_office"},
    EDIT_STATIONS: {"head_office"},
    MANAGE_STAFF: {"head_office"},
    MANAGE_KEYS: {"head_office", "integrator"},
    VIEW_AUDIT: {"head_office", "compliance"},
}
