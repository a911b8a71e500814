"""Complete Journey's campaigns in a database: a few real households, cut out of the package's own files."""

import csv
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from forecourt import coupons
from forecourt.connectors.pos.journey import campaigns as reading
from forecourt.connectors.pos.journey import loading, redemptions, reporting
from forecourt.connectors.pos.journey.baskets import card_of
from forecourt.connectors.pos.journey.campaigns import CouponKey, code_of
from forecourt.connectors.pos.journey.goods import Good, Goods
from forecourt.connectors.pos.journey.redeeming import Outcome
from forecourt.coupons import queries as coupon_queries
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.faces.cli.importing import importing
from forecourt.kernel import sql
from forecourt.kernel.home import home
from forecourt.kernel.problems import Invalid
from forecourt.offers import queries as offers
from forecourt.offers.values import OfferState
from forecourt.sales import queries as sales
from forecourt.sales import services as sales_services
from forecourt.sales.values import NewLine, NewSale

pytestmark = pytest.mark.django_db

HOUSEHOLDS = (256, 1029, 1823)
"""Who redeemed coupons of all three types; one of them the same coupon twice."""


def cut(source, folder, name, column, values):
    table = pq.read_table(source / f"{name}.parquet")
    kept = table.filter(pc.is_in(table.column(column), value_set=pa.array(sorted(values), pa.int64())))
    pq.write_table(kept, folder / f"{name}.parquet")
    return kept


def thinned(coupons, bought):
    """What was bought of each coupon's products, and the first fifty: there are thousands."""
    seen: Counter[int] = Counter()
    kept = []
    for coupon, product in zip(
        *(coupons.column(name).to_pylist() for name in ("coupon_upc", "product_id")), strict=True
    ):
        seen[coupon] += 1
        kept.append(product in bought or seen[coupon] <= 50)
    return coupons.filter(pa.array(kept))


@pytest.fixture(scope="module")
def real_slice(tmp_path_factory):
    """Those households' baskets on the days they redeemed something, their campaigns, and the coupons they redeemed."""
    source, folder = loading.data_folder(), tmp_path_factory.mktemp("journey")
    redeemed = cut(source, folder, "coupon_redemptions", "household_id", HOUSEHOLDS)
    cut(source, folder, "campaigns", "household_id", HOUSEHOLDS)
    campaigns = set(redeemed.column("campaign_id").to_pylist())
    cut(source, folder, "campaign_descriptions", "campaign_id", campaigns)
    coupons = pq.read_table(source / "coupons.parquet")
    keys = set(zip(redeemed.column("campaign_id").to_pylist(), redeemed.column("coupon_upc").to_pylist(), strict=True))
    named = zip(coupons.column("campaign_id").to_pylist(), coupons.column("coupon_upc").to_pylist(), strict=True)
    coupons = coupons.filter(pa.array([key in keys for key in named]))
    baskets = pq.read_table(source / "transactions.parquet", filters=[("household_id", "in", HOUSEHOLDS)])
    days = set(zip(*(redeemed.column(name).to_pylist() for name in ("household_id", "redemption_date")), strict=True))
    days = {(household, day.date()) for household, day in days}
    lines = zip(
        baskets.column("household_id").to_pylist(),
        loading.days_of(baskets.column("transaction_timestamp")).to_pylist(),
        strict=True,
    )
    baskets = baskets.filter(pa.array([line in days for line in lines]))
    pq.write_table(baskets, folder / "transactions.parquet")
    coupons = thinned(coupons, set(baskets.column("product_id").to_pylist()))
    pq.write_table(coupons, folder / "coupons.parquet")
    products = set(baskets.column("product_id").to_pylist()) | set(coupons.column("product_id").to_pylist())
    cut(source, folder, "products", "product_id", products)
    cut(source, folder, "demographics", "household_id", HOUSEHOLDS)
    return folder


def proven():
    for name in ("prove_uses", "prove_status", "prove_sales", "prove_issued"):
        assert sql.rows(sql.load(coupons.__file__, name)) == []


