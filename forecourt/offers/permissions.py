VIEW_OFFERS = "offers.view"
EDIT_OFFERS = "offers.edit"
APPROVE_OFFERS = "offers.approve"
EDIT_FLOORS = "offers.edit_floors"

ROLES = {
    VIEW_OFFERS: {
        "head_office",
        "marketer",
        "station_manager",
        "cashier",
        "service_agent",
        "account_manager",
        "analyst",
    },
    EDIT_OFFERS: {"head_office", "marketer"},
    APPROVE_OFFERS: {"head_office"},
    EDIT_FLOORS: {"head_office", "marketer"},
}
