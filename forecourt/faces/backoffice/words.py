"""Words for codes that come from several folders, in the reader's language."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _pgettext

from forecourt.faces.backoffice import trail_words
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import VolumeUnit

AUDITED, AUDIT_ACTION = trail_words.AUDITED, trail_words.AUDIT_ACTION

FLAG = {
    "unknown_product": _("Product not known"),
    "unknown_customer": _("Customer not known"),
    "blocked_customer": _("Customer is blocked"),
    "clock_off": _("Clock of the till is off"),
    "amount_mismatch": _("Quantity × price ≠ amount"),
    "tender_mismatch": _("Payments ≠ total"),
}
FLAG_HELP = {
    "unknown_product": _("The till sent a product code that the catalogue does not have, so it earned no points."),
    "unknown_customer": _("The till sent a phone, plate or card that belongs to nobody, so no points were given."),
    "blocked_customer": _("The customer was recognised but is blocked, so no points were given."),
    "clock_off": _("The time of the sale lies in the future or long ago; check the clock of the till."),
    "amount_mismatch": _("Quantity times unit price does not give the line's amount."),
    "tender_mismatch": _("What was paid does not add up to what was sold."),
}
FUNDER = {"brand": _("The brand"), "dealer": _("The dealer"), "supplier": _("Supplier")}
KIND = {"person": _("Person"), "business": _("Business")}
PRODUCT_KIND = {"fuel": _("Fuel"), "goods": _("Goods"), "service": _("Service")}
UNIT = {"volume": _("volume"), "kWh": "kWh", "kg": "kg", "piece": _("piece")}
FAMILY = {
    "petrol": _("Petrol"),
    "diesel": _("Diesel"),
    "lpg": _("LPG"),
    "cng": _("CNG"),
    "electric": _("Charging"),
    "": "",
}
IDENTITY = {
    "phone": _("Phone"),
    "card": _("Card"),
    "email": _("E-mail"),
    "wechat": _("WeChat"),
    "app": _("App"),
    "plate": _("Plate"),
}
USAGE = {"private": _("Private car"), "business": _("Business vehicle"), "heavy": _("Heavy goods vehicle")}
TENDER = {
    "wechat": _("WeChat Pay"),
    "alipay": _("Alipay"),
    "card": _("Bank card"),
    "cash": _("Cash"),
    "fleet": _("Fleet card"),
    "unionpay": _("UnionPay"),
}
ENTRY = {
    "earn": _("Earned"),
    "refund": _("Refund"),
    "rerate": _("Rated anew"),
    "adjust": _("Adjusted"),
    "expire": _("Expired"),
    "transfer": _("Transferred"),
    "spend": _pgettext("entry", "Spent"),
    "return": _pgettext("entry", "Given back"),
    "bonus": _pgettext("entry", "Bonus"),
}
ROLE = {
    "head_office": _("Head office"),
    "marketer": _("Marketer"),
    "station_manager": _("Station manager"),
    "cashier": _("Cashier"),
    "service_agent": _("Service agent"),
    "account_manager": _("Account manager"),
    "analyst": _("Analyst"),
    "compliance": _("Compliance officer"),
    "integrator": _("Integrator"),
}
SCOPE = {
    "sales:write": _("Send sales and refunds"),
    "sales:read": _("Read sales"),
    "customers:write": _("Enrol and change customers"),
    "customers:read": _("Read customers"),
    "points:write": _("Adjust points"),
    "points:spend": _("Spend points, pass them on and give them back"),
    "points:approve": _("Approve adjustments of points"),
    "points:read": _("Read points"),
    "occasions:write": _("Sign members up for events, check them in, note who brought whom"),
    "occasions:read": _("Read events, sign-ups and referrals"),
    "programme:write": _("Edit the programme and hand it in"),
    "programme:approve": _("Approve the programme"),
    "games:write": _("Give chances and hand over prizes of games"),
    "games:play": _("Play games for customers"),
    "games:read": _("Read games and their protocols"),
    "catalogue:write": _("Change products, prices and stations"),
    "catalogue:read": _("Read products, prices and stations"),
    "rewards:write": _("Make and change rewards and their stock"),
    "rewards:redeem": _("Redeem rewards, hand them over and take them back"),
    "rewards:read": _("Read rewards and redemptions"),
    "accounts:read": _("Read the books of points and claims"),
    "coupons:write": _("Issue, use and void coupons"),
    "coupons:read": _("Read coupons"),
}
SERVICE = {
    "shop": _("Shop"),
    "toilet": _("Toilet"),
    "air": _("Tyre air"),
    "wash": _("Car wash"),
    "carwash": _("Car wash"),
    "charging": _("Charging"),
    "coffee": _("Coffee"),
    "restaurant": _("Restaurant"),
    "parking": _("Parking"),
    "wifi": _("Wi-Fi"),
    "adblue": _("AdBlue"),
    "invoice": _("Invoices"),
    "oil": _("Oil change"),
    "oil_change": _("Oil change"),
    "truck": _("Lorry lanes"),
}
SERVICE_ALIASES = {"carwash", "oil_change"}
PER = {"unit": _("per unit (litre, kWh, piece)"), "currency": _("per unit of currency")}
OUTCOME = {
    "open": _("in review"),
    "approved": _("approved"),
    "refused": _("sent back"),
    "withdrawn": _("withdrawn"),
}
EVENT = {
    "sale.posted": _("Sale"),
    "sale.refunded": _("Refund"),
    "sale.repaired": _("Sale repaired"),
    "customer.joined": _("Joined"),
    "customer.changed": _("Details changed"),
    "customer.merged": _("Merged"),
    "customer.unmerged": _("Merge undone"),
    "customer.note_written": _("Note written"),
    "points.adjusted": _("Points adjusted"),
    "points.expired": _("Points expired"),
    "points.given": _("Points given"),
    "points.spent": _("Points spent"),
    "points.returned": _("Points given back"),
    "points.transferred": _("Points passed on"),
    "points.expiring": _("Points expire soon"),
    "points.adjustment_asked": _("Adjustment asked for"),
    "points.adjustment_refused": _("Adjustment refused"),
    "tier.changed": _("Tier changed"),
    "household.joined": _("Came into a household"),
    "household.left": _("Left a household"),
    "gift.given": _("Birthday or anniversary gift"),
    "referral.made": _("Brought by a member"),
    "referral.not_made": _("Referral code did not count"),
    "referral.qualified": _("Referral: bought"),
    "referral.rewarded": _("Referral rewarded"),
    "referral.refused": _("Referral refused"),
    "referral.reversed": _("Referral taken back"),
    "member_event.signed_up": _("Signed up for an event"),
    "member_event.moved_up": _("Got a place at an event"),
    "member_event.sign_up_cancelled": _("Sign-up cancelled"),
    "member_event.attended": _("Was at an event"),
    "member_event.missed": _("Did not come to an event"),
    "reward.redeemed": _("Reward redeemed"),
    "reward.collected": _("Reward collected"),
    "reward.cancelled": _("Redemption cancelled"),
    "reward.expired": _("Redemption expired"),
    "tier.at_risk": _("Tier at risk"),
    "game.played": _("Game played"),
    "game.won": _("Prize won"),
    "draw.entered": _("Tickets of a draw"),
    "chance.given": _("Chances given"),
    "prize.collected": _("Prize collected"),
    "prize.expired": _("Prize not collected"),
    "coupon.issued": _("Coupon received"),
    "coupon.seen": _("Coupon seen"),
    "coupon.used": _("Coupon used"),
    "coupon.restored": _("Coupon given back"),
    "coupon.voided": _("Coupon voided"),
    "coupon.transferred": _("Coupon taken over"),
    "coupon.expiring": _("Coupon ends within a week"),
}
EVENT_ICON = {
    "sale.posted": "local_gas_station",
    "sale.refunded": "undo",
    "sale.repaired": "build",
    "customer.joined": "person_add",
    "customer.changed": "edit",
    "customer.merged": "merge",
    "customer.unmerged": "call_split",
    "customer.note_written": "sticky_note_2",
    "points.adjusted": "tune",
    "points.expired": "hourglass_empty",
    "points.given": "add_circle",
    "points.spent": "shopping_bag",
    "points.returned": "undo",
    "points.transferred": "swap_horiz",
    "points.expiring": "hourglass_bottom",
    "points.adjustment_asked": "rule",
    "points.adjustment_refused": "block",
    "tier.changed": "military_tech",
    "household.joined": "family_restroom",
    "household.left": "logout",
    "gift.given": "cake",
    "referral.made": "diversity_3",
    "referral.not_made": "link_off",
    "referral.qualified": "shopping_bag",
    "referral.rewarded": "redeem",
    "referral.refused": "block",
    "referral.reversed": "undo",
    "member_event.signed_up": "event",
    "member_event.moved_up": "event_available",
    "member_event.sign_up_cancelled": "event_busy",
    "member_event.attended": "how_to_reg",
    "member_event.missed": "person_off",
    "reward.redeemed": "redeem",
    "reward.collected": "shopping_bag",
    "reward.cancelled": "undo",
    "reward.expired": "hourglass_empty",
    "tier.at_risk": "trending_down",
    "game.played": "casino",
    "game.won": "trophy",
    "draw.entered": "confirmation_number",
    "chance.given": "add_circle",
    "prize.collected": "redeem",
    "prize.expired": "hourglass_empty",
    "coupon.issued": "confirmation_number",
    "coupon.seen": "visibility",
    "coupon.used": "task_alt",
    "coupon.restored": "undo",
    "coupon.voided": "block",
    "coupon.transferred": "swap_horiz",
    "coupon.expiring": "hourglass_bottom",
}
REFERRAL = {
    "pending": _("waiting for a purchase"),
    "qualified": _("bought, cooling"),
    "rewarded": _("rewarded"),
    "refused": _("turned down"),
    "reversed": _("taken back"),
}
REFERRAL_END = {
    "late": _("did not buy in time"),
    "same_person": _("the same person"),
    "refund": _("refunded"),
    "person": _("decided by a person"),
}
REFERRAL_FLAG = {
    "same_person": _("the same person"),
    "household": _("one household"),
    "alike": _("the same last four of a phone, card or plate"),
    "staff": _("our own staff"),
    "together": _("bought at the same station within minutes"),
    "burst": _("several enrolled at the same station within minutes"),
    "month": _("more than the limit of a month"),
    "year": _("more than the limit of a year"),
    "template": _("the coupon is not issued any more"),
}
REFERRAL_CODE = {
    "unknown": _("nobody has this code"),
    "own": _("the member's own code"),
    "late": _("given too late"),
    "none": _("no rules were published"),
}
MEMBER_EVENT = {
    "draft": _("draft"),
    "open": _("announced"),
    "over": _("over"),
    "cancelled": _("called off"),
}
SIGN_UP = {
    "going": _("going"),
    "waiting": _("on the waiting list"),
    "cancelled": _("cancelled"),
    "attended": _("was there"),
    "absent": _("did not come"),
}
SIGN_UP_END = {
    "member": _("by the member"),
    "event": _("the event was called off"),
    "points": _("too few points"),
    "merged": _("was signed up twice"),
    "over": _("no place came free"),
}
WEEKDAY = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
DAY_KEYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


FIELD = {
    "name": _pgettext("field", "Name"),
    "code": _("Code"),
    "username": _("Sign-in name"),
    "password": _("Password"),
    "roles": _("Roles"),
    "role": _("Role"),
    "scopes": _("Scopes"),
    "requests_per_second": _("Requests a second"),
    "phone": _("Phone"),
    "card": _("Card"),
    "email": _("E-mail"),
    "plate": _("Plate"),
    "value": _("Number"),
    "kind": _("Kind"),
    "grade": _("Grade"),
    "usage": _("Usage"),
    "model": _("Model"),
    "tags": _("Tags"),
    "tag": _("Tag"),
    "station": _("Station"),
    "reason": _("Reason"),
    "text": _("Note"),
    "note": _("Note"),
    "points": _("Points"),
    "customer": _("Customer"),
    "product": _("Product"),
    "address": _("Address"),
    "region": _("Region"),
    "position": _("Position"),
    "latitude": _("Latitude (WGS-84)"),
    "longitude": _("Longitude (WGS-84)"),
    "day_rolls_at": _("Trading day begins"),
    "opened_on": _("Opened"),
    "zone": _("Time zone"),
    "services": _("Services"),
    "pumps": _("Pumps"),
    "hours": _("Opening hours"),
    "unit": _("Unit"),
    "family": _("Family of fuel"),
    "category": _("Category"),
    "brand": _("Brand"),
    "barcodes": _("Barcodes"),
    "price": _("Price"),
    "prices": _("Prices"),
    "from": _("Effective from"),
    "effective_from": _("Effective from"),
    "currency": _("Currency"),
    "digits": _("Decimal places"),
    "lines": _("Lines"),
    "quantity": _("Quantity"),
    "birthday": _("Birthday"),
    "members": _("Members"),
    "who": _("Member"),
    "size": _("Members of a household at most"),
    "title": _("Title"),
    "place": _("Place"),
    "places": _("Places"),
    "opens_at": _("Sign-up from"),
    "closes_at": _("Sign-up until"),
    "days_before": _("Given so many days before"),
    "days_after": _("Coupon good so many days after"),
    "active_days": _("Only who bought within so many days"),
    "tiers": _("Tiers"),
    "minimum_amount": _("Reaching"),
    "minimum_quantity": _("And fuel"),
    "reward": _("Reward"),
    "pieces": _("Pieces"),
    "supervisor": _("Supervisor"),
    "identified_by": _("Recognised"),
    "template": _("Coupon template"),
    "shares": _("Who pays"),
    "cost": _("Cost"),
    "money": _("Money"),
    "picture": _("Picture"),
    "stations": _("Stations"),
    "valid_until": _("Last day"),
    "starts_at": _("From"),
    "ends_at": _("Until"),
    "draws_at": _("Drawn"),
    "segments": _pgettext("wheel", "Segments"),
    "questions": _("Questions"),
    "awards": _("What is won"),
    "prize": _("Prize"),
    "entropy": _("Public text"),
}
"""What the inputs of forms are called, for a problem that is told away from its field."""


def volume_unit() -> str:
    """The company's unit of volume, short."""
    return "L" if organisation.company().volume_unit == VolumeUnit.LITRE else _now("gal")


JOB_STATE = {
    "todo": _("to do"),
    "doing": _("under way"),
    "succeeded": _("done"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "aborting": _("being stopped"),
    "aborted": _("stopped"),
}


def funder_name(code: str) -> str:
    """Who pays, in words: "supplier:aoke" is the supplier aoke."""
    kind, _colon, name = code.partition(":")
    return f"{FUNDER.get(kind, kind)} {name}".strip()
