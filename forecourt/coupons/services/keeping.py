"""What happens to single coupons: seen, claimed, transferred, handed over, made void, given back."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.coupons import permissions, queries, records, rules
from forecourt.coupons.events import CouponTransferred
from forecourt.coupons.services.issuing import known_customers, lock_survivors
from forecourt.coupons.values import Coupon, CouponStatus, Step, Use, WhyNot
from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.customers.values import anonymous_customer_id
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.organisation import queries as organisation

MOST_AT_ONCE: Final = 1000
CLAIMED: Final = "claimed"
GIVEN: Final = "given"


@transaction.atomic(durable=True)
def mark_seen(actor: Actor, coupon_ids: Sequence[UUID]) -> int:
    """Note that customers saw their coupons; returns how many were seen for the first time. At most 1,000."""
    actor.require(permissions.TRANSFER_COUPONS)
    _check_count("coupon_ids", coupon_ids)
    records.lock(set(coupon_ids))
    seen = records.mark_seen(coupon_ids)
    publish(seen)
    return len(seen)


@transaction.atomic(durable=True)
def claim_coupon(actor: Actor, code: str, customer_id: int) -> Coupon:
    """Make the coupon of that code this customer's: a bearer's, or one that its holder shared by telling the code.

    NotFound for a code that no coupon has; Conflict, saying why, for one that cannot be taken.
    """
    actor.require(permissions.TRANSFER_COUPONS)
    coupon = _found(code)
    taker = known_customers([customer_id])[customer_id]
    if coupon.customer_id == taker:
        return coupon
    return _move(actor, coupon, taker, CLAIMED)


@transaction.atomic(durable=True)
def transfer_coupon(actor: Actor, coupon_id: UUID, customer_id: int) -> Coupon:
    """Give a customer's coupon to another one, where its template allows it. Conflict, saying why, where it cannot be."""
    actor.require(permissions.TRANSFER_COUPONS)
    coupon = queries.coupon(coupon_id)
    taker = known_customers([customer_id])[customer_id]
    if coupon.customer_id == taker:
        raise Conflict(_("This coupon is customer %(id)s's already.") % {"id": taker})
    return _move(actor, coupon, taker, GIVEN)


def _move(actor: Actor, before: Coupon, taker: int, reason: str) -> Coupon:
    """Lock both customers and the coupon, look whether it can change hands, and have it do so."""
    template = queries.templates([before.template])[before.template].template
    if before.is_generic:
        raise Conflict(_("%(code)s is one code for everybody; nobody needs to own it.") % {"code": before.code})
    if before.customer_id is not None and not template.is_transferable:
        raise Conflict(_("Coupons of %(name)s belong to whom they were given.") % {"name": template.name})
    if customer_records.lock({taker, *([before.customer_id] if before.customer_id else [])})[taker] is not None:
        raise Conflict(_("This customer was merged just now; send it again."))
    coupon = _locked(before)
    giver = coupon.customer_id
    is_blocked = giver is not None and giver in customer_queries.blocked([giver])
    why = rules.why_not(coupon, template, organisation.company_day(), giver, is_blocked=is_blocked)
    if why not in (None, WhyNot.NOT_YET, WhyNot.MEMBERS):
        raise Conflict(rules.sentence(why, coupon, template, organisation.company_zone()))
    if taker in customer_queries.blocked([taker]):
        raise Conflict(
            _("Customer %(id)s is blocked, so no coupon can be theirs; unblock the customer first.") % {"id": taker}
        )
    now = clock.now()
    records.move([coupon.id], taker, at=now, actor=actor.label, reason=reason)
    publish(
        [
            CouponTransferred(
                customer_id=taker,
                occurred_at=now,
                coupon_id=coupon.id,
                template=coupon.template,
                giver_id=coupon.customer_id or 0,
            )
        ]
    )
    detail = {"template": coupon.template, "giver": coupon.customer_id}
    audit.record(actor, "coupon.transfer", f"coupon:{coupon.id}", customer_id=taker, reason=reason, detail=detail)
    return queries.coupon(coupon.id)


