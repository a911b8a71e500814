"""Events of a customer's timeline in words."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from forecourt.coupons import queries as coupons
from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.happening_words import EVENT
from forecourt.faces.backoffice.templatetags.office import day, volume, yuan
from forecourt.games.models import LOST_NAMES
from forecourt.kernel import stamps
from forecourt.kernel.events import Recorded
from forecourt.kernel.values import Value
from forecourt.organisation.values import StationFacts


class Happening(Value):
    """One line of the timeline; `link` leads to what it is about, "" where there is nothing to see."""

    kind: str
    icon: str
    title: str
    text: str
    at: Any
    link: str = ""


def told(event: Recorded, stations: dict[int, StationFacts], tiers: dict[str, str]) -> Happening:
    """An event as a person would tell it."""
    kind = event.name.rpartition(".")[0]
    body = event.body
    station = stations.get(body.get("station_id") or 0)
    tell, known = _TELLERS.get(kind), EVENT.get(kind)
    return Happening(
        kind=kind,
        icon=known.icon if known else "circle",
        title=str(known.words) if known else kind,
        text=tell(body, station.name if station else "", tiers) if tell else "",
        at=event.occurred_at,
        link=_link(body),
    )


def _link(body: dict[str, Any]) -> str:
    if "redemption_id" in body:
        return reverse("admin:redemption", args=[body["redemption_id"]])
    return reverse("admin:sale", args=[body["sale_id"]]) if body.get("sale_id") else ""


def _sale(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    fuel = Decimal(body["fuel_quantity"])
    parts = [station, str(yuan(Decimal(body["net"])))]
    if fuel:
        parts.insert(1, f"{volume(fuel)} {words.volume_unit()}")
    if body["points"]:
        parts.append(_points(body["points"]))
    if body.get("flagged"):
        parts.append(_("to repair"))
    return " · ".join(part for part in parts if part)


def _points(count: int) -> str:
    return ngettext("%(count)s point", "%(count)s points", abs(count)) % {"count": f"{count:+,}".replace("-", "−")}


def _repaired(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return " · ".join(part for part in (station, _points(body["points"]) if body["points"] else "") if part)


def _changed(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    # Translators: the names of what can change of a customer
    known = {
        "name": _("name"),
        "kind": _("kind"),
        "language": _("language"),
        "tags": _("tags"),
        "birthday": _("birthday"),
        "custom": _("custom fields"),
        "identities": _("phone, card or other identity"),
        "phone": _("phone"),
        "card": _("card"),
        "email": _("e-mail"),
        "plate": _("plate"),
        "vehicles": _("vehicles"),
        "blocked": _("blocked or not"),
        "is_blocked": _("blocked or not"),
    }
    return ", ".join(known.get(field.partition(".")[0], field) for field in body["fields"])


def _joined(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return station


def _merged(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return _("customer %(number)s was taken in") % {"number": body["merged_id"]}


def _unmerged(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return _("customer %(number)s stands by itself again") % {"number": body["merged_id"]}


def _note(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return str(body["author"])


def _adjusted(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return f"{_points(body['points'])} · {body['reason']}"


def _expired(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return _points(-body["points"])


def _tier(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    before, after = body["before"], body["after"]
    return f"{tiers.get(before, before) or '–'} → {tiers.get(after, after) or '–'}"


def _coupon(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    name = _coupon_name(body["template"])
    return f"{name} · {body['reason']}" if body.get("reason") else name


def _coupon_name(code: str) -> str:
    """What a template is called; nothing where none was given."""
    known = coupons.live_templates(stamps.read().get(coupons.STAMP, 0)).get(code) if code else None
    return known.template.name if known else code


def _game_played(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    parts = [body["title"], pgettext("game", "won") if body["won"] else _("nothing won")]
    if body["points_spent"]:
        parts.append(_points(-body["points_spent"]))
    return " · ".join(parts)


def _game_prize(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return " · ".join(part for part in (body["title"], body["prize_name"], station) if part)


_LOST = dict(LOST_NAMES)


def _prize_offered(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    said = [body["title"], body["prize_name"]]
    if body.get("reserve"):
        said.append(_("as reserve %(place)s") % {"place": body["reserve"]})
    return " · ".join([*said, _("until %(day)s") % {"day": day(date.fromisoformat(body["confirm_by"]))}])


def _prize_lost(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return " · ".join([body["title"], body["prize_name"], str(_LOST.get(body["why"], body["why"]))])


def _entered(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    said = ngettext("%(count)s ticket", "%(count)s tickets", body["tickets"]) % {"count": body["tickets"]}
    return f"{body['title']} · {said}"


def _chances(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    said = ngettext("%(count)s chance", "%(count)s chances", body["chances"]) % {"count": body["chances"]}
    return f"{body['title']} · {said}"


def _given(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return _points(body["points"])


def _transferred(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    said = _("from customer %(number)s") if body["points"] > 0 else _("to customer %(number)s")
    return " · ".join(
        part for part in (_points(body["points"]), said % {"number": body["other_id"]}, body["reason"]) if part
    )


def _expiring(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    said = ngettext("%(count)s point", "%(count)s points", body["points"]) % {"count": f"{body['points']:,}"}
    return _("%(points)s, good until %(day)s") % {"points": said, "day": day(date.fromisoformat(body["expires_on"]))}


def _refused(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return f"{_points(body['points'])} · {body['note']}"


def _at_risk(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    until = day(date.fromisoformat(body["until"]))
    return f"{_tier({'before': body['tier'], 'after': body['falls_to']}, station, tiers)} · " + _(
        "kept until %(day)s"
    ) % {"day": until}


def _redeemed(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    parts = (body["reward_name"], station, _points(-body["points"]))
    return " · ".join(part for part in parts if part)


def _collected(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return " · ".join(part for part in (body["reward_name"], station) if part)


def _taken_back(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    given = _points(body["points"]) if body["points"] else _("points forfeited")
    return " · ".join(part for part in (body["reward_name"], given, body.get("reason", "")) if part)


def _gift(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    which = _("birthday") if body["kind"] == "birthday" else _("anniversary of joining")
    parts = [
        f"{which} {body['year']}",
        _points(body["points"]) if body["points"] else "",
        _coupon_name(body["template"]),
    ]
    return " · ".join(part for part in parts if part)


def _left_out(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return _coupon_name(body["template"])


def _referral_reward(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    which = _("brought a new member") if body["is_referrer"] else _("came by a member's recommendation")
    parts = [which, _points(body["points"]) if body["points"] else "", _coupon_name(body["template"])]
    return " · ".join(part for part in parts if part)


def _referral_end(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return str(words.REFERRAL_END.get(body["reason"], body["reason"]))


def _referral_code(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return f"{body['code']} · {words.REFERRAL_CODE.get(body['reason'], body['reason'])}"


def _brought_by(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    return _("customer %(number)s") % {"number": body["referrer_id"]}


def _event_title(body: dict[str, Any], station: str, tiers: dict[str, str]) -> str:
    parts = [body["title"], _points(body["points"]) if body.get("points") else ""]
    if body.get("is_waiting"):
        parts.append(str(words.SIGN_UP["waiting"]))
    if "reason" in body:
        parts.append(str(words.SIGN_UP_END.get(body["reason"], body["reason"])))
    return " · ".join(part for part in parts if part)


_TELLERS = {
    "sale.posted": _sale,
    "sale.refunded": _sale,
    "sale.repaired": _repaired,
    "customer.joined": _joined,
    "customer.changed": _changed,
    "customer.merged": _merged,
    "customer.unmerged": _unmerged,
    "customer.note_written": _note,
    "points.adjusted": _adjusted,
    "points.expired": _expired,
    "points.given": _given,
    "points.spent": _expired,
    "points.returned": _given,
    "points.transferred": _transferred,
    "points.expiring": _expiring,
    "points.adjustment_asked": _adjusted,
    "points.adjustment_refused": _refused,
    "tier.changed": _tier,
    "gift.given": _gift,
    "gift.coupon_left_out": _left_out,
    "referral.made": _brought_by,
    "referral.not_made": _referral_code,
    "referral.rewarded": _referral_reward,
    "referral.refused": _referral_end,
    "member_event.signed_up": _event_title,
    "member_event.moved_up": _event_title,
    "member_event.sign_up_cancelled": _event_title,
    "member_event.attended": _event_title,
    "member_event.missed": _event_title,
    "reward.redeemed": _redeemed,
    "reward.collected": _collected,
    "reward.cancelled": _taken_back,
    "reward.expired": _taken_back,
    "tier.at_risk": _at_risk,
    "game.played": _game_played,
    "game.won": _game_prize,
    "draw.entered": _entered,
    "chance.given": _chances,
    "prize.collected": _game_prize,
    "prize.expired": _game_prize,
    "prize.offered": _prize_offered,
    "prize.lost": _prize_lost,
    "prize.waits": _game_prize,
    "coupon.issued": _coupon,
    "coupon.seen": _coupon,
    "coupon.used": _coupon,
    "coupon.restored": _coupon,
    "coupon.voided": _coupon,
    "coupon.transferred": _coupon,
    "coupon.expiring": _coupon,
}
