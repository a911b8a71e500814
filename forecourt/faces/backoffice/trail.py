"""Entries of the audit trail in words."""

from typing import Any
from uuid import UUID

import msgspec
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.faces.backoffice import words

_THING = {
    "customer": gettext_lazy("Customer"),
    "sale": gettext_lazy("Sale"),
    "staff": gettext_lazy("Staff"),
    "station": gettext_lazy("Station"),
    "stations": gettext_lazy("Stations"),
    "product": gettext_lazy("Product"),
    "category": gettext_lazy("Category"),
    "price": gettext_lazy("Price"),
    "programme": gettext_lazy("Programme"),
    "reward": gettext_lazy("Reward"),
    "redemption": gettext_lazy("Redemption"),
    "rulebook": gettext_lazy("Rules"),
    "review": gettext_lazy("Review"),
    "apikey": gettext_lazy("API key"),
    "company": gettext_lazy("Company"),
    "household": gettext_lazy("Household"),
    "occasion": gettext_lazy("Rules of an occasion"),
    "referral": gettext_lazy("Referral"),
    "event": gettext_lazy("Member event"),
    "tag": gettext_lazy("Tag"),
    "customers": gettext_lazy("Customers"),
    "sales": gettext_lazy("Sales"),
    "everywhere": gettext_lazy("Everywhere"),
    "policy": gettext_lazy("Accounting policy"),
    "period": gettext_lazy("Month"),
    "liability": gettext_lazy("Points liability"),
    "claim": gettext_lazy("Claim"),
    "coupon": gettext_lazy("Coupon"),
    "coupon_template": gettext_lazy("Coupon template"),
    "coupon_batch": gettext_lazy("Batch"),
    "coupon_origin": gettext_lazy("Coupons"),
}
_DETAIL = {
    "fields": gettext_lazy("changed"),
    "kinds": gettext_lazy("kind"),
    "kind": gettext_lazy("kind"),
    "prices": gettext_lazy("prices"),
    "count": gettext_lazy("count"),
    "points": gettext_lazy("points"),
    "points_before": gettext_lazy("points before"),
    "pieces": gettext_lazy("pieces"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("after"),
    "identified_by": gettext_lazy("recognised"),
    "vouched_by": gettext_lazy("vouched for by"),
    "roles": gettext_lazy("roles"),
    "scopes": gettext_lazy("scopes"),
    "codes": gettext_lazy("codes"),
    "name": gettext_lazy("name"),
    "version": gettext_lazy("version"),
    "net": gettext_lazy("amount"),
    "failures": gettext_lazy("failures"),
    "customers": gettext_lazy("customers"),
    "merged": gettext_lazy("taken in"),
    "merged_id": gettext_lazy("taken in"),
    "since": gettext_lazy("From"),
    "until": gettext_lazy("To"),
    "station": gettext_lazy("station"),
    "tag": gettext_lazy("tag"),
    "tier": gettext_lazy("tier"),
    "requests_per_second": gettext_lazy("requests a second"),
    "searched": gettext_lazy("searched"),
    "chosen": gettext_lazy("chosen"),
    "locked": gettext_lazy("locked"),
    "active": gettext_lazy("active"),
    "refund": gettext_lazy("refund"),
    "moved": gettext_lazy("taken along"),
    "refund_of": gettext_lazy("of sale"),
    "flags": gettext_lazy("flags"),
    "reason": gettext_lazy("reason"),
    "coupons": gettext_lazy("coupons"),
    "giver": gettext_lazy("given by"),
}
_MOST_SHOWN = 6


def told(row: dict[str, Any]) -> dict[str, Any]:
    """An entry with `thing` and its `link` where there is a page, and `details` as one line."""
    kind, _colon, key = row["subject"].partition(":")
    thing = str(_THING.get(kind, kind))
    return {
        **row,
        "thing": f"{thing} {_short(key)}".strip(),
        "link": _link(kind, key, row),
        "details": _details(msgspec.json.decode(row["detail"] or "{}")),
    }


def _short(key: str) -> str:
    """A sale's id by its last letters; what people gave names to whole."""
    return f"…{key[-6:]}" if len(key) == 36 and key.count("-") == 4 else key


def _link(kind: str, key: str, row: dict[str, Any]) -> str:
    try:
        if kind == "sale":
            return reverse("admin:sale", args=[UUID(key)])
        if row["customer_id"] and row["customer_id"] > 0:
            return reverse("admin:customer", args=[row["customer_id"]])
        if kind == "station" and row["station_id"]:
            return reverse("admin:station", args=[row["station_id"]])
    except (ValueError, NoReverseMatch):
        return ""
    return ""


def _details(body: dict[str, Any]) -> str:
    parts = []
    for name, value in body.items():
        if value in (None, "", [], {}, False, 0) or name == "merge":
            continue
        parts.append(f"{_DETAIL.get(name, name.replace('_', ' '))}: {_value(value)}")
    return " · ".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        shown = ", ".join(_value(one) for one in value[:_MOST_SHOWN])
        return shown + (f" +{len(value) - _MOST_SHOWN}" if len(value) > _MOST_SHOWN else "")
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    known = words.FIELD.get(value) or words.IDENTITY.get(value) or words.ROLE.get(value)
    return str(known or (_short(value) if isinstance(value, str) else value))
