"""The households' coupons: issued, and used in the sales that show them. Commands, each over a list."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from forecourt.connectors.pos.journey.baskets import SOURCE, card_of, station_code
from forecourt.connectors.pos.journey.campaigns import PERSONAL, Campaign, Campaigns, CouponKey, code_of
from forecourt.connectors.pos.journey.redeeming import Match, Outcome
from forecourt.coupons import events as coupon_events
from forecourt.coupons import permissions
from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import records as coupon_records
from forecourt.coupons.values import CouponStatus, NewCoupon, Use
from forecourt.customers import queries as customers
from forecourt.customers import records as customer_records
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import audit
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict
from forecourt.organisation import queries as organisation
from forecourt.sales import queries as sales

_AT_ONCE: Final = 500


def households(numbers: Collection[int]) -> dict[int, int]:
    """The customers that these households are today; unknown ones are missing."""
    ordered = sorted(numbers)
    found = customers.resolve([CustomerClaim(card=card_of(number)) for number in ordered])
    return {number: one.customer_id for number, one in zip(ordered, found, strict=True) if one is not None}


def wanted_coupons(campaigns: Campaigns, customer_of: Mapping[int, int]) -> dict[Campaign, list[NewCoupon]]:
    """The coupons that households hold, by campaign.

    Every household of a campaign holds all its coupons; of a personal campaign (Type A) those that it redeemed, for nothing
    tells which others of its 16 it got. Who redeemed the same coupon several times had it as often.
    """
    held: dict[tuple[CouponKey, int, int], None] = {}
    by_campaign: dict[int, list[CouponKey]] = defaultdict(list)
    for key in campaigns.products:
        by_campaign[key.campaign].append(key)
    members = {campaign: frozenset(numbers) for campaign, numbers in campaigns.members.items()}
    for campaign in campaigns.campaigns.values():
        if campaign.type != PERSONAL:
            for key in by_campaign[campaign.id]:
                held.update(dict.fromkeys((key, number, 1) for number in campaigns.members.get(campaign.id, ())))
    for redemption in campaigns.redemptions:
        if redemption.key in campaigns.products and redemption.household in members.get(redemption.key.campaign, ()):
            held[redemption.key, redemption.household, redemption.copy] = None
    wanted: dict[Campaign, list[NewCoupon]] = defaultdict(list)
    for key, number, copy in held:
        if key.campaign in campaigns.campaigns and number in customer_of:
            campaign = campaigns.campaigns[key.campaign]
            wanted[campaign].append(_coupon(campaign, key, customer_of[number], number, copy))
    return wanted


def _coupon(campaign: Campaign, key: CouponKey, customer_id: int, household: int, copy: int) -> NewCoupon:
    return NewCoupon(
        template=key.template,
        customer_id=customer_id,
        origin=campaign.origin if copy == 1 else f"{campaign.origin}:{copy}",
        code=code_of(key, household, copy),
        occurred_at=campaign.starts,
        expires_on=campaign.last,
    )


@transaction.atomic(durable=True)
def issue_campaign(actor: Actor, campaign: Campaign, coupons: Sequence[NewCoupon]) -> int:
    """Issue a campaign's coupons, as of its first day; returns how many there were not yet."""
    actor.require(permissions.ISSUE_COUPONS)
    _lock({coupon.customer_id for coupon in coupons if coupon.customer_id is not None})
    there = {coupon.code for coupon in coupon_queries.for_sale([coupon.code for coupon in coupons], [])}
    made = coupon_records.issue([coupon for coupon in coupons if coupon.code not in there])
    publish(coupon_events.issued(made, campaign.origin, campaign.starts))
    if made:
        detail = {"coupons": len(made), "data": SOURCE}
        audit.record(actor, "coupon.issue", f"coupon_origin:{campaign.origin}", detail=detail)
    return len(made)


class InSale(NamedTuple):
    """A redemption with the sale that its basket is, where there is one."""

    match: Match
    sale_id: UUID | None = None
    station_id: int | None = None


def with_sales(matches: Iterable[Match]) -> list[InSale]:
    """Matches with the sale that their basket is; one whose basket is no sale is not reconciled after all."""
    ordered = list(matches)
    stations = organisation.station_facts({station_code(match.line.store) for match in ordered if match.line})
    names = {
        match.line.basket: (station.id, SOURCE, str(match.line.basket))
        for match in ordered
        if match.line and (station := stations.get(station_code(match.line.store)))
    }
    receipts = {name: receipt for name, (_, receipt) in sales.stored_receipts(set(names.values())).items()}
    found = []
    for match in ordered:
        name = names.get(match.line.basket) if match.line else None
        receipt = receipts.get(name) if name else None
        if match.line is None:
            found.append(InSale(match))
        elif name is None or receipt is None:
            found.append(InSale(match._replace(outcome=Outcome.NO_SALE)))
        else:
            found.append(InSale(match, receipt.id, name[0]))
    return found


def use_coupons(actor: Actor, redeemed: Iterable[InSale]) -> int:
    """Use the coupons of reconciled redemptions in their sales; returns how many were not used yet."""
    found = [one for one in redeemed if one.sale_id is not None]
    return sum(_use(actor, found[start : start + _AT_ONCE]) for start in range(0, len(found), _AT_ONCE))


@transaction.atomic(durable=True)
def _use(actor: Actor, found: Sequence[InSale]) -> int:
    """Use coupons in the sales that show them: what these cost and gave was settled at the till, and stays."""
    actor.require(permissions.REDEEM_COUPONS)
    codes = [one.match.redemption.code for one in found]
    _lock({coupon.customer_id for coupon in coupon_queries.for_sale(codes, []) if coupon.customer_id is not None})
    coupons = {coupon.code: coupon for coupon in coupon_queries.for_sale(codes, [], lock=True)}
    uses = []
    for match, sale_id, station_id in found:
        coupon = coupons.get(match.redemption.code)
        if coupon is None or coupon.customer_id is None or coupon.status is not CouponStatus.ACTIVE or not match.line:
            continue
        uses.append(
            Use(
                coupon_id=coupon.id,
                template=coupon.template,
                template_id=coupon.template_id,
                customer_id=coupon.customer_id,
                sale_id=sale_id,
                station_id=station_id,
                used_at=match.line.at,
            )
        )
    publish(coupon_records.use(uses))
    if uses:
        audit.record(actor, "coupon.use", f"source:{SOURCE}", detail={"coupons": len(uses)})
    return len(uses)


def _lock(customer_ids: Collection[int]) -> None:
    if any(customer_records.lock(set(customer_ids)).values()):
        raise Conflict("A household was merged into another customer just now; run the import again.")
