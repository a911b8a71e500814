VIEW = "catalogue.view"
EDIT = "catalogue.edit"
SET_PRICE = "catalogue.set_price"
VIEW_COSTS = "catalogue.view_costs"
NOTE_COST = "catalogue.note_cost"

ROLES = {
    VIEW: {
        "head_office",
        "marketer",
        "station_manager",
        "cashier",
        "service_agent",
        "account_manager",
        "analyst",
        "integrator",
    },
    EDIT: {"head_office", "marketer"},
    SET_PRICE: {"head_office", "station_manager"},
    VIEW_COSTS: {"head_office", "marketer", "analyst"},
    NOTE_COST: {"head_office"},
}
