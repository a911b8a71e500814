VIEW_REWARDS = "rewards.view"
VIEW_COSTS = "rewards.view_costs"
"""What rewards cost and who pays, and what is drafted or in review of them."""
EDIT_REWARDS = "rewards.edit"
APPROVE_REWARDS = "rewards.approve"
KEEP_STOCK = "rewards.stock"
REDEEM = "rewards.redeem"
COLLECT = "rewards.collect"
CANCEL = "rewards.cancel"
TAKE_BACK = "rewards.take_back"
"""Cancelling what was handed over already."""
VOUCH = "rewards.vouch"
"""Answering for who somebody is when they can show neither card nor app."""

ROLES = {
    VIEW_REWARDS: {
        "head_office",
        "marketer",
        "station_manager",
        "cashier",
        "service_agent",
        "account_manager",
        "analyst",
    },
    VIEW_COSTS: {"head_office", "marketer", "analyst"},
    EDIT_REWARDS: {"head_office", "marketer"},
    APPROVE_REWARDS: {"head_office"},
    KEEP_STOCK: {"head_office", "marketer", "station_manager"},
    REDEEM: {"head_office", "station_manager", "cashier", "service_agent"},
    COLLECT: {"head_office", "station_manager", "cashier"},
    CANCEL: {"head_office", "station_manager", "service_agent"},
    TAKE_BACK: {"head_office", "service_agent"},
    VOUCH: {"head_office", "station_manager", "service_agent"},
}
