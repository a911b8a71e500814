"""What the rules look at: one sale as offers see it.

Lines of one product at one price are one item, so that splitting a line or ordering lines otherwise changes nothing. The
price is the one a line states; where a line of the product states none, all of them are one item. Lines that were taken back
within the sale count against theirs; what comes to nothing is no item.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

from msgspec import Meta

from forecourt.catalogue.values import Kind, ProductFacts, Unit
from forecourt.customers.values import BuyerFacts, Usage
from forecourt.kernel.money import ZERO
from forecourt.kernel.values import Value
from forecourt.kernel.words import say as _
from forecourt.offers.rules.speaking import Input, Names, called, gettext_noop, listed

Name = Annotated[str, Meta(min_length=1, max_length=120)]
"""A code or a name that something goes by."""
Codes = Annotated[frozenset[Name], Meta(max_length=5_000)]
"""Any number of them."""
SomeCodes = Annotated[frozenset[Name], Meta(min_length=1, max_length=5_000)]
"""At least one of them."""
FuelFamily = Literal["petrol", "diesel", "lpg", "cng", "electric"]

Key = tuple[str, str]
"""What an offer can be found by: ("product", "95"), ("station", "S001"), ("coupon", "WASH")..."""


class Item(NamedTuple):
    """All of one product in a sale at one price: how much, for how much before offers.

    `price` is what its lines state for a unit, None where not all of them state the same.
    """

    product: ProductFacts
    quantity: Decimal
    amount: Decimal
    price: Decimal | None = None


class Products(Value, forbid_unknown_fields=True, omit_defaults=True):
    """Which products: any that one of the lists names, all where none names any; never one that `exclude` names.

    `products` are product codes (a grade is one), `categories` paths that take what is below them along, `brands` names,
    `kinds` fuel, goods, service, `families` petrol, diesel...
    """

    products: Codes = frozenset()
    categories: Codes = frozenset()
    brands: Codes = frozenset()
    kinds: frozenset[Kind] = frozenset()
    families: frozenset[FuelFamily] = frozenset()
    exclude: Codes = frozenset()

    inputs: ClassVar[dict[str, Input]] = {
        "products": Input(gettext_noop("Products"), "products", gettext_noop("Grades and goods, by their codes.")),
        "categories": Input(gettext_noop("Categories"), "categories", gettext_noop("With everything below them.")),
        "brands": Input(gettext_noop("Brands"), "brands"),
        "kinds": Input(gettext_noop("Kinds"), "choices", choices="kind"),
        "families": Input(gettext_noop("Kinds of fuel"), "choices", choices="family"),
        "exclude": Input(gettext_noop("But not"), "products"),
    }

    @property
    def is_everything(self) -> bool:
        return not (self.products or self.categories or self.brands or self.kinds or self.families)

    def pick(self, product: ProductFacts) -> bool:
        """Whether this product is one of them."""
        if self.exclude and product.code in self.exclude:
            return False
        if self.products and product.code in self.products:
            return True
        if self.categories and not self.categories.isdisjoint(product.categories):
            return True
        if self.brands and product.brand in self.brands:
            return True
        if self.kinds and product.kind in self.kinds:
            return True
        if self.families and product.family in self.families:
            return True
        return self.is_everything

    def words(self, names: Names, everything: str | None = None) -> str:
        """They, in words: "95 or 98", "any product but tobacco"; `everything` is the word where they are all products."""
        named = [
            called(names, kind, code)
            for kind, codes in (
                ("product", self.products),
                ("category", self.categories),
                ("brand", self.brands),
                ("kind", self.kinds),
                ("family", self.families),
            )
            for code in sorted(codes)
        ]
        said = listed(named) if named else everything or _("any product")
        if self.exclude:
            spared = listed([names.name("product", code) for code in sorted(self.exclude)])
            return _("%(products)s but %(spared)s") % {"products": said, "spared": spared}
        return said

    def keys(self) -> frozenset[Key] | None:
        """What a sale with one of them can be found by; None where it may be any."""
        if self.is_everything:
            return None
        return frozenset(
            [("product", code) for code in self.products]
            + [("category", code) for code in self.categories]
            + [("brand", name) for name in self.brands]
            + [("kind", kind) for kind in self.kinds]
            + [("family", family) for family in self.families]
        )


FUEL: Final = Products(kinds=frozenset({Kind.FUEL}))
SHOP: Final = Products(kinds=frozenset({Kind.GOODS, Kind.SERVICE}))
EVERYTHING: Final = Products()


class Picked(NamedTuple):
    """The items of a sale that a selection picks, with their sums."""

    items: tuple[int, ...]
    quantity: Decimal
    amount: Decimal


class Place(NamedTuple):
    """Where and when: the station by its code, the regions around it, the station's own time (with its zone), its trading
    day, and the legal entity that is paid, by its name.
    """

    station: str
    regions: tuple[str, ...]
    pump: int | None
    local: datetime
    day: date
    payee: str = ""


class Person(NamedTuple):
    """Who: what the engine knows of a member before this sale. `usage` is the vehicle's, where it was recognised.

    `reached` are the codes of the tiers up to and including the member's own; `holds` the templates that offers ask about of
    which the member holds a good coupon.
    """

    customer_id: int
    tier: str
    sales: int
    last_sale_at: datetime | None
    buyer: BuyerFacts | None = None
    usage: Usage | None = None
    segments: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()


class Held(NamedTuple):
    """A coupon that can be used in this sale."""

    id: str
    template: str
    worth: Decimal = ZERO


class Facts:
    """One sale as conditions and effects see it. Pure and built once; sums are remembered while it is rated.

    `places` remembers which items selections pick, by the identity of the selection, which is kept with them; sales of a
    kind share it. `sight` is for the book of offers, to find once what this sale can see. `points_on` tells what an item
    earns, unrounded, with the multiplier of the member's tier.
    """

    __slots__ = ("_picked", "coupons", "items", "person", "place", "places", "points_on", "sight", "tenders")

    def __init__(
        self,
        items: tuple[Item, ...],
        place: Place,
        person: Person | None = None,
        *,
        tenders: Mapping[str, Decimal] | None = None,
        coupons: Mapping[str, list[Held]] | None = None,
        points_on: Callable[[Item], Decimal] = lambda item: ZERO,
    ) -> None:
        self.items = items
        self.place = place
        self.person = person
        self.tenders = tenders or {}
        self.coupons = coupons or {}
        self.points_on = points_on
        self._picked: dict[tuple[int, ...], Picked] = {}
        self.places: dict[int, tuple[tuple[int, ...], Products]] = {}
        self.sight: Any = None

    def pick(self, products: Products) -> Picked:
        """What a selection picks of this sale, with its sums."""
        found = self.places.get(id(products))
        if found is None:
            numbers = tuple([number for number, item in enumerate(self.items) if products.pick(item.product)])
            found = self.places[id(products)] = (numbers, products)
        numbers = found[0]
        picked = self._picked.get(numbers)
        if picked is None:
            picked = self._picked[numbers] = self._sum(numbers)
        return picked

    def _sum(self, numbers: tuple[int, ...]) -> Picked:
        if len(numbers) == 1:
            item = self.items[numbers[0]]
            return Picked(numbers, item.quantity, item.amount)
        quantity = amount = ZERO
        for number in numbers:
            item = self.items[number]
            quantity += item.quantity
            amount += item.amount
        return Picked(numbers, quantity, amount)

    def kind(self) -> "SaleKind":
        """What decides which offers this sale can find: products, place, means of payment, coupons, who. Not how much or when.

        Products go by identity: whoever keeps something under a kind keeps the items too.
        """
        place, person = self.place, self.person
        who: tuple[object, ...] = ()
        if person is not None:
            tags = person.buyer.tags if person.buyer is not None else None
            who = (person.tier, person.reached, person.segments, tags, person.holds)
        return (
            place.station,
            place.regions,
            place.payee,
            tuple([id(item.product) for item in self.items]),
            tuple(self.tenders) if len(self.tenders) < 2 else tuple(sorted(self.tenders)),
            tuple(sorted(self.coupons)) if self.coupons else (),
            who,
        )

    def minute(self) -> int:
        """The minute of the station's clock, counted since year 1."""
        local = self.place.local
        return (local.toordinal() * 24 + local.hour) * 60 + local.minute

    def keys(self) -> set[Key]:
        """Everything that this sale can find offers by."""
        keys: set[Key] = {("station", self.place.station)}
        for item in self.items:
            keys.update(_keys_of_product(item.product))
        for region in self.place.regions:
            keys.add(("region", region))
        if self.place.payee:
            keys.add(("payee", self.place.payee))
        for template in self.coupons:
            keys.add(("coupon", template))
        for tender in self.tenders:
            keys.add(("tender", tender))
        if self.person is not None:
            keys.update(_keys_of(self.person))
        return keys


