POST = "sales.post"
REFUND = "sales.refund"
VIEW = "sales.view"
REPAIR = "sales.repair"
SIMULATE = "sales.simulate"

ROLES = {
    POST: {"head_office", "station_manager", "cashier"},
    REFUND: {"head_office", "station_manager"},
    VIEW: {
        "head_office",
        "marketer",
        "station_manager",
        "cashier",
        "service_agent",
        "account_manager",
        "analyst",
        "compliance",
    },
    REPAIR: {"head_office", "station_manager", "service_agent"},
    SIMULATE: {"head_office", "marketer", "analyst"},
}
