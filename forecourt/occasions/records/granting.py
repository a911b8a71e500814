"""Points and coupons given for one thing each."""

from collections.abc import Sequence

from forecourt.coupons import events as coupon_events
from forecourt.coupons import records as coupons
from forecourt.coupons.values import NewCoupon
from forecourt.kernel import clock
from forecourt.kernel.events import publish
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import records as loyalty
from forecourt.loyalty.values import Gift
from forecourt.occasions.values import Grant


def grant(grants: Sequence[Grant], *, leaving_out: bool = False) -> list[Grant]:
    """Give points and coupons, each origin once for a customer, and publish it. Callers hold the customers' locks.

    Invalid, naming the template, for a coupon that is not issued any more, Conflict where its limit is reached. With
    `leaving_out`, for lists, where one coupon must not stop the others, those are left out; returns who goes without.
    """
    gifts = [
        Gift(customer_id=one.customer_id, points=one.points, origin=one.origin, reason=one.reason, actor=one.actor)
        for one in grants
        if one.points > 0
    ]
    if gifts:
        publish(loyalty_events.moved(loyalty.give(gifts)))
    wanted = [one for one in grants if one.template]
    issued = coupons.issue(
        [
            NewCoupon(template=one.template, customer_id=one.customer_id, origin=one.origin, expires_on=one.expires_on)
            for one in wanted
        ],
        leaving_out=leaving_out,
    )
    origins = {(one.customer_id, one.template): one.origin for one in wanted}
    by_coupon = {coupon.id: origins[coupon.customer_id or 0, coupon.template] for coupon in issued}
    publish(coupon_events.issued(issued, by_coupon, clock.now()))
    there = {(coupon.customer_id, coupon.template) for coupon in issued}
    return [one for one in wanted if (one.customer_id, one.template) not in there]
