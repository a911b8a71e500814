VIEW_COUPONS = "coupons.view"
EDIT_TEMPLATES = "coupons.edit_templates"
APPROVE_TEMPLATES = "coupons.approve_templates"
ISSUE_COUPONS = "coupons.issue"
TRANSFER_COUPONS = "coupons.transfer"
REDEEM_COUPONS = "coupons.redeem"
VOID_COUPONS = "coupons.void"

ROLES = {
    VIEW_COUPONS: {"head_office", "marketer", "station_manager", "cashier", "service_agent", "analyst"},
    EDIT_TEMPLATES: {"head_office", "marketer"},
    APPROVE_TEMPLATES: {"head_office"},
    ISSUE_COUPONS: {"head_office", "marketer", "service_agent"},
    TRANSFER_COUPONS: {"head_office", "marketer", "station_manager", "cashier", "service_agent"},
    REDEEM_COUPONS: {"head_office", "station_manager", "cashier"},
    VOID_COUPONS: {"head_office", "marketer", "service_agent"},
}
