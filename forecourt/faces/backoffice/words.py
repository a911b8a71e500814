"""Words for codes that come from several folders, in the reader's language."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _pgettext

from forecourt.organisation import queries as organisation
from forecourt.organisation.values import VolumeUnit

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
    "points:read": _("Read points"),
    "programme:write": _("Edit the programme and hand it in"),
    "programme:approve": _("Approve the programme"),
    "catalogue:write": _("Change products, prices and stations"),
    "catalogue:read": _("Read products, prices and stations"),
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
BASIS = {"spend": _("spend"), "volume": _("volume of fuel"), "visits": _("visits")}
PER = {"unit": _("per unit (litre, kWh, piece)"), "currency": _("per unit of currency")}
NEGATIVE = {"owe": _("the balance goes below zero"), "forgive": _("the balance stops at zero")}
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
    "tier.changed": _("Tier changed"),
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
    "tier.changed": "military_tech",
    "coupon.issued": "confirmation_number",
    "coupon.seen": "visibility",
    "coupon.used": "task_alt",
    "coupon.restored": "undo",
    "coupon.voided": "block",
    "coupon.transferred": "swap_horiz",
    "coupon.expiring": "hourglass_bottom",
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
}
"""What the inputs of forms are called, for a problem that is told away from its field."""


def volume_unit() -> str:
    """The company's unit of volume, short."""
    return "L" if organisation.company().volume_unit == VolumeUnit.LITRE else _now("gal")


AUDITED = {
    "customer": _("Customers"),
    "customers": _("Exports of customers"),
    "sales": _("Exports of sales"),
    "points": _("Points"),
    "price": _("Prices"),
    "programme": _("Programme"),
    "sale": _("Sales"),
    "staff": _("Staff and sign-in"),
    "apikey": _("API keys"),
    "station": _("Stations"),
    "product": _("Products"),
    "company": _("Company"),
}
AUDIT_ACTION = {
    "customer.unmask": _("saw in clear"),
    "customer.view": _("opened a customer"),
    "customer.search": _("searched by a personal value"),
    "customers.export": _("exported customers"),
    "customer.create": _("enrolled a customer"),
    "customer.update": _("changed a customer"),
    "customer.merge": _("merged customers"),
    "customer.undo_merge": _("undid a merge"),
    "customer.unmerge": _("undid a merge"),
    "customer.block": _("blocked a customer"),
    "customer.unblock": _("unblocked a customer"),
    "customer.note": _("wrote a note"),
    "points.adjust": _("adjusted points"),
    "price.announce": _("announced prices"),
    "price.withdraw": _("withdrew a price"),
    "programme.publish": _("published the programme"),
    "programme.edit": _("edited the programme"),
    "programme.draft": _("edited the programme"),
    "programme.submit": _("handed the programme in for review"),
    "programme.approve": _("approved the programme"),
    "programme.refuse": _("sent the programme back"),
    "programme.withdraw": _("withdrew the programme from review"),
    "programme.restore": _("copied a version back into the draft"),
    "programme.withdraw_version": _("withdrew a version before it began"),
    "sale.refund": _("refunded a sale"),
    "sale.repair": _("repaired a sale"),
    "sale.accept": _("took a sale as it is"),
    "staff.sign_in": _("signed in"),
    "staff.sign_out": _("signed out"),
    "staff.sign_in_failed": _("failed to sign in"),
    "staff.locked": _("was locked out"),
    "staff.create": _("added a member of staff"),
    "staff.update": _("changed a member of staff"),
    "staff.set_roles": _("set roles"),
    "staff.set_password": _("set a password"),
    "staff.change_own_password": _("changed their own password"),
    "staff.deactivate": _("closed an account"),
    "staff.reactivate": _("opened an account again"),
    "apikey.create": _("made an API key"),
    "apikey.revoke": _("revoked an API key"),
    "company.set": _("changed the company's settings"),
    "product.update": _("changed a product"),
    "product.rename_category": _("renamed a category"),
    "station.open": _("opened stations"),
    "station.update": _("changed a station"),
    "station.close": _("closed a station"),
    "station.reopen": _("opened a station again"),
    "sale.import": _("imported sales"),
    "sales.export": _("exported sales"),
    "customer.rename_tag": _("renamed a tag"),
    "staff.enlist": _("added staff"),
}

JOB_STATE = {
    "todo": _("to do"),
    "doing": _("under way"),
    "succeeded": _("done"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "aborting": _("being stopped"),
    "aborted": _("stopped"),
}
