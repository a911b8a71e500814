"""Coupons given by hand, by an app or another system."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.coupons import events, permissions, records
from forecourt.coupons.values import Coupon, NewCoupon
from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import audit, clock, ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound

MOST_AT_ONCE = 1000


@transaction.atomic(durable=True)
def issue_coupons(
    actor: Actor, template: str, customer_ids: Sequence[int], *, origin: str = "", reason: str = ""
) -> list[Coupon]:
    """Give customers a coupon each, at most 1,000; returns those that were made, in the order given.

    Who was merged gets it under the survivor. A customer named twice gets two, but one for an `origin`: the same origin,
    template and customer are issued once. NotFound names the first customer who is not there.
    """
    actor.require(permissions.ISSUE_COUPONS)
    if not 1 <= len(customer_ids) <= MOST_AT_ONCE:
        raise Invalid.field(
            "customer_ids",
            _("%(count)s customers; give 1 to %(most)s at once") % {"count": len(customer_ids), "most": MOST_AT_ONCE},
        )
    taken = "" if origin else f"hand:{ids.uuid7()}"
    survivors = lock_survivors(customer_ids)
    counts: Counter[int] = Counter()
    wanted = []
    for customer_id in customer_ids:
        holder = survivors[customer_id]
        counts[holder] += 1
        # one who is named twice by hand gets a coupon each time
        which = origin or (taken if counts[holder] == 1 else f"{taken}:{counts[holder]}")
        wanted.append(NewCoupon(template=template, customer_id=holder, origin=which))
    made = records.issue(wanted)
    now = clock.now()
    publish(events.issued(made, origin or "hand", now))
    subject = f"coupon_origin:{origin or taken}"
    detail = {"template": template, "coupons": len(made)}
    holder_id = made[0].customer_id if len(made) == 1 else None
    audit.record(actor, "coupon.issue", subject, customer_id=holder_id, reason=reason, detail=detail)
    return made


def known_customers(customer_ids: Sequence[int]) -> dict[int, int]:
    """Who these customers are today, by the id asked for. NotFound names one who is not there. One statement."""
    asked = list(dict.fromkeys(customer_ids))
    found = customer_queries.resolve([CustomerClaim(id=customer_id) for customer_id in asked])
    known = {}
    for customer_id, resolved in zip(asked, found, strict=True):
        if resolved is None:
            raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
        known[customer_id] = resolved.customer_id
    return known


def lock_survivors(customer_ids: Sequence[int]) -> dict[int, int]:
    """Lock who these customers are today; returns it by the id asked for. NotFound names one who is not there."""
    known = known_customers(customer_ids)
    if any(customer_records.lock(set(known.values())).values()):
        raise Conflict(_("One of these customers was merged just now; send it again."))
    return known
