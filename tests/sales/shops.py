"""Random shops in the database, for laws that must hold of all of them: rule sets, baskets, how they are paid and taken back.

What offers say comes from `tests.offers.worlds`, whose products, templates and stations stand in the database here: offers of
every effect and condition, every way of combining, payers, budgets of every measure for everybody and for each customer.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, settings
from msgspec.structs import replace

from forecourt.catalogue.models import Category, Product, ProductCode
from forecourt.catalogue.values import Kind
from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.coupons.values import NewCoupon, Template
from forecourt.kernel.money import rounded
from forecourt.kernel.problems import Invalid
from forecourt.loyalty.values import Tier
from forecourt.offers import services as offers
from forecourt.offers.rules import conditions as when
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.rules.matching import walk
from forecourt.offers.values import Budget, Measure, Per, Share
from forecourt.sales.values import NewLine, RefundLine
from tests.offers import worlds
from tests.offers.worlds import Dice
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, Chain, ago
from tests.sales.test_offers import costs

SLOTS = 6
"""How many offers a shop has at most: those that a rule set leaves out are for nobody."""
TIERED = replace(
    PROGRAMME,
    tiers=(
        Tier(
            code="basic", name="普通会员", threshold=Decimal(0), fuel_discount=Decimal("0.07"), shop_percent=Decimal(3)
        ),
        *PROGRAMME.tiers[1:],
    ),
)
TEMPLATES = (
    Template(code="WASH", name="WASH", is_automatic=True, per_customer=3),
    Template(code="FIVE", name="FIVE", uses=2, worth=Decimal(5)),
)
_NOBODY = when.Bought(of=worlds.Products(products=frozenset({"nothing"})))
_LARGE = Decimal(90_000)


def law(examples: int):
    """As many tries; each sells to members of its own: too slow to shrink."""
    return settings(
        max_examples=examples,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def open_shop(chain: Chain, *, automatic: bool = True) -> None:
    """Products, costs, coupons and a programme with benefits of tiers, as the worlds of offers know them. Coupons of the first
    template need not be shown unless told otherwise.
    """
    for sold in worlds.PRODUCTS:
        category = _category(sold.categories[0]) if sold.categories else None
        row, _is_new = Product.objects.update_or_create(
            code=sold.code,
            defaults={
                "name": sold.name,
                "kind": sold.kind,
                "unit": sold.unit,
                "family": sold.family,
                "category": category,
                "brand": sold.brand,
            },
        )
        ProductCode.objects.get_or_create(code=sold.code, product=row)
        if sold.kind is Kind.GOODS:
            costs(sold.code, str(rounded(Decimal(worlds.PRICES[sold.id]) * Decimal("0.6"), 2)))
    for template in TEMPLATES:
        coupons.create_template(HEAD_OFFICE, replace(template, is_automatic=template.is_automatic and automatic))
    chain.publish(TIERED, valid_from=ago(60))


def _category(path: str) -> Category:
    above, _slash, _name = path.rpartition("/")
    return Category.objects.get_or_create(
        code=path, defaults={"name": path, "parent": _category(above) if above else None}
    )[0]


def roll_rules(dice: Dice, *, most: int = SLOTS, exhaustible: bool = True) -> list[Offer]:
    """Some offers; with budgets that may run out unless told otherwise."""
    return [roll_rule(dice, f"o{number}", exhaustible=exhaustible) for number in range(dice.randint(1, most))]


def roll_rule(dice: Dice, code: str, *, exhaustible: bool = True) -> Offer:
    """An offer that holds more often than not, as somebody may publish it."""
    while True:
        offer = worlds.roll_offer(dice, (0, 0, 0, 1), asks=dice.random() < 0.25)
        asked = dice.random()
        if asked < 0.35:
            offer = replace(offer, when=when.CouponUsed(template=dice.one(worlds.TEMPLATES)))
        elif asked < 0.5:
            offer = replace(offer, when=when.NthVisit(number=dice.randint(1, 3), every=True))
        offer = replace(
            offer,
            code=code,
            name=code,
            alone=dice.random() < 0.1,
            budgets=roll_budgets(dice, offer, exhaustible=exhaustible),
            funding=_roll_funding(dice),
        )
        try:
            language.check(offer)
        except Invalid:
            continue
        return offer


def asks_what_was_before(offer: Offer) -> bool:
    """Whether it looks at a member's earlier visits: at those that were posted before."""
    return any(isinstance(one, when.FirstPurchase | when.NthVisit | when.SinceLast) for one in walk(offer.when))


