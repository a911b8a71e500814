from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from forecourt.catalogue.values import Family, Kind
from forecourt.connectors.pos.values import Mapping
from forecourt.customers.values import CustomerClaim
from forecourt.organisation.values import CompanyFacts, VolumeUnit
from forecourt.sales.values import NewTender
from tests.connectors.pos.conftest import CASH, FUEL, event, item, journal, tender


def figures(sale):
    return [(line.product, line.quantity, line.amount) for line in sale.lines]


def test_a_fill_is_read_whole(read):
    found = read("naxml", journal(event()))
    sale = found.sale
    assert (sale.station, sale.source, sale.source_ref) == ("S1", "naxml:1", "2026-01-02-7-99")
    assert sale.occurred_at == datetime(2026, 1, 2, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert sale.business_date == date(2026, 1, 2)
    assert sale.pump == 4
    assert figures(sale) == [("92", Decimal("20.000"), Decimal("153.00"))]
    assert sale.lines[0].unit_price == Decimal("7.65")
    assert sale.tenders == (NewTender(kind="cash", amount=Decimal("153.00")),)
    assert found.found[0].warnings == ()
    assert (found.goods["92"].kind, found.goods["92"].family) == (Kind.FUEL, Family.PETROL)


def test_the_shape_without_times_is_taken_as_noon_of_its_day(read):
    bare = event().replace("<EventStartDate>2026-01-02</EventStartDate><EventStartTime>08:30:00</EventStartTime>", "")
    found = read("naxml", journal(bare))
    assert found.sale.occurred_at == datetime(2026, 1, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert found.found[0].warnings == ("time_missing",)


@pytest.mark.parametrize(
    "attributes",
    [
        'version="3.4"',
        'xmlns="http://www.naxml.org/POSBO/Vocabulary/2003-10-16" version="3.4"',
        'xmlns="urn:other" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ],
)
def test_any_namespace_or_none(read, attributes):
    assert read("naxml", journal(event(), attributes=attributes)).sale.station == "S1"


def test_latin_1(read):
    body = journal(event(item("1", "1", "153.00"), CASH)).decode().replace("Tea", "Café")
    found = read("naxml", b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body.encode("latin-1"))
    assert found.goods["1"].name == "Café"


def test_what_is_no_sale_is_skipped_with_its_reason(read):
    found = read(
        "naxml",
        journal(
            event(),
            event(training="yes"),
            event(name="VoidEvent"),
            event(more="<SuspendFlag value='yes'/>"),
            "<FinancialEvent><EventSequenceID>1</EventSequenceID></FinancialEvent><OtherEvent/>",
        ),
    )
    assert len(found.sales) == 1
    assert found.skipped == ["training", "void", "suspended", "financial_event", "other_event"]


def test_cancelled_lines_count_in_no_sum(read):
    found = read("naxml", journal(event(FUEL, item("690", "1", "5.00", status="cancel"), CASH)))
    assert figures(found.sale) == [("92", Decimal("20.000"), Decimal("153.00"))]
    assert found.found[0].warnings == ("cancelled_line",)


def test_change_is_taken_out_of_the_cash(read):
    lines = FUEL, tender("cash", "200.00"), tender("cash", "47.00", change="yes")
    assert read("naxml", journal(event(*lines))).sale.tenders == (NewTender(kind="cash", amount=Decimal("153.00")),)


def test_change_below_zero_is_the_same(read):
    lines = FUEL, tender("cash", "200.00"), tender("cash", "-47.00", change="yes")
    assert read("naxml", journal(event(*lines))).sale.tenders == (NewTender(kind="cash", amount=Decimal("153.00")),)


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_refund_is_negative_whatever_the_till_writes(read, sign):
    lines = item("690", f"{sign}2", f"{sign}10.00"), tender("cash", f"{sign}10.00")
    sale = read("naxml", journal(event(*lines, name="RefundEvent", total=f"{sign}10.00"))).sale
    assert figures(sale) == [("690", Decimal(-2), Decimal("-10.00"))]
    assert sale.tenders == (NewTender(kind="cash", amount=Decimal("-10.00")),)


def test_a_prepayment_is_no_fuel_delivered(read):
    prepay = "<TransactionLine><FuelPrepayLine><SalesAmount>100.00</SalesAmount></FuelPrepayLine></TransactionLine>"
    assert read("naxml", journal(event(prepay, tender("cash", "100.00"), total="100.00"))).skipped == ["prepayment"]


def test_a_prepayment_beside_goods_leaves_goods_and_their_payment(read):
    prepay = "<TransactionLine><FuelPrepayLine><SalesAmount>100.00</SalesAmount></FuelPrepayLine></TransactionLine>"
    found = read("naxml", journal(event(item("690", "1", "5.00"), prepay, tender("cash", "105.00"), total="105.00")))
    assert figures(found.sale) == [("690", Decimal(1), Decimal("5.00"))]
    assert sum(one.amount for one in found.sale.tenders) == Decimal("5.00")
    assert found.found[0].warnings == ()


def test_tax_on_top_does_not_make_payments_miss_the_total(read):
    tax = "<TransactionLine><TransactionTax><TaxCollectedAmount>0.41</TaxCollectedAmount></TransactionTax></TransactionLine>"
    found = read("naxml", journal(event(item("690", "1", "5.00"), tax, tender("cash", "5.41"), total="5.41")))
    assert sum(one.amount for one in found.sale.tenders) == Decimal("5.00")
    assert found.found[0].warnings == ()


@pytest.mark.parametrize(("amount", "price"), [("9.00", "5.00"), ("10.00", "5.00"), ("9.00", "4.50")])
def test_a_promotion_is_taken_off_once_whichever_way_the_till_counts(read, amount, price):
    promotion = "<Promotion><PromotionAmount>1.00</PromotionAmount></Promotion>"
    lines = item("690", "2", amount, price=price, more=promotion), tender("cash", "9.00")
    found = read("naxml", journal(event(*lines, total="9.00")))
    line = found.sale.lines[0]
    assert (line.amount, line.discount) == (Decimal("9.00"), Decimal("1.00"))
    assert line.quantity * line.unit_price == line.amount + line.discount
    assert found.found[0].warnings == ()


def test_a_total_that_lines_do_not_give_is_a_warning(read):
    found = read("naxml", journal(event(total="160.00")))
    assert found.sale.lines[0].amount == Decimal("153.00")
    assert found.found[0].warnings == ("total_mismatch",)


def test_gallons_become_the_companys_litres(read):
    gallons = FUEL.replace('uom="liter">20.000', 'uom="gallon">10.000').replace(">7.650<", ">15.300<")
    line = read("naxml", journal(event(gallons, CASH))).sale.lines[0]
    assert (line.quantity, line.unit_price) == (Decimal("37.854"), Decimal("4.0418"))


def test_litres_become_the_companys_gallons(read):
    dollars = FUEL.replace("CNY", "USD")
    company = CompanyFacts(name="Test", currency="USD", volume_unit=VolumeUnit.GALLON, zone="America/New_York")
    sale = read("naxml", journal(event(dollars, CASH)), company=company).sale
    assert sale.lines[0].quantity == Decimal("5.283")
    assert str(sale.occurred_at.tzinfo) == "America/New_York"


def test_another_currency_is_refused_by_name(read):
    found = read("naxml", journal(event(FUEL.replace("CNY", "USD"), CASH), event(number=8)))
    assert [(one.reference, one.field) for one in found.refusals] == [("2026-01-02-7-99", "SalesAmount")]
    assert "USD" in found.refusals[0].reason
    assert "CNY" in found.refusals[0].reason
    assert found.sale.source_ref == "2026-01-02-8-99"


@pytest.mark.parametrize(
    "where",
    [
        "<LoyaltyInfo><LoyaltyID>8800123</LoyaltyID></LoyaltyInfo>",
        "<CustomerInfo><LoyaltyInfo><LoyaltyCardNumber>8800123</LoyaltyCardNumber></LoyaltyInfo></CustomerInfo>",
        "<CustomerID><AccountInfo><AccountID>8800123</AccountID></AccountInfo></CustomerID>",
    ],
)
def test_the_loyalty_id_names_the_customer(read, where):
    assert read("naxml", journal(event(more=where))).sale.customer == CustomerClaim(card="8800123")


def test_a_loyalty_id_in_a_line_of_its_own(read):
    line = "<TransactionLine><LoyaltyInfo><LoyaltyID>8800123</LoyaltyID></LoyaltyInfo></TransactionLine>"
    assert read("naxml", journal(event(FUEL, CASH, line))).sale.customer == CustomerClaim(card="8800123")


@pytest.mark.parametrize("masked", ["************1234", "XXXXXXXXXXXX1234", "0000000000"])
def test_a_masked_card_names_nobody(read, masked):
    more = f"<LoyaltyInfo><LoyaltyID>{masked}</LoyaltyID></LoyaltyInfo>"
    assert read("naxml", journal(event(more=more))).sale.customer is None


def test_an_account_that_only_paid_names_nobody(read):
    paid = CASH.replace("<ChangeFlag", "<AccountInfo><AccountID>6222020000000000</AccountID></AccountInfo><ChangeFlag")
    assert read("naxml", journal(event(FUEL, paid))).sale.customer is None


def test_a_mapping_turns_the_tills_words_into_ours(read):
    told = Mapping(
        stations={"S1": "GZ01"},
        products={"92": "GAS92", "690": "TEA"},
        tenders={"7": "wechat"},
        zone="Asia/Urumqi",
        customer="phone",
    )
    body = event(FUEL, item("690", "1", "5.00"), tender("7", "158.00"), total="158.00",
                 more="<LoyaltyInfo><LoyaltyID>13800138000</LoyaltyID></LoyaltyInfo>")  # fmt: skip
    sale = read("naxml", journal(body), mapping=told).sale
    assert sale.station == "GZ01"
    assert [line.product for line in sale.lines] == ["GAS92", "TEA"]
    assert sale.tenders[0].kind == "wechat"
    assert sale.customer == CustomerClaim(phone="13800138000")
    assert str(sale.occurred_at.tzinfo) == "Asia/Urumqi"


def test_a_department_sale_and_an_unknown_kind_of_line_are_not_lost(read):
    department = (
        "<TransactionLine><MerchandiseCodeLine><MerchandiseCode>12</MerchandiseCode><SalesQuantity>1</SalesQuantity>"
        "<SalesAmount>3.00</SalesAmount></MerchandiseCodeLine></TransactionLine>"
        "<TransactionLine><CarWashLine><SalesAmount>30.00</SalesAmount></CarWashLine></TransactionLine>"
    )
    sale = read("naxml", journal(event(department, tender("cash", "33.00"), total="33.00"))).sale
    assert figures(sale) == [("dept:12", 1, 3), ("CarWashLine", 1, 30)]


def test_an_event_can_be_named_again(read):
    body = journal(event())
    assert read("naxml", body).sale == read("naxml", body).sale


def test_a_break_keeps_what_came_before(read):
    whole = journal(event(), event(number=8))
    found = read("naxml", whole[: whole.index(b"<EventSequenceID>8")] + b"</oops>")
    assert found.sale.source_ref == "2026-01-02-7-99"
    assert "breaks off" in found.refusals[0].reason
    assert found.refusals[0].line == 1
