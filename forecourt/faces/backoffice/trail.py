"""Entries of the audit trail in words."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.queries import operating
from forecourt.faces.backoffice.screen import may_open
from forecourt.games.models import LOST_NAMES
from forecourt.kernel.actors import Actor

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
    "costs": gettext_lazy("Costs"),
    "game": gettext_lazy("Game"),
    "games": gettext_lazy("Games"),
    "identity": gettext_lazy("Identity"),
    "note": gettext_lazy("Note"),
    "vehicle": gettext_lazy("Vehicle"),
    "offer": gettext_lazy("Offer"),
    "offers": gettext_lazy("Offers"),
    "source": gettext_lazy("Source"),
    "region": gettext_lazy("Region"),
    "legal_entity": gettext_lazy("Legal entity"),
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
    "reward": gettext_lazy("reward"),
    "template": gettext_lazy("coupon template"),
    "prize": gettext_lazy("prize"),
    "add": gettext_lazy("added"),
    "stock": gettext_lazy("stock"),
    "amount": gettext_lazy("amount"),
    "total": gettext_lazy("amount"),
    "margin": gettext_lazy("least margin"),
    "winners": gettext_lazy("winners"),
    "reserves": gettext_lazy("reserves"),
    "reserve": gettext_lazy("reserve"),
    "why": gettext_lazy("why"),
    "code": gettext_lazy("code"),
    "copy_of": gettext_lazy("copy of"),
    "from_version": gettext_lazy("from version"),
    "from": gettext_lazy("from customer"),
    "to": gettext_lazy("to customer"),
    "old": gettext_lazy("before"),
    "kept_by": gettext_lazy("kept by"),
    "refused": gettext_lazy("left out"),
    "by": gettext_lazy("searched by"),
    "prize_cap": gettext_lazy("a prize is worth at most"),
    "is_checked": gettext_lazy("checked by a lawyer"),
    "list_hash": gettext_lazy("digest of the list"),
    "entropy": gettext_lazy("public text"),
    "most_offers": gettext_lazy("most offers in a sale"),
    "most_percent": gettext_lazy("most percent off"),
    "discarded": gettext_lazy("thrown away"),
}
_PAGES = {
    "reward": "reward",
    "redemption": "redemption",
    "offer": "offer",
    "game": "game",
    "event": "member_event",
    "claim": "claim",
    "policy": "liability_policy",
    "review": "programme_review",
    "coupon": "coupon",
    "coupon_template": "coupon_template",
    "coupon_batch": "coupon_batch",
}
"""The page of a thing, by what its subject begins with; its address wants the rest of the subject."""
_RULES = {
    "policy": (gettext_lazy("How offers combine"), "offer_settings"),
    "floors": (gettext_lazy("Margin floors"), "offer_floors"),
}
"""The rules of all offers, by what follows "offers:": what they are called, and their page."""
_CALLED = {"reward", "template"}
"""Details that hold the code of something with a name."""
_LOST = dict(LOST_NAMES)
_NOT_SHOWN = {"merge", "adjustment"}
"""Numbers that tell a reader nothing."""
_MONEY = {"net", "amount", "total"}
_MOST_SHOWN = 6


def told(rows: Sequence[dict[str, Any]], reader: Actor) -> list[dict[str, Any]]:
    """Entries with `thing` and its `link` where there is a page that the reader may open, `details` as one line, and `name` of
    whoever did it.
    """
    subjects = [row["subject"].partition(":") for row in rows]
    details = [msgspec.json.decode(row["detail"] or "{}") for row in rows]
    asked = [(kind, key) for kind, _colon, key in subjects] + [one for body in details for one in _mentioned(body)]
    names = operating.names(asked)
    actors = operating.actors(row["actor"] for row in rows)
    return [
        {
            **row,
            "thing": _thing(kind, key, names),
            "link": link if (link := _link(kind, key, row)) and may_open(reader, link) else "",
            "details": _details(body, names),
            "name": actors.get(row["actor"], ""),
        }
        for row, (kind, _colon, key), body in zip(rows, subjects, details, strict=True)
    ]


def _mentioned(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What details speak of by its key: rewards, coupon templates, the stations at which somebody has a role."""
    yield from ((name, value) for name, value in body.items() if name in _CALLED and isinstance(value, str))
    for held in body.get("roles") or ():
        kind, _colon, key = str(held).partition("@")[2].partition(":")
        yield f"{kind}_id", key


def _role(held: str, names: Mapping[tuple[str, str], str]) -> str:
    """A role as the audit trail keeps it, "cashier@station:3", in words."""
    role, _at, place = held.partition("@")
    kind, _colon, key = place.partition(":")
    where = names.get((f"{kind}_id", key), place)
    return " · ".join(part for part in (str(words.ROLE.get(role, role)), where) if part)


def _thing(kind: str, key: str, names: Mapping[tuple[str, str], str]) -> str:
    if kind == "offers" and key in _RULES:
        return str(_RULES[key][0])
    return f"{_THING.get(kind, kind)} {names.get((kind, key)) or _short(key)}".strip()


def _short(key: str) -> str:
    """A sale's id by its last letters; what people gave names to whole."""
    return f"…{key[-6:]}" if len(key) == 36 and key.count("-") == 4 else key


def _link(kind: str, key: str, row: dict[str, Any]) -> str:
    try:
        if kind == "sale":
            return reverse("admin:sale", args=[UUID(key)])
        if kind == "offers" and key in _RULES:
            return reverse(f"admin:{_RULES[key][1]}")
        if kind in _PAGES and key:
            return reverse(f"admin:{_PAGES[kind]}", args=[key])
        if row["customer_id"] and row["customer_id"] > 0:
            return reverse("admin:customer", args=[row["customer_id"]])
        if kind == "station" and row["station_id"]:
            return reverse("admin:station", args=[row["station_id"]])
    except (ValueError, NoReverseMatch):
        return ""
    return ""


def _details(body: dict[str, Any], names: Mapping[tuple[str, str], str]) -> str:
    parts = []
    for name, value in body.items():
        if value in (None, "", [], {}, False, 0) or name in _NOT_SHOWN:
            continue
        said = names.get((name, value)) if name in _CALLED and isinstance(value, str) else None
        if name == "roles" and isinstance(value, list):
            said = ", ".join(_role(str(held), names) for held in value)
        if name == "why":
            said = str(_LOST.get(str(value), value))
        parts.append(f"{_DETAIL.get(name, name.replace('_', ' '))}: {said or _value(value, is_money=name in _MONEY)}")
    return " · ".join(parts)


def _value(value: Any, *, is_money: bool = False) -> str:
    if is_money:
        return f"{Decimal(str(value)):,.2f}".replace("-", "−")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        shown = ", ".join(_value(one) for one in value[:_MOST_SHOWN])
        return shown + (f" +{len(value) - _MOST_SHOWN}" if len(value) > _MOST_SHOWN else "")
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    known = words.FIELD.get(value) or words.IDENTITY.get(value) or words.ROLE.get(value)
    return str(known or (_short(value) if isinstance(value, str) else value))
