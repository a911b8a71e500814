"""The law of budgets: whatever is sold, quoted, promised, taken back, repaired, under whichever versions, none is overspent."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import event, given
from msgspec.structs import replace

from forecourt.faces import proofs
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Invalid
from forecourt.offers.rules import conditions as when
from forecourt.offers.rules.language import Offer
from forecourt.offers.values import Budget
from forecourt.sales import services
from forecourt.sales.values import NewRefund, NewSale, Receipt, Reserved
from tests.bench.samples import open_sample_station
from tests.offers.worlds import Dice, rolled
from tests.sales.scenes import HEAD_OFFICE, Chain, a_line, a_sale, day_of, flat_books_agree, member
from tests.sales.shops import (
    give_coupons,
    law,
    open_shop,
    put_in_force,
    refund_lines,
    roll_budgets,
    roll_lines,
    roll_parts,
    roll_rule,
)

BOUNDS = [check.statement for check in proofs.CHECKS if check.name in ("budgets of offers", "limits of customers")]
NUMBERS = 3
"""How many offers there are, each of them with budgets, and how many members."""
Limits = dict[tuple[str, str, str], Decimal]
"""The largest limit that each budget of an offer ever had, by offer, measure and scope."""


@pytest.fixture
def shop(chain) -> Chain:
    open_shop(chain)
    open_sample_station("S002")
    return chain


@pytest.fixture
def limits() -> Limits:
    return {}


def roll_limited(dice: Dice, code: str) -> Offer:
    """An offer that holds often, with budgets in one slot or in several, which soon run out."""
    offer = roll_rule(dice, code)
    budgets = roll_budgets(dice, offer, chance=1)
    budgets = tuple(_in_slots(dice, budget) if dice.random() < 0.4 else budget for budget in budgets)
    return replace(offer, budgets=budgets, when=offer.when if dice.random() < 0.3 else when.All())


def _in_slots(dice: Dice, budget: Budget) -> Budget:
    return replace(budget, limit=Decimal(dice.randint(1000, 1300)))


def publish_anew(dice: Dice, limits: Limits) -> None:
    """New versions of all offers, noted in `limits`."""
    rules = [roll_limited(dice, f"o{number}") for number in range(NUMBERS)]
    put_in_force(rules, since=0)
    for rule in rules:
        for budget in rule.budgets:
            key = (rule.code, budget.measure.value, budget.per.value)
            limits[key] = max(limits.get(key, budget.limit), budget.limit)


def none_is_overspent(limits: Limits) -> int:
    """Each budget within its quota and its limit, and what it says is used what offers gave and reservations hold; how many."""
    rows = sql.rows(
        "SELECT offer.code, slot.budget, sum(slot.quota), sum(slot.used), min(slot.quota - slot.used), min(slot.used)"
        " FROM offers_slot AS slot JOIN offers_offer AS offer ON offer.id = slot.offer_id GROUP BY 1, 2"
    )
    for code, budget, quota, used, least_left, least_used in rows:
        measure, per = budget.split(":")[1:3]
        assert least_left >= 0
        assert least_used >= 0
        assert used <= quota
        if used:
            assert used <= limits[code, measure, per], budget
    for statement in BOUNDS:
        assert sql.rows(statement) == []
    return sum(1 for row in rows if row[3])


class Till:
    """Two tills that do whatever the dice say, and remember what they sold and what they were promised."""

    def __init__(self, shop: Chain, dice: Dice) -> None:
        self.shop, self.dice = shop, dice
        self.first = shop.members + 1
        self.codes = [code for customer_id in shop.enrol(NUMBERS) for code in give_coupons(customer_id)]
        self.sold: list[tuple[Receipt, NewSale]] = []
        self.promised: list[tuple[NewSale, Reserved]] = []
        self.count = 0

    def sale(self) -> NewSale:
        self.count += 1
        now = clock.now()
        who = self.dice.one([None, *range(self.first, self.first + NUMBERS)])
        lines = roll_lines(self.dice)
        if who is not None and self.dice.random() < 0.2:
            lines = (*lines, a_line("unknown", "1", "9.00"))
        return a_sale(
            f"{self.first}-{self.count}",
            member(90_000_000) if self.dice.random() < 0.1 else who,
            *lines,
            station=self.dice.one(["S001", "S002"]),
            tenders=(),
            coupons=tuple(self.dice.sample(self.codes, self.dice.randint(0, 1))),
            occurred_at=now,
            business_date=day_of(now) - timedelta(days=self.dice.randint(0, 1)),
        )

    def sell(self) -> None:
        wanted = [self.sale() for _ in range(self.dice.randint(1, 3))]
        self.post(*wanted)

    def post(self, *wanted: NewSale) -> None:
        for one, receipt in zip(wanted, self.shop.post(*wanted), strict=True):
            assert isinstance(receipt, Receipt)
            self.sold.append((receipt, one))

    def quote(self) -> None:
        services.quote_sales(HEAD_OFFICE, [self.sale()])

    def reserve(self) -> None:
        wanted = self.sale()
        (answer,) = services.reserve_sales(HEAD_OFFICE, [wanted])
        assert isinstance(answer, Reserved)
        self.promised.append((wanted, answer))

    def keep(self) -> None:
        """Sell what was promised, or a part of it, in time or late."""
        if self.promised:
            wanted, promised = self.promised.pop()
            if self.dice.random() < 0.3:
                self.let_expire(promised)
            lines = wanted.lines[: self.dice.randint(1, len(wanted.lines))]
            self.post(replace(wanted, reservation=promised.reservation, lines=lines))

    def let_go(self) -> None:
        if self.promised:
            _wanted, promised = self.promised.pop()
            services.release_sale(HEAD_OFFICE, promised.reservation)

    def sweep(self) -> None:
        """Some expire, and are swept up by themselves."""
        for _wanted, promised in self.promised:
            self.let_expire(promised)
        self.promised.clear()
        services.expire_reservations(clock.now())

    def let_expire(self, promised: Reserved) -> None:
        sql.run(
            "UPDATE sales_reservation SET expires_at = expires_at - interval '1 day' WHERE id = %(id)s",
            {"id": promised.reservation},
        )

    def refund(self) -> None:
        if self.sold:
            receipt, wanted = self.dice.one(self.sold)
            left = {number: line.quantity for number, line in enumerate(wanted.lines, 1)}
            lines = refund_lines(roll_parts(self.dice, len(wanted.lines))[0], left)
            self.take_back(receipt, lines if self.dice.random() < 0.6 else None)

    def take_back(self, receipt: Receipt, lines=None) -> None:
        self.count += 1
        try:
            services.refund_sale(
                HEAD_OFFICE, receipt.id, NewRefund(source_ref=f"{self.first}-r{self.count}", lines=lines)
            )
        except Invalid:
            event("nothing was left of it")

    def repair(self) -> None:
        """What nobody knew of a sale is known now: whose it is."""
        rows = sql.rows("SELECT sale_id FROM sales_repair WHERE closed_at IS NULL ORDER BY sale_id")
        open_ids = {row[0] for row in rows}
        wanted = [one for one, _sale in self.sold if one.id in open_ids and one.customer_id is None]
        back = {row[0] for row in sql.rows("SELECT DISTINCT refund_of FROM sales_sale WHERE refund_of IS NOT NULL")}
        for receipt in wanted:
            if receipt.id not in back:
                services.repair_sale(HEAD_OFFICE, receipt.id, customer_id=self.members()[0])

    def members(self) -> list[int]:
        return [
            row[0] for row in sql.rows("SELECT id FROM customers_customer ORDER BY id DESC LIMIT %(n)s", {"n": NUMBERS})
        ]

    def steps(self) -> list[Callable[[], None]]:
        often = [self.sell, self.sell, self.sell, self.reserve, self.reserve]
        return [*often, self.quote, self.keep, self.let_go, self.sweep, self.refund, self.refund, self.repair]


@pytest.mark.slow
@law(20)
@given(rolled(lambda dice: dice))
def test_no_budget_is_overspent_by_whatever_comes_and_all_of_it_comes_back(shop, limits, dice):
    publish_anew(dice, limits)
    till = Till(shop, dice)
    for _ in range(dice.randint(4, 12)):
        if dice.random() < 0.15:
            publish_anew(dice, limits)
        dice.one(till.steps())()
        event(f"{none_is_overspent(limits)} budgets in use")
    till.sweep()
    for receipt, _wanted in till.sold:
        till.take_back(receipt)
    assert sql.rows("SELECT budget, used FROM offers_slot WHERE used <> 0") == []
    flat_books_agree()
