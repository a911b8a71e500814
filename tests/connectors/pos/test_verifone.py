from datetime import UTC, datetime
from decimal import Decimal

import pytest

from forecourt.connectors.pos.values import Mapping
from forecourt.sales.values import NewTender

FUEL = (
    "<trLine type='postFuel'><trlDept number='9'>FUEL</trlDept><trlQty>1</trlQty><trlUnitPrice>7.650</trlUnitPrice>"
    "<trlLineTot>153.00</trlLineTot><trlFuel><fuelProd>92</fuelProd><fuelVolume>20.000</fuelVolume>"
    "<fuelPosition>4</fuelPosition></trlFuel></trLine>"
)
CASH = "<trPayline><trpPaycode>CASH</trpPaycode><trpAmt>153.00</trpAmt></trPayline>"


def trans(number=1, *, lines=FUEL, paid=CASH, total="153.00", attributes="type='sale'", unique="") -> str:
    return (
        f"<trans {attributes}><trHeader>{unique}<date>2026-01-02T08:30:00+08:00</date><till>1</till>"
        f"<cashier empNum='17'>LI</cashier><storeNumber>S1</storeNumber><trTickNum><posNum>101</posNum>"
        f"<trSeq>{number}</trSeq></trTickNum></trHeader><trValue><trTotWTax>{total}</trTotWTax></trValue>"
        f"<trLines>{lines}</trLines><trPaylines>{paid}</trPaylines></trans>"
    )


def log(*transactions: str) -> bytes:
    return f"<transSet periodID='2' site='S1'><openedTime/>{''.join(transactions)}</transSet>".encode()


def test_a_fill_is_read_whole(read):
    found = read("verifone", log(trans()))
    sale = found.sale
    assert (sale.station, sale.source, sale.source_ref) == ("S1", "verifone:101", "2026-01-02-1")
    assert sale.occurred_at == datetime(2026, 1, 2, 0, 30, tzinfo=UTC)
    line = sale.lines[0]
    assert (line.product, line.quantity, line.amount) == ("92", Decimal("20.000"), Decimal("153.00"))
    assert (sale.pump, sale.staff) == (4, "17")
    assert sale.tenders == (NewTender(kind="cash", amount=Decimal("153.00")),)
    assert found.found[0].warnings == ()


def test_a_unique_id_is_the_name(read):
    assert read("verifone", log(trans(unique="<uniqueID>abc-1</uniqueID>"))).sale.source_ref == "abc-1"


@pytest.mark.parametrize(
    ("transaction", "reason"),
    [
        (trans(attributes="type='sale' suspended='true'"), "suspended"),
        (trans(attributes="type='void'"), "type void"),
        (trans(attributes="type='journal'"), "type journal"),
        (trans(lines="<trLine type='preFuel'><trlLineTot>30.00</trlLineTot></trLine>"), "prepayment"),
        (trans(lines=FUEL.replace("153.00", "0.00"), paid="", total="0.00"), "zero_total"),
    ],
)
def test_what_is_no_sale_is_skipped(read, transaction, reason):
    found = read("verifone", log(transaction, trans(2)))
    assert found.skipped == [reason]
    assert found.sale.source_ref == "2026-01-02-2"


def test_both_of_a_rollback_pair_are_left_out(read):
    found = read("verifone", log(trans(1), trans(2), trans(1, attributes="type='sale' rollback='true'"), trans(3)))
    assert [sale.source_ref for sale in found.sales] == ["2026-01-02-2", "2026-01-02-3"]
    assert found.skipped == ["rollback", "rollback"]


def test_change_tax_and_promotions(read):
    goods = (
        "<trLine type='plu'><trlQty>2</trlQty><trlUnitPrice>5.00</trlUnitPrice><trlLineTot>10.00</trlLineTot>"
        "<trlUPC>0690</trlUPC><trlMixMatches><trlMatchLine><trlPromoAmount>1.00</trlPromoAmount></trlMatchLine>"
        "</trlMixMatches></trLine>"
    )
    paid = (
        "<trPayline><trpPaycode nacstendercode='cash'>BARGELD</trpPaycode><trpAmt>20.00</trpAmt></trPayline>"
        "<trPayline><trpPaycode>Change</trpPaycode><trpAmt>-10.40</trpAmt></trPayline>"
    )
    body = trans(lines=goods, paid=paid, total="9.60").replace("<trTotWTax>", "<trTotTax>0.60</trTotTax><trTotWTax>")
    found = read("verifone", log(body))
    line = found.sale.lines[0]
    assert (line.product, line.amount, line.discount) == ("0690", Decimal("9.00"), Decimal("1.00"))
    assert sum(one.amount for one in found.sale.tenders) == Decimal("9.00")
    assert found.found[0].warnings == ()


def test_a_refund_is_negative(read):
    found = read("verifone", log(trans(attributes="type='refund sale'")))
    line = found.sale.lines[0]
    assert (line.quantity, line.amount) == (Decimal("-20.000"), Decimal("-153.00"))
    assert found.sale.tenders[0].amount == Decimal("-153.00")


def test_a_grade_is_known_by_any_of_its_names(read):
    named = FUEL.replace("<fuelProd>92", "<fuelProd sysid='1' NAXMLFuelGradeID='001'>UNLEADED")
    assert read("verifone", log(trans(lines=named))).sale.lines[0].product == "UNLEADED"
    assert read("verifone", log(trans(lines=named)), Mapping(products={"001": "92"})).sale.lines[0].product == "92"
