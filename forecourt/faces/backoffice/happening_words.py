"""What happened to a customer, as the timeline calls and draws it."""

from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _


class Kind(NamedTuple):
    """A kind of event in the reader's language, and its symbol."""

    words: Any
    icon: str


EVENT: Final = {
    "sale.posted": Kind(_("Sale"), "local_gas_station"),
    "sale.refunded": Kind(_("Refund"), "undo"),
    "sale.repaired": Kind(_("Sale repaired"), "build"),
    "customer.joined": Kind(_("Joined"), "person_add"),
    "customer.changed": Kind(_("Details changed"), "edit"),
    "customer.merged": Kind(_("Merged"), "merge"),
    "customer.unmerged": Kind(_("Merge undone"), "call_split"),
    "customer.note_written": Kind(_("Note written"), "sticky_note_2"),
    "points.adjusted": Kind(_("Points adjusted"), "tune"),
    "points.expired": Kind(_("Points expired"), "hourglass_empty"),
    "points.given": Kind(_("Points given"), "add_circle"),
    "points.spent": Kind(_("Points spent"), "shopping_bag"),
    "points.returned": Kind(_("Points given back"), "undo"),
    "points.transferred": Kind(_("Points passed on"), "swap_horiz"),
    "points.expiring": Kind(_("Points expire soon"), "hourglass_bottom"),
    "points.adjustment_asked": Kind(_("Adjustment asked for"), "rule"),
    "points.adjustment_refused": Kind(_("Adjustment refused"), "block"),
    "tier.changed": Kind(_("Tier changed"), "military_tech"),
    "household.joined": Kind(_("Came into a household"), "family_restroom"),
    "household.left": Kind(_("Left a household"), "logout"),
    "gift.given": Kind(_("Birthday or anniversary gift"), "cake"),
    "gift.coupon_left_out": Kind(_("Coupon could not be issued"), "production_quantity_limits"),
    "referral.made": Kind(_("Brought by a member"), "diversity_3"),
    "referral.not_made": Kind(_("Referral code did not count"), "link_off"),
    "referral.qualified": Kind(_("Referral: bought"), "shopping_bag"),
    "referral.rewarded": Kind(_("Referral rewarded"), "redeem"),
    "referral.refused": Kind(_("Referral refused"), "block"),
    "referral.reversed": Kind(_("Referral taken back"), "undo"),
    "member_event.signed_up": Kind(_("Signed up for an event"), "event"),
    "member_event.moved_up": Kind(_("Got a place at an event"), "event_available"),
    "member_event.sign_up_cancelled": Kind(_("Sign-up cancelled"), "event_busy"),
    "member_event.attended": Kind(_("Was at an event"), "how_to_reg"),
    "member_event.missed": Kind(_("Did not come to an event"), "person_off"),
    "reward.redeemed": Kind(_("Reward redeemed"), "redeem"),
    "reward.collected": Kind(_("Reward collected"), "shopping_bag"),
    "reward.cancelled": Kind(_("Redemption cancelled"), "undo"),
    "reward.expired": Kind(_("Redemption expired"), "hourglass_empty"),
    "tier.at_risk": Kind(_("Tier at risk"), "trending_down"),
    "game.played": Kind(_("Game played"), "casino"),
    "game.won": Kind(_("Prize won"), "trophy"),
    "draw.entered": Kind(_("Tickets of a draw"), "confirmation_number"),
    "chance.given": Kind(_("Chances given"), "add_circle"),
    "prize.collected": Kind(_("Prize collected"), "redeem"),
    "prize.expired": Kind(_("Prize not collected"), "hourglass_empty"),
    "prize.offered": Kind(_("Prize to confirm"), "trophy"),
    "prize.lost": Kind(_("Prize lost"), "block"),
    "prize.waits": Kind(_("Prize waits for its coupon"), "production_quantity_limits"),
    "coupon.issued": Kind(_("Coupon received"), "confirmation_number"),
    "coupon.seen": Kind(_("Coupon seen"), "visibility"),
    "coupon.used": Kind(_("Coupon used"), "task_alt"),
    "coupon.restored": Kind(_("Coupon given back"), "undo"),
    "coupon.voided": Kind(_("Coupon voided"), "block"),
    "coupon.transferred": Kind(_("Coupon taken over"), "swap_horiz"),
    "coupon.expiring": Kind(_("Coupon ends within a week"), "hourglass_bottom"),
}
