"""Claims on funders: what is due once, frozen when sent, corrected in the next."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from msgspec.structs import replace

from forecourt.accounts import queries, services
from forecourt.accounts.queries.claims import Wanted
from forecourt.accounts.values import ClaimState, Cost, CostsDue, FundingBy
from forecourt.faces import proofs
from forecourt.kernel import ids, partitions, sql
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.organisation.models import LegalEntity, Station
from tests.accounts.scenes import ANALYST, a_policy, approve
from tests.bench.samples import open_sample_station
from tests.sales.scenes import HEAD_OFFICE

JUNE = (date(2026, 6, 1), date(2026, 6, 30))
JULY = (date(2026, 7, 1), date(2026, 7, 31))
_COLUMNS = (
    *("customer_id", "business_date", "sale_id", "line", "offer_id", "funder", "station_id", "offer", "version"),
    *("discount", "quantity", "points", "uses"),
)


def award(
    day: date,
    discount: str,
    *,
    funder="supplier:aoke",
    station=None,
    sale: UUID | None = None,
    offer=1,
    points=0,
    line=1,
) -> UUID:
    """An award on a sale of its own unless one is given; returns the sale."""
    sale = sale or ids.uuid7()
    partitions.ensure_months("sales_award", [day])
    station_id = station.id if station else Station.objects.order_by("id").first().pk
    sign = -1 if Decimal(discount) < 0 else 1
    row = (
        17,
        day,
        sale,
        line,
        offer,
        funder,
        station_id,
        f"优惠{offer}",
        1,
        Decimal(discount),
        sign * 30,
        points,
        sign,
    )
    sql.copy_in("sales_award", _COLUMNS, [sql.copy_line(*row)])
    return sale


@pytest.fixture
def offers(db):
    open_sample_station()
    approve(a_policy(valid_from=date(2026, 1, 1), point_value=Decimal("0.10")))


def test_a_claim_holds_what_its_funder_pays_in_its_days(offers):
    award(date(2026, 6, 1), "9.00")
    award(date(2026, 6, 30), "3.50", points=25)
    award(date(2026, 6, 15), "7.00", funder="brand")
    award(date(2026, 7, 1), "1.00")
    claim = services.draft_claim(ANALYST, "supplier:aoke", *JUNE)
    assert (claim.rows, claim.uses, claim.quantity) == (2, 2, 60)
    assert (claim.discount, claim.points, claim.points_value, claim.total) == (
        Decimal("12.50"),
        25,
        Decimal("2.50"),
        Decimal("15.00"),
    )


def test_a_sent_claim_is_frozen_and_what_comes_later_corrects_the_next(offers):
    kept, changed = award(date(2026, 6, 2), "9.00"), award(date(2026, 6, 3), "4.00", points=10)
    june = services.send_claim(ANALYST, services.draft_claim(ANALYST, "supplier:aoke", *JUNE).id)
    award(date(2026, 6, 20), "-9.00")  # a refund with its own day in June, recorded in July
    award(date(2026, 6, 28), "2.00")  # a late sale
    sql.run("UPDATE sales_award SET discount = 3, points = 0 WHERE sale_id = %(sale)s", {"sale": changed})
    award(date(2026, 7, 5), "6.00")
    july = services.send_claim(ANALYST, services.draft_claim(ANALYST, "supplier:aoke", *JULY).id)
    assert queries.claim(ANALYST, june.id) == june
    assert july.total == Decimal("6.00") - 9 + 2 - 1 - 1
    assert july.corrections == Decimal("-9.00")
    rows = {row.sale_id: row for row in queries.claim_rows(ANALYST, july.id)}
    assert kept not in rows
    assert (rows[changed].discount, rows[changed].points_value, rows[changed].is_correction) == (-1, -1, True)
    august = services.draft_claim(ANALYST, "supplier:aoke", date(2026, 8, 1), date(2026, 8, 31))
    assert august.rows == 0
    with pytest.raises(Conflict, match="nothing to send"):
        services.send_claim(ANALYST, august.id)
    claims_check = next(check for check in proofs.CHECKS if check.name == "claims sent")
    assert sql.rows(claims_check.statement) == []
    sql.run("UPDATE accounts_claim_row SET discount = discount + 1 WHERE claim_id = %(id)s", {"id": june.id})
    assert len(sql.rows(claims_check.statement)) == 1


def test_a_draft_follows_the_sales_and_there_is_one_a_funder(offers):
    award(date(2026, 6, 2), "9.00")
    claim = services.draft_claim(ANALYST, "supplier:aoke", *JUNE)
    with pytest.raises(Conflict, match="draft"):
        services.draft_claim(ANALYST, "supplier:aoke", *JULY)
    award(date(2026, 6, 2), "1.00")
    assert services.refresh_claim(ANALYST, claim.id).discount == 10
    services.discard_claim(ANALYST, claim.id)
    assert services.draft_claim(ANALYST, "supplier:aoke", *JUNE).discount == 10


def test_settled_whole_in_part_or_disputed(offers):
    award(date(2026, 6, 2), "9.00")
    claim = services.send_claim(ANALYST, services.draft_claim(ANALYST, "supplier:aoke", *JUNE).id)
    with pytest.raises(Invalid, match="note"):
        services.dispute_claim(ANALYST, claim.id, " ")
    assert services.dispute_claim(ANALYST, claim.id, "two sales unknown").state is ClaimState.DISPUTED
    with pytest.raises(Invalid, match="amount"):
        services.settle_claim(ANALYST, claim.id, Decimal("9.01"))
    with pytest.raises(Invalid, match="note"):
        services.settle_claim(ANALYST, claim.id, Decimal("8.00"))
    settled = services.settle_claim(ANALYST, claim.id, Decimal("8.00"), "agreed")
    assert (settled.state, settled.settled_amount) == (ClaimState.SETTLED, 8)
    with pytest.raises(Conflict):
        services.settle_claim(ANALYST, claim.id, Decimal("9.00"))
    with pytest.raises(Conflict):
        services.discard_claim(ANALYST, claim.id)


MUGS = Cost(origin="reward:mug:2026-06-03", day=date(2026, 6, 3), text="马克杯", amount=Decimal("12.00"), uses=2)


def owing(*costs: Cost) -> CostsDue:
    """Who owes these, on their days."""
    return lambda since, until: [cost for cost in costs if since <= cost.day <= until]


def claimed(days, costs: CostsDue | None):
    """A claim on the brand, sent."""
    return services.send_claim(ANALYST, services.draft_claim(ANALYST, "brand", *days, costs=costs).id, costs)


def test_other_costs_are_claimed_once_by_their_origin(offers):
    june = claimed(JUNE, owing(MUGS))
    assert (june.costs, june.total, june.uses, june.corrections) == (12, 12, 2, 0)
    assert services.draft_claim(ANALYST, "brand", *JULY, costs=owing(MUGS)).costs == 0
    assert queries.claim_costs(ANALYST, june.id) == [MUGS]


def test_what_an_origin_costs_later_or_no_longer_is_claimed_by_the_difference(offers):
    june = claimed(JUNE, owing(MUGS))
    more = replace(MUGS, amount=Decimal("18.00"), uses=3)
    july = claimed(JULY, owing(more))
    assert (july.costs, july.uses, july.corrections) == (6, 1, 6)
    assert [(cost.day, cost.is_correction) for cost in queries.claim_costs(ANALYST, july.id)] == [(MUGS.day, True)]
    with pytest.raises(Conflict, match="nothing to send"):
        services.send_claim(ANALYST, services.draft_claim(ANALYST, "brand", *JULY, costs=owing(more)).id, owing(more))
    services.discard_claim(ANALYST, queries.claims(ANALYST, state="draft")[0].id)
    assert (queries.claim(ANALYST, june.id), claimed(JULY, owing()).total) == (june, -18)
    assert services.draft_claim(ANALYST, "brand", *JULY, costs=owing()).rows == 0
    claims_check = next(check for check in proofs.CHECKS if check.name == "claims sent")
    assert sql.rows(claims_check.statement) == []


def test_a_claim_for_one_legal_entity_leaves_other_costs_alone(offers):
    claimed(JUNE, owing(MUGS))
    entity = LegalEntity.objects.create(name="甲加油站有限公司")
    assert services.draft_claim(ANALYST, "brand", *JUNE, entity_id=entity.pk, costs=None).rows == 0


def test_a_claim_may_be_for_the_stations_of_one_legal_entity(offers):
    entity = LegalEntity.objects.create(name="甲加油站有限公司")
    own = open_sample_station("S002")
    Station.objects.filter(pk=own.id).update(legal_entity=entity)
    award(date(2026, 6, 2), "9.00", funder="dealer")
    award(date(2026, 6, 2), "4.00", funder="dealer", station=own)
    one = services.send_claim(ANALYST, services.draft_claim(ANALYST, "dealer", *JUNE, entity_id=entity.pk).id)
    assert (one.discount, one.entity) == (4, entity.name)
    assert services.draft_claim(ANALYST, "dealer", *JUNE).discount == 9


def test_the_report_breaks_down_and_leads_to_the_sales(offers):
    other = open_sample_station("S002")
    sale = award(date(2026, 6, 2), "9.00", points=20)
    award(date(2026, 6, 2), "1.00", sale=sale, line=2)
    award(date(2026, 7, 2), "4.00", station=other, offer=2, funder="brand")
    everything = Wanted(since=JUNE[0], until=JULY[1])
    by = {how: queries.funding(ANALYST, everything, how) for how in FundingBy}
    assert [(line.key, line.total, line.sales) for line in by[FundingBy.FUNDER]] == [
        ("supplier:aoke", Decimal("12.00"), 1),
        ("brand", Decimal("4.00"), 1),
    ]
    assert [line.name for line in by[FundingBy.OFFER]] == ["优惠1", "优惠2"]
    assert {line.key for line in by[FundingBy.MONTH]} == {"2026-06", "2026-07"}
    assert [line.name for line in by[FundingBy.STATION]] == ["Station S001", "Station S002"]
    narrowed = Wanted(since=JUNE[0], until=JULY[1], funder="brand")
    assert [row.discount for row in queries.funding_rows(ANALYST, narrowed)] == [4]
    first, second = queries.funding_rows(ANALYST, Wanted(since=JUNE[0], until=JUNE[1]))
    place = (first.business_date, first.sale_id, first.line, first.offer_id, "supplier:aoke")
    assert queries.funding_rows(ANALYST, Wanted(since=JUNE[0], until=JUNE[1]), place) == [second]
    limited = replace(ANALYST, stations=frozenset({other.id}))
    assert [line.key for line in queries.funding(limited, everything, FundingBy.FUNDER)] == ["brand"]
    with pytest.raises(NotAllowed):
        services.draft_claim(limited, "brand", *JULY)


def test_what_cannot_be_claimed_is_refused_with_the_field(offers):
    for arguments, field in (
        ((" ", *JUNE), "funder"),
        (("brand", JULY[0], JUNE[0]), "until"),
        (("brand", JUNE[0], JUNE[0] + timedelta(days=500)), "until"),
    ):
        with pytest.raises(Invalid) as problem:
            services.draft_claim(HEAD_OFFICE, *arguments)
        assert field in problem.value.fields


def test_a_refund_of_points_alone_is_a_correction_among_the_sales_behind_the_report(offers):
    award(JUNE[0], "0.00", points=20)
    award(JUNE[1], "0.00", points=-20)
    rows = queries.funding_rows(ANALYST, Wanted(since=JUNE[0], until=JUNE[1]))
    assert [(row.points, row.is_correction) for row in rows] == [(-20, True), (20, False)]


def test_who_works_for_some_stations_reads_no_policy_of_the_company(offers):
    limited = replace(ANALYST, stations=frozenset({1}))
    (known,) = queries.policies(ANALYST)
    with pytest.raises(NotAllowed, match="some stations only"):
        queries.policies(limited)
    with pytest.raises(NotAllowed, match="some stations only"):
        queries.policy(limited, known.id)
