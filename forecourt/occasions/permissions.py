VIEW = "occasions.view"
EDIT_RULES = "occasions.edit_rules"
APPROVE_RULES = "occasions.approve_rules"
REFER = "occasions.refer"
"""Saying who brought a new member."""
DECIDE_REFERRALS = "occasions.decide_referrals"
EDIT_EVENTS = "occasions.edit_events"
APPROVE_EVENTS = "occasions.approve_events"
SIGN_UP = "occasions.sign_up"
CHECK_IN = "occasions.check_in"

ROLES = {
    VIEW: {"head_office", "marketer", "station_manager", "cashier", "service_agent", "analyst"},
    EDIT_RULES: {"head_office", "marketer"},
    APPROVE_RULES: {"head_office"},
    REFER: {"head_office", "marketer", "station_manager", "cashier", "service_agent"},
    DECIDE_REFERRALS: {"head_office", "marketer"},
    EDIT_EVENTS: {"head_office", "marketer", "station_manager"},
    APPROVE_EVENTS: {"head_office", "marketer"},
    SIGN_UP: {"head_office", "marketer", "station_manager", "cashier", "service_agent"},
    CHECK_IN: {"head_office", "marketer", "station_manager", "cashier", "service_agent"},
}
