"""What a demonstration is made of: its sizes, its chain, its people. Pure: nothing here knows the database."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Final

from forecourt.customers.values import CustomerClaim, CustomerKind
from forecourt.kernel.problems import Invalid
from forecourt.kernel.values import Value
from forecourt.organisation.values import NewStation

CHINA: Final = timezone(timedelta(hours=8))
"""China's one zone; it has had no summer time since 1991."""

SALES_A_CUSTOMER_DAY: Final = 0.075
"""Sales of the chain for each customer on file and day: 150,000 for 5,000 customers over 400 days."""
MEMBER_SHARE: Final = 0.61
"""Of those, the part that members make."""

_LIMITS: Final = {"stations": (1, 2000), "customers": (20, 2_000_000), "days": (2, 3650)}


def dice(seed: int, purpose: str) -> Random:
    """A source of chance of its own for each purpose, so that one part can change without changing the others."""
    return Random(f"{seed} {purpose}")  # noqa: S311 - a demonstration must come out the same again; nothing secret


class Sizes(Value):
    """How large a demonstration is to be; the same sizes, seed and end always give the same data."""

    stations: int = 12
    customers: int = 5000
    days: int = 400
    seed: int = 1

    def check(self) -> None:
        """Invalid when a size is out of its bounds."""
        for name, (least, most) in _LIMITS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise Invalid.field(name, f"{value} is out of bounds; give {least:,} to {most:,}")

    @property
    def expected_sales(self) -> int:
        """About how many sales there will be."""
        return round(self.customers * self.days * SALES_A_CUSTOMER_DAY)


@dataclass(frozen=True, slots=True)
class Span:
    """The days a demonstration covers, the last one being that of `until`, up to that instant and never past it."""

    first: date
    days: int
    until: datetime

    @classmethod
    def ending(cls, until: datetime, days: int) -> "Span":
        local = until.astimezone(CHINA)
        return cls(local.date() - timedelta(days=days - 1), days, local)

    def day(self, offset: int) -> date:
        return self.first + timedelta(days=offset)

    def moment(self, offset: int, second: int = 0) -> datetime:
        """The instant so many seconds into a day, on China's clocks."""
        day = self.first + timedelta(days=offset)
        return datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(seconds=second)


@dataclass(frozen=True, slots=True)
class Site:
    """A station with what the generator needs beside what Forecourt is told. Hours are whole; 0 to 24 never shuts."""

    index: int
    new: NewStation
    character: str
    opens: int
    closes: int
    weight: float
    discount: int
    pumps: dict[str, tuple[int, ...]]
    attendants: tuple[str, ...]

    @property
    def washes(self) -> bool:
        return "洗车" in self.new.services

    @property
    def charges(self) -> bool:
        return "充电" in self.new.services


class Worker(Value):
    """A member of staff. `role` is "manager" or "attendant"; `username` is empty for those who never sign in."""

    code: str
    name: str
    station: str
    role: str
    username: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The company with its stations and staff."""

    name: str
    sites: tuple[Site, ...]
    workers: tuple[Worker, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """What was planted in a life; days count from the first. `course` is steady, stops, fades, slows or returns.

    From day `turn` the customer stops, comes ever more seldom, or half as often; who returns is away until day `back`.
    """

    course: str = "steady"
    turn: int | None = None
    back: int | None = None


@dataclass(slots=True)
class Car:
    """A vehicle in use. `tank` in litres, or kWh of battery; `litres_a_day` is what it uses of what it buys here."""

    owner: "Member" = field(compare=False, repr=False)
    plate: str
    usage: str
    grade: str
    tank: int
    model: str
    litres_a_day: float
    claims: tuple[CustomerClaim, ...]
    """By what it is recognised at the till, the usual way first."""
    fades: float = 1.0
    """How much longer than usual the interval has become."""


@dataclass(slots=True)
class Member:
    """A customer with habits. Shares are chances from 0 to 1; `tastes` are product codes, favourite first."""

    index: int
    kind: CustomerKind
    segment: str
    name: str
    joined: datetime
    joined_day: int
    home: int
    second: int
    second_share: float
    clock: str
    weekdays: str
    life: Life
    shop_share: float
    shop_only_share: float
    tastes: tuple[str, ...]
    wash_share: float
    payments: tuple[str, ...]
    round_amount: int
    sensitivity: float
    forgets_share: float
    regularity: float
    discount: int = 0
    tags: tuple[str, ...] = ()
    birthday: str = ""
    """Month and day, "03-05", of people who told it."""
    claims: tuple[CustomerClaim, ...] = ()
    """Telephone, card, WeChat: what this member was enrolled with."""
    cars: list[Car] = field(default_factory=list)
    double_of: int | None = None
    """The index of the member who is the same person, enrolled twice by mistake."""
    merge_later: bool = False
    """Whether the demonstration merges this double, or leaves it to be found."""
    id: int = 0
    """The customer's id once enrolled."""
