"""Coupons as both doors answer them, and what they answer to one that is looked up: the status, the media type, the bytes."""

from collections.abc import Collection, Iterable
from typing import Final

from django.utils.translation import gettext as _

from forecourt.coupons import permissions, queries, rules, wire
from forecourt.coupons.queries import CouponView
from forecourt.coupons.values import Where
from forecourt.coupons.wire import CouponOut, PlaceOut
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.languages import in_languages
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.kernel.wire import JSON, HttpAnswer
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts

_SAME: Final = tuple(name for name in CouponOut.__dataclass_fields__ if name in CouponView._fields and name != "name")


def look_up(actor: Actor, body: bytes) -> HttpAnswer:
    """What a code stands for, and whether it can be used now. An unknown code is an answer, not an error."""
    asked = wire.decode_lookup(body)
    actor.require(permissions.VIEW_COUPONS)
    member = known(asked.customer_id) if asked.customer_id is not None else None
    found = queries.for_sale([asked.code], [])
    coupon = found[0] if found else None
    template = queries.templates([coupon.template])[coupon.template].template if coupon else None
    used = queries.used_by([member], [coupon.template_id]) if member and coupon else {}
    now = clock.now()
    is_blocked = member is not None and member in customers.blocked([member])
    times = next(iter(used.values()), 0)
    why = rules.why_not(coupon, template, organisation.company_day(now), member, times, is_blocked=is_blocked)
    station = station_of(asked.station) if asked.station is not None else None
    if why is None and template is not None:
        why = rules.why_not_there(template, queries.places([template.code])[template.code], station)
    zone = organisation.company_zone()
    messages = in_languages(lambda: rules.sentence(why, coupon, template, zone) if why else "")
    answer = wire.LookupOut(
        usable=why is None,
        why_not=why.value if why else None,
        messages=messages,
        handover=template.handover if template else "",
        coupon=outs([queries.view(coupon.id)])[0] if coupon else None,
    )
    return HttpAnswer(200, JSON, wire.encode(answer))


def known(customer_id: int) -> int:
    """The id under which a customer is known today; NotFound when there is none."""
    resolved = customers.resolve([CustomerClaim(id=customer_id)])[0]
    if resolved is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return resolved.customer_id


def station_of(code: str) -> StationFacts:
    """The station with that code; Invalid, naming the field, when there is none."""
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise Invalid.field("station", _("%(code)r is not a station") % {"code": code})
    return station


def outs(views: Collection[CouponView]) -> list[CouponOut]:
    """Coupons as they are answered, with where offers take them now."""
    places = queries.places({view.template for view in views})
    return [_out(view, places[view.template]) for view in views]


def _out(view: CouponView, places: Iterable[Where]) -> CouponOut:
    same = {name: getattr(view, name) for name in _SAME}
    return CouponOut(**same, name=view.template_name, places=tuple(PlaceOut.of(where) for where in places))
