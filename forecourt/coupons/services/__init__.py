"""Commands of coupons."""

from forecourt.coupons.services.batches import create_batch, extend_batch, note_export, restore_batch, void_batch
from forecourt.coupons.services.drafting import discard_template_draft, draft_template
from forecourt.coupons.services.issuing import MOST_AT_ONCE, issue_coupons
from forecourt.coupons.services.keeping import (
    claim_coupon,
    mark_seen,
    redeem_coupon,
    restore_coupon,
    transfer_coupon,
    void_coupons,
)
from forecourt.coupons.services.notices import tell_expiring
from forecourt.coupons.services.reviews import (
    approve_template,
    refuse_template,
    submit_template,
    withdraw_template,
)
from forecourt.coupons.services.sheets import KEPT as SHEETS_KEPT
from forecourt.coupons.services.sheets import (
    Interrupted,
    ask_sheets,
    drop_sheets,
    forget_sheets,
    make_sheets,
    take_sheets,
)
from forecourt.coupons.services.templates import (
    change_template,
    create_template,
    require_everywhere,
    retire_template,
    revive_template,
)

__all__ = [
    "MOST_AT_ONCE",
    "SHEETS_KEPT",
    "Interrupted",
    "approve_template",
    "ask_sheets",
    "change_template",
    "claim_coupon",
    "create_batch",
    "create_template",
    "discard_template_draft",
    "draft_template",
    "drop_sheets",
    "extend_batch",
    "forget_sheets",
    "issue_coupons",
    "make_sheets",
    "mark_seen",
    "note_export",
    "redeem_coupon",
    "refuse_template",
    "require_everywhere",
    "restore_batch",
    "restore_coupon",
    "retire_template",
    "revive_template",
    "submit_template",
    "take_sheets",
    "tell_expiring",
    "transfer_coupon",
    "void_batch",
    "void_coupons",
    "withdraw_template",
]
