"""What tiers bring, given and noted; for the command of each month and for the handler of those who reach a tier."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from forecourt.kernel import clock
from forecourt.kernel.events import publish
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.values import Every
from forecourt.occasions import queries
from forecourt.occasions.events import CouponLeftOut
from forecourt.occasions.records.gifts import save_benefits
from forecourt.occasions.records.granting import grant
from forecourt.occasions.rules import Due
from forecourt.occasions.values import Grant

_LONGEST_PERIOD_DAYS = 366


def give_due(wanted: Mapping[int, Sequence[Due]], actor: str) -> int:
    """Give customers, who are locked survivors, what is due to them and was not given; returns how many coupons.

    A coupon for reaching a tier is given once in the window that tiers are counted over, however often the tier is left
    and reached again in it. One that cannot be issued is left out: that of a month or year is due again tomorrow, that for
    reaching a tier is told.
    """
    now = clock.now()
    window = timedelta(days=max(loyalty.programme_at(now).tier_window_days, 1))
    had = queries.benefits_had(list(wanted), now - max(window, timedelta(days=_LONGEST_PERIOD_DAYS)))
    entries = queries.benefits_had(list(wanted), now - window)
    due = [
        (customer_id, one)
        for customer_id, dues in wanted.items()
        for one in dues
        if not _was_given(one, had.get(customer_id, set()), entries.get(customer_id, set()))
    ]
    left_out = {
        (each.customer_id, one)
        for one in dict.fromkeys(each for _customer_id, each in due)
        for each in _grant(one, [customer_id for customer_id, other in due if other == one], actor)
    }
    given = [each for each in due if each not in left_out]
    save_benefits(given, now)
    publish(
        [
            CouponLeftOut(customer_id=customer_id, occurred_at=now, template=one.template, origin=one.origin)
            for customer_id, one in due
            if (customer_id, one) in left_out and one.every is Every.ENTRY
        ]
    )
    return len(given)


def _grant(due: Due, customer_ids: Sequence[int], actor: str) -> list[Grant]:
    """Give each of them the coupon; returns who goes without."""
    reason = _("Benefit of the tier %(tier)s") % {"tier": due.tier}
    return grant(
        [
            Grant(customer_id=one, origin=due.origin, reason=reason, actor=actor, template=due.template)
            for one in customer_ids
        ],
        leaving_out=True,
    )


def _was_given(due: Due, had: set[tuple[str, str, str, str]], had_in_window: set[tuple[str, str, str, str]]) -> bool:
    if due.every is Every.ENTRY:
        return any(
            (tier, template, every) == (due.tier, due.template, "entry") for tier, template, every, _ in had_in_window
        )
    return any(
        every == due.every
        and period == due.period
        and ((tier, template) == (due.tier, due.template) or tier in due.higher)
        for tier, template, every, period in had
    )