def roll_budgets(dice: Dice, offer: Offer, *, exhaustible: bool = True, chance: float = 0.6) -> tuple[Budget, ...]:
    """Up to three budgets of what an offer gives, whosever they are."""
    counted = ["uses", *frozenset[str]().union(*[effect.gives for effect in offer.then])]
    kinds = sorted((measure, per) for measure in set(counted) for per in Per)
    wanted = dice.sample(kinds, min(len(kinds), dice.randint(1, 3))) if dice.random() < chance else []
    return tuple(
        Budget(measure=Measure(measure), per=per, limit=_roll_limit(dice, measure) if exhaustible else _LARGE)
        for measure, per in wanted
    )


def _roll_limit(dice: Dice, measure: str) -> Decimal:
    if dice.random() < 0.3:
        return _LARGE
    if measure == "uses":
        return Decimal(dice.randint(1, 3))
    return Decimal(dice.randint(1, 200)) if measure == "points" or dice.random() < 0.5 else dice.figure(9000)


def _roll_funding(dice: Dice) -> tuple[Share, ...]:
    payers = dice.one([(), (), ("dealer",), ("brand", "dealer"), ("brand", "dealer", "supplier:shell")])
    if not payers:
        return ()
    part = rounded(Decimal(100) / len(payers), 1)
    first = Decimal(100) - part * (len(payers) - 1)
    return tuple(Share(funder=payer, percent=part if number else first) for number, payer in enumerate(payers))


def put_in_force(rules: Sequence[Offer], since: float = 30) -> None:
    """These and no others, since so many days."""
    none = [
        Offer(code=f"o{number}", name="-", when=_NOBODY, then=(worlds.then.Points(points=1),))
        for number in range(len(rules), SLOTS)
    ]
    offers.publish_offers(HEAD_OFFICE, [*rules, *none], valid_from=ago(since))


def roll_lines(dice: Dice, *, returns: bool = True) -> tuple[NewLine, ...]:
    """What somebody buys; now and then something is brought back with it."""
    found = []
    for place in range(dice.randint(1, 5)):
        sold = worlds.roll_line(dice)
        if not place or not returns:
            sold = sold._replace(quantity=abs(sold.quantity), amount=abs(sold.amount))
        found.append(
            NewLine(product=sold.product.code, quantity=sold.quantity, amount=sold.amount, unit_price=sold.price)
        )
    return tuple(found)


def give_coupons(customer_id: int, *, at: float = 25) -> list[str]:
    """A coupon of each template, given so many days ago; returns their codes."""
    wanted = [NewCoupon(template=one.code, customer_id=customer_id, occurred_at=ago(at)) for one in TEMPLATES]
    return [coupon.code for coupon in coupon_records.issue(wanted)]


class Part(NamedTuple):
    """How much of what is left of which lines a refund takes, in thousandths."""

    of: dict[int, int]


def roll_parts(dice: Dice, lines: int) -> list[Part]:
    """Refunds in parts, in any order; what they leave goes back at last."""
    numbers = range(1, lines + 1)
    return [
        Part({number: dice.one([1000, dice.randint(1, 999)]) for number in dice.some(numbers, 3)})
        for _ in range(dice.randint(1, 4))
    ]


def refund_lines(part: Part, left: dict[int, Decimal]) -> tuple[RefundLine, ...]:
    """The lines of such a refund; `left` is what each line has left, and has less after it."""
    wanted = []
    for number, thousandths in sorted(part.of.items()):
        quantity = (left[number] * thousandths / 1000).quantize(Decimal("0.001"))
        if quantity:
            left[number] -= quantity
            wanted.append(RefundLine(line=number, quantity=quantity))
    return tuple(wanted)