SaleKind = tuple[object, ...]


def _keys_of_product(product: ProductFacts) -> list[Key]:
    keys: list[Key] = [("product", product.code), ("kind", product.kind)]
    if product.family:
        keys.append(("family", product.family))
    if product.brand:
        keys.append(("brand", product.brand))
    keys += [("category", category) for category in product.categories]
    return keys


def _keys_of(person: Person) -> list[Key]:
    keys = [("member", "")]
    if person.tier:
        keys.append(("tier", person.tier))
    keys += [("segment", segment) for segment in person.segments]
    keys += [("holder", template) for template in person.holds]
    if person.buyer is not None:
        keys += [("tag", tag) for tag in person.buyer.tags]
    return keys


SoldLine = tuple[ProductFacts | None, Decimal, Decimal, Decimal | None]
"""A line as it makes items: its product, quantity, amount, and the unit price that it states, if it does."""


def items_of(lines: Sequence[SoldLine]) -> tuple[Item, ...]:
    """The items of a sale from its lines, in the order of product codes and prices; of unknown products there are none."""
    found: dict[int, Item] = {}
    mixed: set[int] = set()
    for product, quantity, amount, price in lines:
        if product is None:
            continue
        before = found.get(product.id)
        if before is None:
            found[product.id] = Item(product, quantity, amount, price)
        else:
            if price != before.price:
                mixed.add(product.id)
            found[product.id] = Item(before.product, before.quantity + quantity, before.amount + amount, before.price)
    every = found.values() if not mixed else [item for one in found.values() for item in _at_prices(one, mixed, lines)]
    items = [item for item in every if item.quantity > 0 and item.amount > 0]
    if len(items) > 1:
        items.sort(key=_code_and_price)
    return tuple(items)


