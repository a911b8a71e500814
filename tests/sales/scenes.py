"""A chain at work: a station, grades, a programme and members, and the proof that its books agree."""

import time as time_module
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from forecourt.customers import services as customer_services
from forecourt.customers.values import CustomerClaim, IdentityKind, NewCustomer, NewIdentity
from forecourt.faces import proofs
from forecourt.kernel import clock, readers, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Problem
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import services as loyalty_services
from forecourt.loyalty.queries import BEGINNING
from forecourt.loyalty.values import EarnRate, NegativeBalance, Per, Programme, SpendBy, Tier
from forecourt.offers import services as offers
from forecourt.offers.values import FloorChange
from forecourt.organisation.values import StationFacts
from forecourt.sales import services
from forecourt.sales.values import NewLine, NewSale, NewTender, Receipt
from tests.bench.samples import add_sample_products, open_sample_station

WATER = "6901234567892"
HEAD_OFFICE = Actor(kind="staff", id=0, name="head-office", everything=True)
MARKETER = Actor(kind="staff", id=0, name="marketer", everything=True)
PROGRAMME = Programme(
    name="会员计划",
    spend_by=SpendBy.ANY,
    rates=(
        EarnRate(code="petrol", points=Decimal(1), per=Per.UNIT, family="petrol"),
        EarnRate(code="shop", points=Decimal(1), per=Per.CURRENCY, kind="goods"),
    ),
    tiers=(
        Tier(code="basic", name="普通会员", threshold=Decimal(0)),
        Tier(code="silver", name="白银会员", threshold=Decimal(500), multiplier_percent=150),
        Tier(code="gold", name="黄金会员", threshold=Decimal(2000), multiplier_percent=200),
    ),
)


def set_floor(product: str, margin: str | None, *, at: datetime, station: str = "") -> None:
    """Let a floor hold, or end, from a moment on, handed in by one and approved by another then."""
    change = FloorChange(product=product, station=station, margin=None if margin is None else Decimal(margin))
    with clock.as_of(at):
        offers.draft_floors(MARKETER, [change])
        offers.submit_floors(MARKETER)
        offers.approve_floors(HEAD_OFFICE)


@dataclass
class Chain:
    """A chain with one station; members are enrolled by phone, 13800000001 and on."""

    actor: Actor
    station: StationFacts
    members: int = 0

    def enrol(self, count: int = 1) -> list[int]:
        """Enrol so many members; returns their ids."""
        numbers = range(self.members + 1, self.members + count + 1)
        self.members += count
        return customer_services.create_customers(
            self.actor,
            [
                NewCustomer(
                    name=f"会员{number}",
                    identities=(NewIdentity(kind=IdentityKind.PHONE, value=phone(number)),),
                )
                for number in numbers
            ],
        )

    def publish(self, programme: Programme = PROGRAMME, valid_from: datetime = BEGINNING) -> int:
        return loyalty_services.publish_programme(self.actor, programme, valid_from=valid_from)

    def post(self, *sales: NewSale) -> list[Receipt | Problem]:
        return services.post_sales(self.actor, sales)

    def post_one(self, *args: Any, **changes: Any) -> Receipt:
        """Post `a_sale(...)`, which must be accepted."""
        (receipt,) = self.post(a_sale(*args, **changes))
        assert isinstance(receipt, Receipt), receipt
        return receipt


def open_chain(*, negative: NegativeBalance = NegativeBalance.OWE, rolls_at: time = time(0)) -> Chain:
    """A chain with a station, sample products and a programme in force since the beginning; no members yet."""
    chain = Chain(HEAD_OFFICE, open_sample_station(rolls_at=rolls_at))
    add_sample_products()
    chain.publish(msgspec.structs.replace(PROGRAMME, negative_balance=negative))
    return chain


def phone(number: int) -> str:
    return f"138{number:08}"


def member(number: int) -> CustomerClaim:
    """The claim of the member who was enrolled as that number."""
    return CustomerClaim(phone=phone(number))


def ago(days: float) -> datetime:
    return (clock.now() - timedelta(days=days)).replace(microsecond=0)


def day_of(moment: datetime) -> date:
    """The day it was at the chain's stations."""
    return moment.astimezone(clock.zone("Asia/Shanghai")).date()


YESTERDAY = ago(1)
"""Once for all: the same sale built in two seconds is the same sale."""


def a_line(product: str = "92", quantity: str = "20.000", amount: str = "153.00", **more: Any) -> NewLine:
    return NewLine(product=product, quantity=Decimal(quantity), amount=Decimal(amount), **more)


def water(count: int) -> NewLine:
    return a_line(WATER, str(count), f"{count * 5}.00")


def a_sale(ref: str, who: int | CustomerClaim | None = None, *lines: NewLine, **changes: Any) -> NewSale:
    """A sale of 20 litres for 153.00 unless lines are given, by the member of that number, yesterday."""
    sold = lines or (a_line(),)
    fields: dict[str, Any] = {
        "station": "S001",
        "source": "pos-1",
        "source_ref": ref,
        "occurred_at": YESTERDAY,
        "customer": member(who) if isinstance(who, int) else who,
        "lines": sold,
        "tenders": (NewTender(kind="wechat", amount=sum((line.amount for line in sold), Decimal(0))),),
    }
    return NewSale(**fields | changes)


def a_return(ref: str, who: int | None, count: int) -> NewSale:
    """So many bottles of water taken back, without naming their sale."""
    return a_sale(ref, who, a_line(WATER, f"-{count}", f"-{count * 5}.00"))


def points(customer_id: int) -> int:
    return loyalty.balance(customer_id).points


def lots(customer_id: int) -> list[tuple[int, date | None]]:
    """What is left in each lot, with its last day, soonest first; debts as negative numbers."""
    book = loyalty.books([customer_id])[customer_id]
    held = [(lot.remaining, lot.expires_on) for lot in book.lots]
    return sorted(held, key=lambda lot: (lot[1] or date.max, lot[0])) + [(-owed, None) for _, owed in book.debts]


def flat_books_agree() -> None:
    """Every proof that needs no commit: the books agree as they stand inside the test's transaction."""
    for check in proofs.CHECKS:
        assert sql.rows(check.statement) == [], check.name


def everything_proves() -> None:
    """`forecourt prove`: needs the `committed` database."""
    catch_up()
    for proof in proofs.run_all():
        assert proof.differences == 0, proof


def differences() -> dict[str, int]:
    """How many differences each proof finds; those that find none are left out."""
    catch_up()
    return {proof.name: proof.differences for proof in proofs.run_all() if proof.differences}


def events(name: str) -> list[dict[str, Any]]:
    """The bodies of events of that name, in order."""
    found = sql.rows("SELECT body::text FROM kernel_event WHERE name = %(name)s ORDER BY position", {"name": name})
    return [msgspec.json.decode(row[0]) for row in found]


def catch_up() -> None:
    """Bring every reader of the event log up to date, once transactions elsewhere on the server let them."""
    until = time_module.monotonic() + 20
    pending = (
        "SELECT EXISTS (SELECT 1 FROM kernel_event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
    )
    while sql.rows(pending)[0][0] and time_module.monotonic() < until:
        time_module.sleep(0.02)
    readers.advance_all()


def count(table: str) -> int:
    return int(sql.rows(f"SELECT count(*) FROM {table}")[0][0])


def problems(answers: Sequence[Receipt | Problem]) -> list[str]:
    """ "" for a receipt, the problem's type for a problem."""
    return [answer.type if isinstance(answer, Problem) else "" for answer in answers]
