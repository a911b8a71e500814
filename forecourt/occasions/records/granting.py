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


def grant(grants: Sequence[Grant]) -> None:
    """Give points and coupons, each origin once for a customer, and publish it. Callers hold the customers' locks.

    Invalid, naming the template, where a coupon cannot be issued.
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
        ]
    )
    origins = {(one.customer_id, one.template): one.origin for one in wanted}
    by_coupon = {coupon.id: origins[coupon.customer_id or 0, coupon.template] for coupon in issued}
    publish(coupon_events.issued(issued, by_coupon, clock.now()))
