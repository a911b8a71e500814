"""What a promise holds of a member's own limits."""

from collections.abc import Collection

from forecourt.kernel.money import ZERO
from forecourt.sales.values import Award, Hold, Outcome


def holds_of(outcome: Outcome, offer_ids: Collection[int]) -> tuple[Hold, ...]:
    """What these offers, which have limits of customers' own, would give in this sale: held until it comes."""
    by_offer: dict[int, list[Award]] = {}
    for award in outcome.awards:
        if award.offer_id in offer_ids:
            by_offer.setdefault(award.offer_id, []).append(award)
    return tuple(
        [
            Hold(
                offer_id=offer_id,
                day=outcome.known.business_date,
                money=sum([award.discount for award in awards], ZERO),
                volume=sum([award.quantity for award in awards], ZERO),
                uses=sum([award.uses for award in awards]),
                points=sum([award.points for award in awards]),
            )
            for offer_id, awards in by_offer.items()
        ]
    )
