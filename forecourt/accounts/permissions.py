VIEW = "accounts.view"
EDIT = "accounts.edit"
APPROVE = "accounts.approve"
CLOSE = "accounts.close"

ROLES = {
    VIEW: {"head_office", "analyst"},
    EDIT: {"head_office", "analyst"},
    APPROVE: {"head_office"},
    CLOSE: {"head_office"},
}
