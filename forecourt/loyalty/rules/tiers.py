"""Which tier a member is in: reached at once, kept, held in grace, lost."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from forecourt.kernel.money import ZERO
from forecourt.loyalty.values import Programme, Tier, TierState


def tier_of(programme: Programme, code: str) -> Tier | None:
    """The tier that bears this code; None where the programme knows none."""
    for tier in programme.tiers:
        if tier.code == code:
            return tier
    return None


def tier_for(tiers: Sequence[Tier], value: Decimal) -> str:
    """The highest tier whose threshold the value reaches; "" where the programme has none that low."""
    reached = [tier for tier in tiers if tier.threshold <= value]
    return max(reached, key=lambda tier: tier.threshold).code if reached else ""


def entry_tier(programme: Programme, *, is_business: bool = False) -> str:
    """The tier a new member is in: the programme's first one, or where businesses start; "" without tiers."""
    return next_state(TierState(), ZERO, date.min, programme, is_business=is_business).tier


def keeps(tier: Tier) -> Decimal:
    """The value that keeps a tier, where it counts as the one that enters it; reaching its threshold always does."""
    return tier.threshold if tier.keep is None else min(tier.keep, tier.threshold)


def is_kept(tier: Tier, value: Decimal, kept: Decimal | None) -> bool:
    """Whether a tier is kept by `value`, which enters it, or by `kept`, where another rule counts what keeps it."""
    return missing_of(tier, value, kept) == ZERO


def missing_of(tier: Tier, value: Decimal, kept: Decimal | None) -> Decimal:
    """What is missing to keep a tier; nothing to whom `value` would enter it anew."""
    if kept is None:
        return max(keeps(tier) - value, ZERO)
    if value >= tier.threshold:
        return ZERO
    return max((tier.threshold if tier.keep is None else tier.keep) - kept, ZERO)


def next_state(
    state: TierState,
    value: Decimal,
    day: date,
    programme: Programme,
    *,
    is_business: bool = False,
    kept: Decimal | None = None,
) -> TierState:
    """Where a member's tier stands after the review for `day`, which counted `value`, and `kept` where a rule of its own
    keeps tiers.

    A higher tier is reached at once. Below what keeps the tier, it is held for the programme's days of grace, the one of
    this review included; then the member falls to the tier that the value reaches. What was said of the end of a grace
    holds, whatever the programme says later; reaching what keeps the tier ends it. Businesses fall no lower than where
    they start. The warning is given as many days before the end as the programme says, or when the grace begins.
    """
    tiers = sorted(programme.tiers, key=lambda tier: tier.threshold)
    places = {tier.code: place for place, tier in enumerate(tiers)}
    reached = sum(tier.threshold <= value for tier in tiers) - 1
    floor = places.get(programme.business_tier, 0) if is_business else 0
    due = max(reached, floor)
    if not tiers:
        return TierState(since=day) if state.tier else state
    held = places.get(state.tier, -1)
    if due > held:
        return TierState(tier=tiers[due].code, since=day)
    if due == held or is_kept(tiers[held], value, kept):
        return replace(state, until=None, warned_on=None)
    until = state.until or day + timedelta(days=programme.grace_days - 1)
    if day > until:
        return TierState(tier=tiers[due].code, since=day)
    is_due = (until - day).days <= programme.warn_days
    return replace(state, until=until, warned_on=state.warned_on or (day if is_due else None))


def next_tier(programme: Programme, tier: str) -> Tier | None:
    """The tier above this one; None at the highest, the lowest for a tier the programme does not know."""
    held = tier_of(programme, tier)
    above = [one for one in programme.tiers if held is None or one.threshold > held.threshold]
    return min(above, key=lambda one: one.threshold) if above else None


def missing_to_keep(
    programme: Programme, tier: str, value: Decimal, kept: Decimal | None = None, *, is_business: bool = False
) -> Decimal:
    """What is missing to keep a tier; zero when nothing is, the programme does not know it, or a business starts there."""
    held = tier_of(programme, tier)
    floor = tier_of(programme, programme.business_tier) if is_business else None
    if held is None or (floor is not None and held.threshold <= floor.threshold):
        return ZERO
    return missing_of(held, value, kept)
