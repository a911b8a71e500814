VIEW = "occasions.view"
EDIT_RULES = "occasions.edit_rules"
REFER = "occasions.refer"
"""Saying who brought a new member."""
DECIDE_REFERRALS = "occasions.decide_referrals"
EDIT_EVENTS = "occasions.edit_events"
SIGN_UP = "occasions.sign_up"
CHECK_IN = "occasions.check_in"

ROLES = {
    VIEW: {"head_office", "marketer", "station_manager", "cashier", "service_agent", "analyst"},
    EDIT_RULES: {"head_office", "marketer"},
    REFER: {"head_office", "marketer", "station_manager", "cashier", "service_agent"},
    DECIDE_REFERRALS: {"head_office", "marketer"},
    EDIT_EVENTS: {"head_office", "marketer", "station_manager"},
    SIGN_UP: {"head_office", "marketer", "station_manager", "cashier", "service_agent"},
    CHECK_IN: {"head_office", "marketer", "station_manager", "cashier", "service_agent"},
}
