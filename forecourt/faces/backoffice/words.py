"""Words for codes that come from several folders, in the reader's language."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _pgettext

from forecourt.faces.backoffice import field_words, trail_words
from forecourt.loyalty.words import TENDERS
from forecourt.organisation import queries as organisation
from forecourt.organisation.rules import unit_in_short

AUDITED, AUDIT_ACTION = trail_words.AUDITED, trail_words.AUDIT_ACTION
FIELD = field_words.FIELD
TENDER = TENDERS

FLAG = {
    "unknown_product": _("Product not known"),
    "unknown_customer": _("Customer not known"),
    "blocked_customer": _("Customer is blocked"),
    "clock_off": _("Clock of the till is off"),
    "amount_mismatch": _("Quantity × price ≠ amount"),
    "tender_mismatch": _("Payments ≠ total"),
    "points_short": _("Too few points to pay"),
    "points_refused": _("Points that may not pay"),
    "points_uneven": _("Points not in steps"),
}
FLAG_HELP = {
    "unknown_product": _("The till sent a product code that the catalogue does not have, so it earned no points."),
    "unknown_customer": _("The till sent a phone, plate or card that belongs to nobody, so no points were given."),
    "blocked_customer": _("The customer was recognised but is blocked, so no points were given."),
    "clock_off": _("The time of the sale lies in the future or long ago; check the clock of the till."),
    "amount_mismatch": _("Quantity times unit price does not give the line's amount."),
    "tender_mismatch": _("What was paid does not add up to what was sold."),
    "points_short": _("Points were to pay that the customer did not have; none were taken."),
    "points_refused": _(
        "The customer is blocked or was not recognised well enough to pay with points; none were taken."
    ),
    "points_uneven": _("Fewer points than the programme's minimum, or not in its steps, paid; they were taken."),
}
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
    "gifts:write": _("Draft the rules of gifts and referrals, hand them in, stop them"),
    "occasions:approve": _("Approve rules of gifts, referrals and events, decide on referrals"),
    "occasions:write": _("Sign members up for events, check them in, note who brought whom"),
    "occasions:read": _("Read events, sign-ups and referrals"),
    "programme:write": _("Edit the programme and hand it in"),
    "programme:approve": _("Approve the programme"),
    "games:write": _("Draft games and hand them in, give chances, hand over prizes"),
    "games:approve": _("Approve games"),
    "games:run": _("End games, restock them, hold draws and pass prizes on"),
    "games:cap": _("Set what a prize may be worth at most"),
    "games:play": _("Play games for customers, confirm and decline their prizes"),
    "games:read": _("Read games and their protocols"),
    "costs:write": _("Note what products cost"),
    "costs:read": _("See what products cost"),
    "catalogue:write": _("Change products, prices and stations"),
    "catalogue:read": _("Read products, prices and stations"),
    "rewards:write": _("Make and change rewards and their stock"),
    "rewards:approve": _("Approve rewards"),
    "rewards:redeem": _("Redeem rewards, hand them over and take them back"),
    "rewards:read": _("Read rewards and redemptions"),
    "accounts:read": _("Read the books of points and claims"),
    "accounts:write": _("Draft accounting policies, make, send and settle claims"),
    "accounts:approve": _("Approve accounting policies"),
    "accounts:close": _("Close the books of a month"),
    "offers:write": _("Draft offers and hand them in, pause, end and simulate them"),
    "offers:approve": _("Approve offers"),
    "offers:read": _("Read offers and simulations"),
    "coupons:write": _("Draft coupon templates and hand them in, issue, use and void coupons"),
    "coupons:approve": _("Approve coupon templates"),
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
    "alike": _("the same last four of a phone, card or plate, today or before"),
    "staff": _("our own staff"),
    "together": _("bought at the same station within minutes"),
    "burst": _("several enrolled at the same station within minutes"),
    "month": _("more than the limit of a month"),
    "year": _("more than the limit of a year"),
    "blocked": _("one of the two is blocked"),
    "template": _("the coupon is not issued any more, or its limit is reached"),
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
JOB_STATE = {
    "todo": _("to do"),
    "doing": _("under way"),
    "succeeded": _("done"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "aborting": _("being stopped"),
    "aborted": _("stopped"),
}


def volume_unit() -> str:
    """The company's unit of volume, short."""
    return unit_in_short(organisation.company().volume_unit)
