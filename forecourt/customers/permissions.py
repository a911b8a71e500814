VIEW = "customers.view"
EDIT = "customers.edit"
UNMASK = "customers.unmask"
MERGE = "customers.merge"
RESEAL = "customers.reseal"
"""Sealing everything again under a new key: the system's own work, so no role has it."""

FORGET = "customers.forget"
"""Deleting what was kept for its time: the system's own work too."""

ROLES = {
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
    EDIT: {"head_office", "marketer", "station_manager", "cashier", "service_agent", "account_manager"},
    UNMASK: {"head_office", "service_agent", "account_manager", "compliance"},
    MERGE: {"head_office", "service_agent"},
}
