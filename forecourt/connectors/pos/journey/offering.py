"""Campaigns' coupons as templates and offers."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from statistics import median_low
from typing import NamedTuple

from forecourt.connectors.pos.journey.campaigns import Campaign, Campaigns, CouponKey
from forecourt.connectors.pos.journey.goods import Goods
from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import services as coupon_services
from forecourt.coupons.values import Template
from forecourt.kernel.actors import Actor
from forecourt.kernel.money import ZERO
from forecourt.offers import queries as offer_queries
from forecourt.offers import services as offer_services
from forecourt.offers.rules.conditions import All
from forecourt.offers.rules.conditions.basket import Bought
from forecourt.offers.rules.conditions.paying import CouponUsed
from forecourt.offers.rules.effects.discounts import Amount
from forecourt.offers.rules.offer import COMPANY, Offer
from forecourt.offers.values import Share

_AT_ONCE = 500


class Made(NamedTuple):
    templates: int
    offers: int
    drafts: int


def make_offers(actor: Actor, campaigns: Campaigns, goods: Goods, values: Mapping[CouponKey, Decimal]) -> Made:
    """Make what is not there yet: for every coupon of every campaign a template and an offer.

    A coupon of known value gets an offer in force from the campaign's first day to its last. One whose value the data does
    not tell gets a draft, which is not in force and says that its amount is a guess: the middle of the known ones. Without
    any known value there are no drafts either.
    """
    keys = [key for key in campaigns.products if key.campaign in campaigns.campaigns]
    known = coupon_queries.templates([key.template for key in keys])
    new = [key for key in keys if key.template not in known]
    for key in new:
        coupon_services.create_template(actor, _template(campaigns, goods, key, values.get(key)))
    there = _codes_of_offers(actor)
    missing = [key for key in keys if key.template not in there]
    sure: dict[Campaign, list[Offer]] = defaultdict(list)
    for key in missing:
        if key in values:
            campaign = campaigns.campaigns[key.campaign]
            sure[campaign].append(_offer(campaign, key, values[key], campaigns.products[key], goods))
    for campaign, offers in sure.items():
        offer_services.publish_offers(actor, offers, valid_from=campaign.starts)
    unsure = [key for key in missing if key not in values] if values else []
    guess = median_low(values.values()) if values else ZERO
    for key in unsure:
        campaign = campaigns.campaigns[key.campaign]
        text = (
            f"The data does not tell what this coupon is worth: no redemption of it shows a discount. {guess} is only the "
            "middle of the coupons whose worth it tells; put the right amount before handing this in."
        )
        offer_services.make_offer(actor, _offer(campaign, key, guess, campaigns.products[key], goods, text))
    return Made(len(new), sum(map(len, sure.values())), len(unsure))


def _codes_of_offers(actor: Actor) -> set[str]:
    """The codes of all offers from this data set, drafts too."""
    found: set[str] = set()
    after = "CJ-"
    while True:
        page = offer_queries.list_offers(actor, text="CJ-", after=after, limit=_AT_ONCE)
        found.update(view.code for view in page)
        if len(page) < _AT_ONCE:
            return found
        after = page[-1].code


def _template(campaigns: Campaigns, goods: Goods, key: CouponKey, value: Decimal | None) -> Template:
    campaign = campaigns.campaigns[key.campaign]
    kind = "a manufacturer's coupon" if key.is_manufacturers else "the retailer's own coupon"
    worth = "" if value is not None else " The data does not tell what it is worth."
    return Template(
        code=key.template,
        name=_name(goods, key, campaigns.products[key]),
        description=f"Complete Journey, campaign {campaign.id} ({campaign.type}), {campaign.first} to {campaign.last}: "
        f"{kind} for {len(campaigns.products[key])} products.{worth}",
        valid_days=0,  # every coupon is issued with its campaign's last day
        worth=value or ZERO,
    )


def _name(goods: Goods, key: CouponKey, products: frozenset[int]) -> str:
    return f"{goods.called(products)[:50].strip().capitalize()} (campaign {key.campaign}, {key.upc})"


def _offer(
    campaign: Campaign, key: CouponKey, off: Decimal, products: frozenset[int], goods: Goods, text: str = ""
) -> Offer:
    selection = goods.selection(products)
    maker = goods.maker(products) if key.is_manufacturers else None
    payer = f"supplier:{maker}" if maker is not None else "supplier:several" if key.is_manufacturers else COMPANY
    return Offer(
        code=key.template,
        name=_name(goods, key, products),
        text=text,
        when=All(of=(CouponUsed(template=key.template), Bought(of=selection))),
        then=(Amount(off=off, of=selection),),
        starts=campaign.starts,
        ends=campaign.ends,
        floor=not key.is_manufacturers,  # what a manufacturer pays does not touch the margin
        funding=() if payer == COMPANY else (Share(funder=payer, percent=Decimal(100)),),
    )
