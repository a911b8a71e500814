VIEW_PROGRAMME = "loyalty.view_programme"
EDIT_PROGRAMME = "loyalty.edit_programme"
APPROVE_PROGRAMME = "loyalty.approve_programme"
VIEW_POINTS = "loyalty.view_points"
ADJUST_POINTS = "loyalty.adjust_points"
APPROVE_ADJUSTMENT = "loyalty.approve_adjustment"
TRANSFER_POINTS = "loyalty.transfer_points"
TRANSFER_ANYWHERE = "loyalty.transfer_anywhere"
SPEND_POINTS = "loyalty.spend_points"

ROLES = {
    VIEW_PROGRAMME: {"head_office", "marketer", "station_manager", "service_agent", "analyst"},
    EDIT_PROGRAMME: {"head_office", "marketer"},
    APPROVE_PROGRAMME: {"head_office"},
    VIEW_POINTS: {
        "head_office",
        "marketer",
        "station_manager",
        "cashier",
        "service_agent",
        "account_manager",
        "analyst",
        "compliance",
    },
    ADJUST_POINTS: {"head_office", "service_agent"},
    APPROVE_ADJUSTMENT: {"head_office"},
    TRANSFER_POINTS: {"head_office", "service_agent"},
    TRANSFER_ANYWHERE: {"head_office"},
    SPEND_POINTS: {"head_office", "service_agent"},
}