@transaction.atomic(durable=True)
def redeem_coupon(actor: Actor, code: str, station: str, customer_id: int | None = None) -> Coupon:
    """Take a coupon for what its template says is handed over, without a sale; returns it as it stands then.

    `station` is a code in the actor's scope. Without a customer it is used by its holder, a bearer's by nobody known.
    NotFound for an unknown code; Conflict, saying why, when it is not taken.
    """
    actor.require(permissions.REDEEM_COUPONS)
    place = organisation.station_facts([station]).get(station)
    if place is None:
        raise Invalid.field("station", _("%(code)r is not a station") % {"code": station})
    actor.require_station(place.id, station)
    before = _found(code)
    template = queries.templates([before.template])[before.template].template
    if not template.handover:
        raise Conflict(_("%(name)s is used in a sale; ring the sale up with the coupon.") % {"name": template.name})
    member = lock_survivors([customer_id])[customer_id] if customer_id is not None else before.customer_id
    if customer_id is None and member is not None:
        customer_records.lock([member])
    coupon = _locked(before)
    used = queries.used_by([member], [coupon.template_id]) if member else {}
    times = used.get((member or 0, coupon.template_id), 0)
    is_blocked = member is not None and member in customer_queries.blocked([member])
    why = rules.why_not(coupon, template, organisation.company_day(), member, times, is_blocked=is_blocked)
    if why is None and not rules.is_handed_over(template, station):
        why = WhyNot.NOT_HERE
    if why is not None:
        raise Conflict(rules.sentence(why, coupon, template, organisation.company_zone()))
    use = Use(
        coupon_id=coupon.id,
        template=coupon.template,
        template_id=coupon.template_id,
        customer_id=member or anonymous_customer_id(place.id),
        sale_id=None,
        station_id=place.id,
        used_at=clock.now(),
    )
    publish(records.use([use]))
    detail = {"template": coupon.template}
    audit.record(actor, "coupon.redeem", f"coupon:{coupon.id}", customer_id=member, station_id=place.id, detail=detail)
    return queries.coupon(coupon.id)


@transaction.atomic(durable=True)
def void_coupons(actor: Actor, coupon_ids: Sequence[UUID], reason: str) -> int:
    """Make coupons void that are not void yet; returns how many. At most 1,000.

    One that is used up stays used: it does not become good again when its sale is refunded.
    """
    actor.require(permissions.VOID_COUPONS)
    _check_count("coupon_ids", coupon_ids)
    why = _reason(reason)
    records.lock(set(coupon_ids))
    voided = records.void(set(coupon_ids), why)
    publish(voided)
    records.note([event.coupon_id for event in voided], Step.VOIDED, actor=actor.label, reason=why)
    for event in voided:
        audit.record(
            actor, "coupon.void", f"coupon:{event.coupon_id}", customer_id=event.customer_id or None, reason=why
        )
    return len(voided)


@transaction.atomic(durable=True)
def restore_coupon(actor: Actor, coupon_id: UUID, reason: str) -> Coupon:
    """Give a used coupon its latest use back, or make a void one good again. Its last day stays as it is.

    One that was voided after it was used gets its use back and is void then: made good again by doing this twice.
    Conflict when there is nothing to give back, or its batch or its template's code was made void as a whole.
    """
    actor.require(permissions.VOID_COUPONS)
    why = _reason(reason)
    before = queries.coupon(coupon_id)
    if before.customer_id is not None:
        customer_records.lock([before.customer_id])
    coupon = _locked(before)
    if coupon.status is CouponStatus.VOID:
        if not records.unvoid(coupon_id):
            raise Conflict(_("Its batch or its template was made void as a whole; make that good again."))
        records.note([coupon_id], Step.REVIVED, actor=actor.label, reason=why)
    else:
        restored = records.restore_latest(coupon_id)
        if not restored:
            raise Conflict(_("This coupon was not used; there is nothing to give back."))
        records.put_back(Counter([coupon_id]))
        publish(restored)
        records.note([coupon_id], Step.RESTORED, actor=actor.label, reason=why)
    audit.record(actor, "coupon.restore", f"coupon:{coupon_id}", customer_id=coupon.customer_id, reason=why)
    return queries.coupon(coupon_id)


def _found(code: str) -> Coupon:
    found = queries.for_sale([code], [])
    if not found:
        raise NotFound(rules.sentence(WhyNot.UNKNOWN, None, None))
    return found[0]


def _locked(before: Coupon) -> Coupon:
    """The coupon, locked; the caller has locked who held it before. Conflict when it changed hands since."""
    found = queries.for_sale([before.code], [], lock=True)
    if not found or found[0].id != before.id or found[0].customer_id != before.customer_id:
        raise Conflict(_("This coupon has just changed hands; look it up again."))
    return found[0]


def _check_count(path: str, items: Collection[object]) -> None:
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise Invalid.field(
            path, _("%(count)s coupons; give 1 to %(most)s at once") % {"count": len(items), "most": MOST_AT_ONCE}
        )


def _reason(reason: str) -> str:
    text = " ".join(reason.split())
    if not 1 <= len(text) <= 200:
        raise Invalid.field("reason", _("has %(count)s characters; say why in 1 to 200") % {"count": len(text)})
    return text