def _at_prices(item: Item, mixed: set[int], lines: Sequence[SoldLine]) -> list[Item]:
    """A product whose lines state several prices, each by itself; all of it as one where a line states none, or more was
    taken back at a price than sold.
    """
    if item.product.id not in mixed:
        return [item]
    found: dict[Decimal, Item] = {}
    for product, quantity, amount, price in lines:
        if product is None or product.id != item.product.id:
            continue
        if price is None:
            return [item._replace(price=None)]
        before = found.get(price)
        found[price] = (
            Item(item.product, quantity, amount, price)
            if before is None
            else before._replace(quantity=before.quantity + quantity, amount=before.amount + amount)
        )
    if any(one.quantity < 0 or one.amount < 0 for one in found.values()):
        return [item._replace(price=None)]
    return list(found.values())


def _code_and_price(item: Item) -> tuple[str, Decimal]:
    return item.product.code, item.price or ZERO


def is_fuel(item: Item) -> bool:
    return item.product.kind is Kind.FUEL


def unit_of(products: Products, names: Names) -> str:
    """The unit that a selection is measured in, "" where it is not known or not one."""
    if products.is_everything or products.categories or products.brands:
        return ""
    units = {_UNITS.get(family, "volume") for family in products.families}
    units |= {"volume" if kind == Kind.FUEL else "piece" for kind in products.kinds}
    units |= {names.name("unit_of", code) for code in products.products}
    return units.pop() if len(units) == 1 and units <= _KNOWN else ""


_UNITS: Final = {"electric": Unit.KWH.value, "cng": Unit.KG.value}
_KNOWN: Final = frozenset(unit.value for unit in Unit)