def test_a_real_slice_reconciles(real_slice, head_office):
    summary = loading.import_complete_journey(head_office, folder=real_slice)
    loaded = summary.more["campaigns"]
    campaigns = reading.read(real_slice)
    assert loaded["templates_made"] == len(campaigns.products) == loaded["offers_made"] + loaded["drafts_made"]
    figures = loaded["redemptions"]
    outcomes = {name: counts["all"] for name, counts in figures["outcomes"].items()}
    assert sum(outcomes.values()) == figures["read"] == len(campaigns.redemptions) > 30
    assert outcomes["reconciled"] == loaded["coupons_used"] > 10
    assert outcomes["no_basket"] == outcomes["no_sale"] == 0
    with (home() / "complete-journey.redemptions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == figures["read"]
    assert sum(Decimal(row["discount"] or 0) for row in rows) == Decimal(figures["discount"])
    first = next(row for row in rows if row["outcome"] == "reconciled")
    sale = sales.sale(head_office, UUID(first["sale"]))
    assert (sale.source_ref, sale.lines[int(first["line"]) - 1].code) == (first["basket"], first["product"])
    assert sale.business_date == date.fromisoformat(first["day"])
    coupon = coupon_queries.view_by_code(first["coupon"])
    assert coupon.template == CouponKey(int(first["campaign"]), int(first["coupon_upc"])).template
    assert (coupon.status, coupon.sale_id, coupon.used_at) == ("used", sale.id, sale.occurred_at)
    campaign = campaigns.campaigns[int(first["campaign"])]
    assert (coupon.active_from, coupon.expires_on) == (campaign.first, campaign.last)
    proven()


def test_again_changes_nothing(real_slice, head_office):
    first = loading.import_complete_journey(head_office, folder=real_slice).more["campaigns"]
    before = sql.rows("SELECT count(*), sum(uses_left), max(id::text) FROM coupons_coupon")
    told = sql.rows("SELECT count(*) FROM kernel_event")
    again = loading.import_complete_journey(head_office, folder=real_slice).more["campaigns"]
    made = ("templates_made", "offers_made", "drafts_made", "coupons_issued", "coupons_used")
    assert [again[name] for name in made] == [0] * 5
    assert again["redemptions"] == first["redemptions"]
    assert sql.rows("SELECT count(*), sum(uses_left), max(id::text) FROM coupons_coupon") == before
    assert sql.rows("SELECT count(*) FROM kernel_event") == told


def test_sales_cost_what_they_cost_without_campaigns(real_slice, head_office):
    """The tills gave these discounts; a coupon marked as used changes no sale."""
    before = loading.import_complete_journey(head_office, folder=real_slice, with_campaigns=False)
    assert "campaigns" not in before.more
    totals = sql.rows("SELECT id, gross, discount, net, points_earned FROM sales_sale ORDER BY id")
    after = loading.import_complete_journey(head_office, folder=real_slice)
    assert after.net == before.net
    assert after.more["campaigns"]["coupons_used"] > 10
    assert sql.rows("SELECT id, gross, discount, net, points_earned FROM sales_sale ORDER BY id") == totals


def test_who_holds_what(real_slice, head_office):
    loading.import_complete_journey(head_office, folder=real_slice)
    campaigns = reading.read(real_slice)
    for household in HOUSEHOLDS:
        [known] = customers.resolve([CustomerClaim(card=card_of(household))])
        held = {view.code for view in coupon_queries.coupons_of([known.customer_id], limit=1000)}
        mine = {campaign for campaign, members in campaigns.members.items() if household in members}
        wanted = {one.code for one in campaigns.redemptions if one.household == household}
        wanted |= {
            code_of(key, household)
            for key in campaigns.products
            if key.campaign in mine and campaigns.campaigns[key.campaign].type != "Type A"
        }
        assert held == wanted


def test_the_offer_gives_what_the_baskets_showed(real_slice, head_office):
    """The coupon, presented in its campaign at a till, takes off what it took off in the data; after it, nothing."""
    loaded = loading.import_complete_journey(head_office, folder=real_slice).more["campaigns"]
    views = offers.list_offers(head_office, text="CJ-", limit=1000)
    live = [view for view in views if view.state is OfferState.LIVE]
    drafts = [view for view in views if view.state is OfferState.DRAFT]
    assert (len(live), len(drafts)) == (loaded["offers_made"], loaded["drafts_made"])
    assert all("does not tell" in view.draft.text for view in drafts)
    campaigns = reading.read(real_slice)
    open_coupon, view = next(
        (coupon, view)
        for view in live
        for coupon in coupon_queries.page(template_id=coupon_queries.templates([view.code])[view.code].id)
        if coupon.status == "active"
    )
    off = view.draft.then[0].off
    campaign = campaigns.campaigns[int(view.code.split("-")[1])]
    household = int(open_coupon.code.split("H")[1].split("U")[0])
    product = min(view.draft.then[0].of.products)
    station = sql.rows("SELECT code FROM organisation_station LIMIT 1")[0][0]

    def net(reference, at):
        sale = NewSale(
            station=station,
            source="t",
            source_ref=reference,
            occurred_at=at,
            customer=CustomerClaim(card=card_of(household)),
            coupons=(open_coupon.code,),
            lines=(NewLine(product=product, quantity=Decimal(1), amount=Decimal("20.00")),),
        )
        return sales_services.quote_sales(head_office, [sale])[0].totals.net

    assert net("1", campaign.starts) == Decimal("20.00") - off
    assert net("2", campaign.ends) == Decimal("20.00")


def test_a_refused_basket_is_said(real_slice, head_office, tmp_path):
    """Redemptions whose basket is no sale: here none was imported."""
    loading.import_complete_journey(head_office, folder=real_slice)
    sql.run("UPDATE sales_claim SET source_ref = source_ref || '-lost'", {})
    found = redemptions.load_campaigns(head_office, real_slice, tmp_path / "r.csv")["redemptions"]
    outcomes = {name: counts["all"] for name, counts in found["outcomes"].items()}
    assert outcomes["no_sale"] > 10
    assert outcomes["reconciled"] == 0
    assert sum(outcomes.values()) == found["read"]


def test_some_files_without_the_others_are_refused(real_slice, tmp_path):
    for path in real_slice.iterdir():
        if path.stem != "coupons":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(Invalid, match=r"no coupons\.parquet"):
        reading.read(tmp_path)
    (tmp_path / "empty").mkdir()
    assert reading.read(tmp_path / "empty") is None


def test_the_command_prints_a_table_that_adds_up(real_slice, committed):
    result = CliRunner().invoke(importing, ["complete-journey", "--folder", str(real_slice)])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout.splitlines()[-1])["more"]["campaigns"]["redemptions"]
    lines = reporting.table(figures)
    assert all(line in result.stderr for line in lines)
    assert lines[-2].split()[:3] == ["redemptions", "in", "all"]
    assert int(lines[-2].split()[3]) == figures["read"]
    assert len(figures["outcomes"]) == len(Outcome)


def test_too_many_products_become_categories():
    """Six of the real coupons are for more products than an offer may name; the selection comes to the same ones."""
    known = {number: Good(f"FOOD/{number % 7}", 1) for number in range(9_000)}
    known |= {number: Good("FOOD", 1) for number in range(9_000, 9_010)}
    known |= {number: Good("", 2) for number in range(9_010, 9_020)}
    wanted = {number for number in known if number % 7 and number % 50 and number not in (9_003, 9_012)} | {77_777}
    selection = Goods(known).selection(wanted)
    assert max(len(selection.products), len(selection.exclude)) <= 5_000
    assert "FOOD" not in selection.categories  # it would take along what lies below it
    picked = {
        number
        for number, good in known.items()
        if str(number) not in selection.exclude
        and (
            str(number) in selection.products
            or any(good.path == path or good.path.startswith(f"{path}/") for path in selection.categories)
        )
    }
    assert picked == wanted - {77_777}
