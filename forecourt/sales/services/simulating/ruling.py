"""The rules of a simulation: those that were in force, with drafts as if they had been."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.rules import in_force_at
from forecourt.coupons.queries import KnownTemplate
from forecourt.kernel import clock, stamps
from forecourt.loyalty.rules import Rates
from forecourt.loyalty.values import Programme
from forecourt.offers import queries as offers
from forecourt.offers.rules.matching import EVER, NEVER, Book, Live
from forecourt.sales.rules import Rulings
from forecourt.sales.services import engine
from forecourt.sales.values import Frozen, SimulationAsked


class AsIf:
    """The rules in force at any moment, as a simulation wants them."""

    def __init__(self, asked: SimulationAsked, frozen: Frozen) -> None:
        self._in_force = engine.in_force(stamps.read())
        spared = {*asked.without, *(one.offer.code for one in frozen.offers)}
        lives = [live for live in self._in_force.offers.lives if live.code not in spared]
        lives += [Live(one.id, 0, one.offer, NEVER, EVER) for one in frozen.offers]
        self.book = Book(lives)
        self._gift_costs = offers.costs_of_gifts(self.book)
        self._programme = frozen.programme
        self._rates = Rates(self._programme.rates) if self._programme is not None else None
        self._rulings: dict[int, Rulings] = {}
        self._costs = catalogue.costs({row for row in catalogue.products_with_costs()})
        self._policy = asked.policy
        self._floors = offers.floors_with(asked.floors) if asked.floors else self._in_force.floors
        self.differ = bool(
            frozen.offers or asked.without or asked.floors or frozen.programme is not None or asked.policy is not None
        )
        """Whether the rules are others than those of then."""

    @property
    def templates(self) -> Mapping[str, KnownTemplate]:
        """Coupon templates with all they ever said."""
        return self._in_force.templates

    @property
    def has_offers(self) -> bool:
        return bool(self.book.size)

    @property
    def asks_buyer(self) -> bool:
        return self.book.asks_buyer

    @property
    def draft(self) -> Programme | None:
        """The draft of the programme, where it is what is simulated."""
        return self._programme

    @property
    def programme(self) -> Programme:
        """The programme in force now."""
        return self._in_force.rulebooks.at(clock.now()).programme

    @property
    def point_value(self) -> Decimal:
        return (self._programme or self.programme).point_value

    def at(self, moment: datetime) -> Rulings:
        """The rules of the simulation at a moment."""
        place = bisect_right(self._in_force.edges, moment)
        found = self._rulings.get(place)
        if found is None:
            rulings = self._in_force.at(moment)
            if self._programme is not None and self._rates is not None:
                rulings = engine.under(self._programme, self._rates, rulings)
            found = self._rulings[place] = rulings._replace(
                book=self.book,
                gift_cost=self._gift_costs.of,
                policy=self._policy if self._policy is not None else rulings.policy,
                floor_price=self._floors.price,
            )
        return found

    @property
    def knows_costs(self) -> bool:
        return bool(self._costs)

    def cost(self, station_id: int, product_id: int, moment: datetime) -> Decimal | None:
        """What a unit cost there and then, where that is known."""
        return in_force_at(self._costs, product_id, station_id, moment)
