"""Notices of coupons that end soon."""

from datetime import date, timedelta
from typing import Final

from django.db import transaction

from forecourt.coupons import permissions, queries
from forecourt.coupons.events import CouponExpiring
from forecourt.coupons.models import ExpiryNotice
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish

STEP: Final = 10_000


@transaction.atomic(durable=True)
def tell_expiring(actor: Actor, day: date, step: int = STEP) -> bool:
    """Tell of the next customers' coupons that end a week after `day`, each once; returns whether there may be more.

    Those that lived no longer than a week are left out: whoever got one has just heard of it.
    """
    actor.require(permissions.ISSUE_COUPONS)
    ExpiryNotice.objects.bulk_create([ExpiryNotice(day=day)], ignore_conflicts=True)
    notice = ExpiryNotice.objects.select_for_update(no_key=True).get(day=day)
    if notice.finished_at is not None:
        return False
    last_day = day + timedelta(days=queries.NOTICE_DAYS)
    found = queries.expiring(last_day, notice.after, step)
    now = clock.now()
    publish(
        [
            CouponExpiring(
                customer_id=line.customer_id,
                occurred_at=now,
                coupon_id=line.id,
                template=line.template,
                expires_on=last_day,
            )
            for line in found
        ]
    )
    notice.told += len(found)
    if len(found) < step:
        notice.finished_at = now
    else:
        notice.after = found[-1].id
    notice.save()
    return notice.finished_at is None
