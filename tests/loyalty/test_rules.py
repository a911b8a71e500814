"""The laws of earning, of lots and debts, of expiry and tiers. No database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.catalogue.values import Family, Kind, ProductFacts, Unit
from forecourt.kernel.ids import uuid7
from forecourt.loyalty.rules import (
    Book,
    Rates,
    expiry_of,
    multiplier_of,
    points_earned,
    sole_tender,
    tier_for,
)
from forecourt.loyalty.values import Allocation, EarnRate, EntryKind, Lot, Per, PointsEntry, Programme, Tier
from forecourt.sales.values import RatedLine

PETROL = ProductFacts(
    id=1,
    code="92",
    name="92#",
    kind=Kind.FUEL,
    unit=Unit.VOLUME,
    family=Family.PETROL,
    categories=("GASOLINE", "FUELS"),
)
DIESEL = ProductFacts(id=2, code="0", name="0#", kind=Kind.FUEL, unit=Unit.VOLUME, family=Family.DIESEL)
WATER = ProductFacts(
    id=3, code="690", name="water", kind=Kind.GOODS, unit=Unit.PIECE, categories=("DRINKS", "SHOP", "ALL")
)
TYRE = ProductFacts(id=4, code="T1", name="tyre", kind=Kind.GOODS, unit=Unit.PIECE)
PRODUCTS = (PETROL, DIESEL, WATER, TYRE, None)

RATES = Rates(
    (
        EarnRate(code="petrol", points=Decimal("1.5"), per=Per.UNIT, family="petrol"),
        EarnRate(code="diesel", points=Decimal("0.7"), per=Per.UNIT, product="0"),
        EarnRate(code="shop", points=Decimal("0.333"), per=Per.CURRENCY, category="SHOP"),
    )
)

cents = st.integers(-200_000, 200_000).map(lambda number: Decimal(number).scaleb(-2))
thousandths = st.integers(-200_000, 200_000).map(lambda number: Decimal(number).scaleb(-3))


def line(product, quantity, amount, discount=Decimal(0)) -> RatedLine:
    return RatedLine(
        number=1,
        product=product,
        code=product.code if product else "?",
        quantity=quantity,
        unit_price=None,
        amount=amount,
        discount=discount,
    )


lines = st.builds(line, st.sampled_from(PRODUCTS), thousandths, cents, cents)
baskets = st.lists(lines, min_size=1, max_size=8)
percents = st.sampled_from((100, 110, 150, 33))


def points(basket, percent=100) -> int:
    return points_earned(basket, RATES, station="S1", tender="cash", multiplier_percent=percent).points


@given(baskets, percents, st.randoms(use_true_random=False))
def test_the_order_of_lines_never_changes_points(basket, percent, random):
    shuffled = list(basket)
    random.shuffle(shuffled)
    assert points(shuffled, percent) == points(basket, percent)


@given(baskets, percents, st.data())
def test_splitting_a_line_never_changes_points(basket, percent, data):
    split = data.draw(st.sampled_from(range(len(basket))))
    quantity, amount, discount = data.draw(thousandths), data.draw(cents), data.draw(cents)
    whole = basket[split]
    parts = [
        line(whole.product, quantity, amount, discount),
        line(whole.product, whole.quantity - quantity, whole.amount - amount, whole.discount - discount),
    ]
    assert points([*basket[:split], *parts, *basket[split + 1 :]], percent) == points(basket, percent)


@given(baskets, percents)
def test_a_basket_returned_loses_just_what_it_earned(basket, percent):
    returned = [line(item.product, -item.quantity, -item.amount, -item.discount) for item in basket]
    assert points(returned, percent) == -points(basket, percent)


@given(baskets, baskets)
def test_two_receipts_never_beat_one_by_more_than_rounding(first, second):
    """Towards zero: of two baskets bought apart each may lose a point, and where one is a return each may win one."""
    assert abs(points(first) + points(second) - points(first + second)) <= 1


@given(baskets)
def test_steps_add_up_to_the_points_and_uncovered_lines_are_named(basket):
    earned = points_earned(basket, RATES, station="S1", tender="")
    assert earned.points == int(sum(step.points for step in earned.steps))
    assert earned.uncovered == [
        number for number, item in enumerate(basket, 1) if item.product is None or item.product is TYRE
    ]


def rate(code, points=1, **conditions) -> EarnRate:
    return EarnRate(code=code, points=Decimal(points), per=Per.UNIT, **conditions)


LADDER = [
    rate("product", product="690"),
    rate("near", category="DRINKS"),
    rate("far", category="SHOP"),
    rate("farthest", category="ALL"),
    rate("kind", kind="goods"),
    rate("all"),
]


@pytest.mark.parametrize("missing", range(len(LADDER)))
@pytest.mark.parametrize("backwards", [False, True])
def test_the_most_specific_rate_wins(missing, backwards):
    known = LADDER[missing:]
    assert Rates(known[::-1] if backwards else known).of(WATER, "S1", "").code == LADDER[missing].code


def test_a_family_wins_over_a_kind():
    rates = Rates([rate("fuel", 9, kind="fuel"), rate("petrol", family="petrol")])
    assert rates.of(PETROL, "S1", "").code == "petrol"
    assert rates.of(DIESEL, "S1", "").code == "fuel"


def test_tenders_and_stations_are_more_specific_and_only_hold_where_they_match():
    rates = Rates(
        [
            rate("any", 9, product="92"),
            rate("here", 5, product="92", stations=("S1", "S2")),
            rate("wallet", 2, product="92", tender="wallet"),
            rate("kind", 99, kind="fuel", tender="wallet", stations=("S1",)),
        ]
    )
    assert rates.of(PETROL, "S1", "wallet").code == "wallet"
    assert rates.of(PETROL, "S1", "cash").code == "here"
    assert rates.of(PETROL, "S3", "").code == "any"
    assert rates.of(DIESEL, "S3", "wallet") is None


def test_of_equal_rates_the_one_that_gives_more_wins():
    for rates in ([rate("a", 1), rate("b", 2)], [rate("b", 2), rate("a", 1)]):
        assert Rates(rates).of(PETROL, "S1", "").code == "b"


def test_a_tender_counts_only_when_it_paid_for_everything():
    assert sole_tender(["wechat", "wechat"]) == "wechat"
    assert sole_tender(["wechat", "cash"]) == ""
    assert sole_tender([]) == ""


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 1), 1, date(2024, 2, 29)),
        (date(2026, 12, 5), 12, date(2027, 12, 31)),
        (date(2026, 6, 30), 24, date(2028, 6, 30)),
        (date(2026, 6, 30), 0, None),
    ],
)
def test_points_live_to_the_end_of_a_month(day, months, last):
    assert expiry_of(day, months) == last


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 120))
def test_expiry_is_always_the_last_day_of_a_month_and_never_early(day, months):
    last = expiry_of(day, months)
    assert (last + timedelta(days=1)).day == 1
    assert last >= day
    assert (last.year - day.year) * 12 + last.month - day.month == months


TIERS = (
    Tier(code="basic", name="普通", threshold=Decimal(0)),
    Tier(code="gold", name="黄金", threshold=Decimal("1000.00"), multiplier_percent=150),
    Tier(code="silver", name="白银", threshold=Decimal(100), multiplier_percent=120),
)


@pytest.mark.parametrize(
    ("value", "tier"),
    [("-5", ""), ("0", "basic"), ("99.99", "basic"), ("100", "silver"), ("999.99", "silver"), ("1000", "gold")],
)
def test_a_tier_is_the_highest_reached(value, tier):
    assert tier_for(TIERS, Decimal(value)) == tier


def test_a_tier_that_is_not_known_changes_nothing():
    programme = Programme(tiers=TIERS)
    assert multiplier_of(programme, "gold") == 150
    assert multiplier_of(programme, "platinum") == 100
    assert multiplier_of(programme, "") == 100


MORNING = datetime(2026, 1, 1, tzinfo=UTC)


class Ledger:
    """Entries as the database keeps them, and what is open by the arithmetic of `open_lots.sql` and `open_debts.sql`."""

    def __init__(self) -> None:
        self.entries: list[PointsEntry] = []

    @property
    def allocations(self) -> list[Allocation]:
        return [allocation for entry in self.entries for allocation in entry.allocations]

    def entry(self, points: int, **more) -> PointsEntry:
        moment = MORNING + timedelta(minutes=len(self.entries))
        return PointsEntry(
            id=uuid7(),
            customer_id=1,
            business_date=moment.date(),
            occurred_at=moment,
            kind=EntryKind.ADJUST,
            points=points,
            **more,
        )

    def lots(self) -> dict[UUID, tuple[int, date | None]]:
        left = Counter({entry.id: entry.points for entry in self.entries if entry.points > 0})
        for allocation in self.allocations:
            left[allocation.lot_id] -= allocation.points
            if allocation.points < 0:
                left[allocation.debit_id] += allocation.points
        expiry = {entry.id: entry.expires_on for entry in self.entries}
        return {lot: (remaining, expiry[lot]) for lot, remaining in left.items() if remaining}

    def debts(self) -> list[tuple[UUID, int]]:
        owed = Counter({entry.id: -entry.points for entry in self.entries if entry.points < 0})
        for allocation in self.allocations:
            if allocation.debit_id in owed:
                owed[allocation.debit_id] -= allocation.points
        return [(debit, rest) for debit, rest in owed.items() if rest]

    def taken_by(self, debit_ids: set[UUID]) -> list[Allocation]:
        """As `taken_by_sale.sql` finds them."""
        taken: Counter[UUID] = Counter()
        for allocation in self.allocations:
            if allocation.debit_id in debit_ids:
                taken[allocation.lot_id] += allocation.points
        return [Allocation(debit_id=uuid7(), lot_id=lot, points=points) for lot, points in taken.items() if points > 0]

    def book(self) -> Book:
        """The book as it is read anew."""
        by_id = {entry.id: entry for entry in self.entries}
        return Book(
            [
                Lot(
                    entry_id=lot,
                    remaining=remaining,
                    expires_on=expires_on,
                    earned_at=by_id[lot].occurred_at,
                    sale_id=by_id[lot].sale_id,
                )
                for lot, (remaining, expires_on) in self.lots().items()
            ],
            self.debts(),
        )

    def prove(self) -> None:
        held = [remaining for remaining, _ in self.lots().values()]
        owed = [rest for _, rest in self.debts()]
        assert all(remaining > 0 for remaining in held), "a lot gave more than it held"
        assert all(rest > 0 for rest in owed), "a debit was paid twice"
        assert not (held and owed), "lots and debts are open at once"
        assert sum(entry.points for entry in self.entries) == sum(held) - sum(owed)
        keys = [(allocation.debit_id, allocation.lot_id) for allocation in self.allocations]
        assert len(keys) == len(set(keys)), "the same debit and lot twice: the database refuses that"


def same_book(book: Book, ledger: Ledger) -> bool:
    mine = {lot.entry_id: (lot.remaining, lot.expires_on) for lot in book.lots}
    return mine == ledger.lots() and sorted(book.debts) == sorted(ledger.debts())


SALE = uuid7()
amounts = st.integers(1, 300)
expiries = st.none() | st.integers(0, 3).map(lambda month: date(2026, 3 + month, 28))
steps = st.one_of(
    st.tuples(st.just("credit"), amounts, expiries, st.sampled_from((None, SALE))),
    st.tuples(st.just("debit"), amounts, st.sampled_from((None, SALE))),
    st.tuples(st.just("expire"), st.integers(0, 4).map(lambda month: date(2026, 3 + month, 1))),
    st.tuples(st.just("give back"), st.integers(0, 20), st.integers(1, 100)),
)


@given(st.lists(steps, max_size=25))
def test_a_book_is_always_balanced(history):
    ledger = Ledger()
    book = Book()
    given_back: dict[UUID, set[UUID]] = {}
    for step in history:
        match step:
            case "credit", amount, expires_on, sale_id:
                entry = book.credit(ledger.entry(amount, expires_on=expires_on, sale_id=sale_id))
            case "debit", amount, sale_id:
                entry = book.debit(ledger.entry(-amount), first_of=[sale_id] if sale_id else [])
            case "expire", day:
                entry = book.expire(ledger.entry(0), day)
            case "give back", which, percent:
                debits = [entry for entry in ledger.entries if entry.points < 0 and entry.kind is EntryKind.ADJUST]
                if not debits:
                    continue
                debit = debits[which % len(debits)]
                credits = given_back.setdefault(debit.id, set())
                rest = -debit.points - sum(entry.points for entry in ledger.entries if entry.id in credits)
                amount = rest * percent // 100
                if amount == 0:
                    continue
                entry = ledger.book().credit(ledger.entry(amount), ledger.taken_by({debit.id, *credits}))
                credits.add(entry.id)
        ledger.entries.append(entry if step[0] != "expire" else replace(entry, kind=EntryKind.EXPIRE))
        if step[0] == "give back":
            book = ledger.book()
        ledger.prove()
        assert same_book(book, ledger), step


@given(st.lists(st.tuples(amounts, expiries), min_size=1, max_size=6), st.data())
def test_what_a_debit_took_is_put_back_where_it_came_from(credits, data):
    ledger = Ledger()
    book = Book()
    for amount, expires_on in credits:
        ledger.entries.append(book.credit(ledger.entry(amount, expires_on=expires_on)))
    before = ledger.lots()
    debit = book.debit(ledger.entry(-data.draw(st.integers(1, book.available))))
    ledger.entries.append(debit)
    rest = -debit.points
    credits_so_far: set[UUID] = set()
    while rest:
        part = data.draw(st.integers(1, rest))
        back = ledger.book().credit(ledger.entry(part), ledger.taken_by({debit.id, *credits_so_far}))
        ledger.entries.append(back)
        credits_so_far.add(back.id)
        rest -= part
        ledger.prove()
    assert ledger.lots() == before


def test_points_given_back_pay_what_is_owed_first():
    ledger = Ledger()
    book = Book()
    ledger.entries.append(book.credit(ledger.entry(100, expires_on=date(2027, 1, 31))))
    first = book.debit(ledger.entry(-60))
    ledger.entries.append(first)
    ledger.entries.append(book.debit(ledger.entry(-70)))
    assert ledger.debts()[0][1] == 30
    ledger.entries.append(ledger.book().credit(ledger.entry(60), ledger.taken_by({first.id})))
    ledger.prove()
    assert ledger.debts() == []
    assert ledger.lots() == {ledger.entries[0].id: (30, date(2027, 1, 31))}


def test_a_debit_takes_what_expires_first_and_what_never_does_last():
    ledger = Ledger()
    book = Book()
    for expires_on in (None, date(2026, 5, 31), date(2026, 4, 30)):
        ledger.entries.append(book.credit(ledger.entry(10, expires_on=expires_on)))
    forever, may, april = (entry.id for entry in ledger.entries)
    debit = book.debit(ledger.entry(-25))
    assert [(item.lot_id, item.points) for item in debit.allocations] == [(april, 10), (may, 10), (forever, 5)]


def test_a_refund_takes_the_lot_of_its_own_sale_first():
    ledger = Ledger()
    book = Book()
    for sale_id, expires_on in ((None, date(2026, 4, 30)), (SALE, None)):
        ledger.entries.append(book.credit(ledger.entry(10, expires_on=expires_on, sale_id=sale_id)))
    debit = book.debit(ledger.entry(-12), first_of=[SALE])
    assert [item.points for item in debit.allocations] == [10, 2]
    assert debit.allocations[0].lot_id == ledger.entries[1].id


def test_points_are_good_on_their_last_day():
    ledger = Ledger()
    book = Book()
    ledger.entries.append(book.credit(ledger.entry(10, expires_on=date(2026, 4, 30))))
    assert book.expire(ledger.entry(0), date(2026, 4, 30)).points == 0
    assert book.expire(ledger.entry(0), date(2026, 5, 1)).points == -10
    assert book.available == 0
