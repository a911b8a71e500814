"""What a refund gives back beside money and points of the sale: budgets, coupons, points it was paid with."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from forecourt.coupons import queries as coupons
from forecourt.coupons import records as coupon_records
from forecourt.kernel import ids
from forecourt.kernel.events import Event, publish
from forecourt.kernel.money import ZERO
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.events import moved
from forecourt.loyalty.queries import TakenBySale
from forecourt.loyalty.rules import Book
from forecourt.loyalty.values import PointsEntry, Return
from forecourt.offers import queries as offers
from forecourt.offers import records as offer_records
from forecourt.offers.values import Measure
from forecourt.sales import rules, wire
from forecourt.sales.queries import SaleView
from forecourt.sales.rules.undoing import OfferOf
from forecourt.sales.services.taking_back import Basket, Taken, price_of
from forecourt.sales.values import Award, RatedLine


def give_back(sale: SaleView, taken: Taken) -> list[Event]:
    """Give back what the sale had taken; returns what to publish. Callers hold the customer's lock.

    Budgets get back what the refund takes back of offers. The coupons that undone offers used are good again, and those
    they gave become void; when nothing of the sale stays, all of them.
    """
    events: list[Event] = []
    held = coupons.for_sale((), (), lock=True, refunded=[sale.id]) if taken.is_whole or taken.undone else []
    if held and taken.is_whole:
        events += coupon_records.restore([sale.id])
        events += coupon_records.void_issued_by([f"sale:{sale.id}"]).voided
    elif held:
        given = {
            reason.values["code"]
            for reason in wire.decode_reasons(sale.explanation)
            if reason.code == "coupon.issued" and reason.values.get("offer") in taken.undone
        }
        back = {coupon.id for coupon in held if taken.gives_back(coupon)}
        events += coupon_records.restore([sale.id], back) if back else []
        events += coupon_records.void([coupon.id for coupon in held if coupon.code in given], "refund")
    return_budgets(sale, taken.awards)
    return events


def paid_back(
    sale: SaleView, basket: Basket, lines: Sequence[RatedLine], rest: Sequence[RatedLine], digits: int
) -> rules.Paid:
    """What of the sale's payment a refund of these lines gives back: points, and the rest in money."""
    worth = ZERO
    if sale.points_spent:
        worth = sum((one.amount for one in wire.decode_tenders(sale.tenders) if one.kind == rules.POINTS), ZERO)
    price, stays = price_of(basket.lines), price_of(rest)
    worth = min(worth, price)  # points beyond what was due were not taken
    sold = rules.Paid(points=sale.points_spent, worth=worth, money=price - worth)
    return rules.paid_back(sold, basket.points_spent, price, stays - price_of(lines), stays, digits)


def give_points_back(sale: SaleView, points: int, actor: str, reason: str) -> None:
    """Put so many of the points that a sale was paid with back into their lots. Callers hold the payers' locks."""
    publish(moved(loyalty_records.give_back_all([replace(spent_by(sale), points=points, reason=reason, actor=actor)])))


def put_back(book: Book, entry: PointsEntry, taken: TakenBySale, origin: str) -> list[PointsEntry]:
    """The entries that put what a sale took back into the lots it was taken from, once what is owed is paid.

    Points that the sale was paid with may have come back before, and paid what it owed itself: so many go back into the lots
    of the payment, by an entry of its own under the payment's `origin`, whose lots then miss no more than is to come back.
    """
    rest = entry.points - book.owed - sum(one.points for one in taken.others)
    again = max(0, min(rest, taken.paid, sum(one.points for one in taken.spent)))
    entries = []
    if entry.points > again:
        entries.append(book.credit(replace(entry, points=entry.points - again), [*taken.own, *taken.others]))
    if again:
        entries.append(book.credit(replace(entry, id=ids.uuid7(), points=again, origin=origin), taken.spent))
    return entries


def spent_by(sale: SaleView) -> Return:
    """What a member's sale was paid with in points, to be given back."""
    return Return(customer_id=sale.customer_id or 0, origin=f"sale:{sale.id}", reason="", actor="")


def return_budgets(sale: SaleView, awards: Iterable[Award]) -> None:
    """Give budgets back what these rows, which are negative, take from offers."""
    offer_records.give_back(given_back(awards, versions(), sale.station_id, sale.business_date))


def versions() -> OfferOf:
    """What offers said in the versions that gave awards."""
    in_force = offers.offers()
    return lambda award: in_force.version(award.offer_id, award.version) if award.offer_id else None


def given_back(awards: Iterable[Award], offer_of: OfferOf, station_id: int, day: date) -> dict[str, Decimal]:
    """What rows that take back from offers give back to budgets of everybody, by their names; of a sale there and then.

    Customers' own limits are no such: they are the rows themselves.
    """
    amounts: dict[str, Decimal] = {}
    for award in awards:
        offer = offer_of(award)
        for budget in offer.budgets if offer else ():
            amount = {
                Measure.MONEY: -award.discount,
                Measure.VOLUME: -award.quantity,
                Measure.USES: Decimal(-award.uses),
                Measure.POINTS: Decimal(-award.points),
            }[budget.measure]
            if amount and not budget.is_customers_own:
                key = budget.key(award.offer_id, station_id, day)
                amounts[key] = amounts.get(key, ZERO) + amount
    return amounts
